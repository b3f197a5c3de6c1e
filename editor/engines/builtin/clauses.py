"""What one clause of a prompt asks for: the grammar over the tokens of words.py.

    clause = tone verb, [object]                   "blur the sign", "brighten the shadows"
           | [maker], [object], [more], outcome    "make the sky darker", "brighter"
           | [giver], [place], more, noun          "more contrast", "give it more light"
           | noun, more or a percentage            "contrast +20 %"
           | a colour clause                       "make it red": hues.py
           | fill verb, [thing]                    "remove the lamp post on the left"
           | maker, thing, fill outcome            "make the lamp post disappear"
           | cutting verb, [thing]                 "cut out the dog"
           | thing                                 "and the dog": goes on with the step before

An object is a place, or a quality of one: "the shadows of the car". Strengths and percentages may
stand anywhere in a tone clause. A clause is read whole or refused whole: no word is dropped that
the vocabulary does not allow to drop. Languages that put verbs last are brought into this order
first (order.py).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from editor.engines.builtin.amounts import Amount, take_amount
from editor.engines.builtin.hues import leads_to_background, read_hue
from editor.engines.builtin.lexicon import abilities
from editor.engines.builtin.places import (
    BACKGROUND,
    Place,
    Unread,
    colour_of,
    read_gap,
    read_place,
    read_thing,
    read_where,
    without_sources,
)
from editor.engines.builtin.words import Kind, Role, Token

if TYPE_CHECKING:
    from collections.abc import Sequence

type Tokens = Sequence[Token]

DIRECTIONS: Final = (Kind.MORE, Kind.LESS)
MAKERS: Final = (Kind.MAKER, Kind.GIVER)
# "darken it more" is the default and half of it again, "darken it less" is half of it.
FACTORS: Final = {1.0: 1.5, -1.0: 0.5}
# "make it disappear a bit" cannot be done.
WHOLLY: Final = 2.0


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do, where, how much (a signed share, 0 for what has no amount), which colour."""

    do: str
    place: Place
    amount: float = 0.0
    colour: str = ""


def read_clause(clause: Tokens, before: Step | None) -> Step:
    """Read one clause; ``before`` is the step it may go on with. Raises `Unread`."""
    if any(_forbids(token, Kind.NEGATION) for token in clause):
        raise Unread(clause)
    rest, amount = take_amount(clause)
    if coloured := _colour_clause(rest, amount, clause):
        return coloured
    if changed := _background_clause(rest, amount, clause):
        return changed
    if any(_forbids(token, Kind.CREATION) for token in clause):
        raise Unread(clause)
    verb = clause[0].role(Kind.VERB)
    if verb and _kind(verb) != "tone":
        return _fill(verb.do, clause)
    step = (
        _verb_clause(rest, amount, clause)
        or _outcome_clause(rest, amount, clause)
        or _noun_clause(rest, amount, clause)
    )
    if step:
        return step
    if before is None or amount.given:
        raise Unread(clause)
    return _continued(rest, before)


def _forbids(token: Token, kind: Kind) -> bool:
    return token.has(kind) and not token.has(Kind.OUTCOME, Kind.SOURCE)


def _kind(role: Role) -> str:
    return abilities()[role.do].kind


def _colour_clause(rest: Tokens, amount: Amount, clause: Tokens) -> Step | None:
    hue = read_hue(rest, clause)
    if hue is None:
        return None
    if not hue.solid:
        return Step("recolour", hue.place, amount.of("recolour", 1.0, clause), hue.colour)
    if amount.given:
        raise Unread(clause)
    return Step("backdrop", hue.place, colour=hue.colour)


def _background_clause(rest: Tokens, amount: Amount, clause: Tokens) -> Step | None:
    """Read "darker background", "give it a transparent background"."""
    outcome = rest[-2].role(Kind.OUTCOME) if len(rest) > 1 else None
    if outcome is None or not rest[-1].has(Kind.BACKGROUND) or not leads_to_background(rest[:-2]):
        return None
    if _kind(outcome) == "tone":
        return Step(outcome.do, BACKGROUND, amount.of(outcome.do, outcome.value, clause))
    return None if amount.given else Step("cut_out", BACKGROUND)


def _fill(do: str, clause: Tokens) -> Step:
    thing = clause[1:]
    if do == "cut_out":
        read_thing(thing, clause)
        return Step(do, BACKGROUND)
    if do != "remove":
        return Step(do, _gap(thing, clause))
    where = colour_of(thing)
    if where is None:
        return _removed(read_thing(thing, clause))
    colourless = "black_and_white"
    return Step(colourless, read_where(where, clause), Amount().of(colourless, 1.0, clause))


def _removed(place: Place) -> Step:
    return Step("cut_out", place) if place.background else Step("remove", _painted(place))


def _gap(tokens: Tokens, clause: Tokens) -> Place:
    place = read_gap(tokens, clause)
    if place.background:
        raise Unread(clause)
    return _painted(place)


def _painted(place: Place) -> Place:
    return replace(place, marked=True)


def _verb_clause(rest: Tokens, amount: Amount, clause: Tokens) -> Step | None:
    verb = rest[0].role(Kind.VERB) if rest else None
    if verb is None or _kind(verb) != "tone" or abilities()[verb.do].coloured:
        return None
    place = rest[1:]
    if place and (direction := _direction(place[-1])):
        if amount.given:
            raise Unread(clause)
        place, amount = place[:-1], Amount(factor=FACTORS[direction])
    do, where = _read_object(verb.do, without_sources(place), clause)
    return Step(do, where, amount.of(do, verb.value, clause))


def _read_object(do: str, tokens: Tokens, clause: Tokens) -> tuple[str, Place]:
    """Read what a tone is changed of: a place, its colours, or its shadows."""
    bare = _without_articles(tokens)
    part = bare[0].role(Kind.NOUN) if bare else None
    if part and (abilities()[part.do].part_of == do or (part.do == do and _is_part(do))):
        return part.do, read_where(bare[1:], clause)
    if _is_part(do):
        raise Unread(clause)
    if (where := colour_of(tokens)) is not None:
        return do, read_where(where, clause)
    return do, read_place(tokens, clause)


def _is_part(do: str) -> bool:
    return bool(abilities()[do].part_of)


def _without_articles(tokens: Tokens) -> Tokens:
    start = 0
    while start < len(tokens) and tokens[start].has(Kind.DETERMINER):
        start += 1
    return tokens[start:]


def _outcome_clause(rest: Tokens, amount: Amount, clause: Tokens) -> Step | None:
    found = _last(rest, Kind.OUTCOME, (Kind.PREPOSITION,))
    if found is None:
        return None
    index, outcome = found
    before, direction = _strip_direction(rest[:index])
    made = bool(before) and before[0].has(*MAKERS)
    thing = before[made:]
    if _kind(outcome) != "tone":
        return _made_gone(outcome, thing, amount, clause)
    do, place = _read_object(outcome.do, thing, clause)
    if place.marked and not made:
        raise Unread(clause)
    place |= read_where(rest[index + 1 :], clause)
    return Step(do, place, amount.of(do, outcome.value * (direction or 1), clause))


def _made_gone(outcome: Role, thing: Tokens, amount: Amount, clause: Tokens) -> Step:
    wholly = amount.share is None and (amount.factor or WHOLLY) >= WHOLLY
    if not wholly:
        raise Unread(clause)
    if outcome.do == "cut_out":
        return _made_clear(thing, clause)
    if not clause[0].has(*MAKERS):
        raise Unread(clause)
    if outcome.do == "remove":
        return _removed(read_thing(thing, clause))
    return Step(outcome.do, _gap(thing, clause))


def _made_clear(thing: Tokens, clause: Tokens) -> Step:
    """Only what lies around a subject becomes transparent, never a part of the picture."""
    place = read_place(thing, clause)
    if not place.background:
        raise Unread(clause)
    return Step("cut_out", place)


def _noun_clause(rest: Tokens, amount: Amount, clause: Tokens) -> Step | None:
    found = _last(rest, Kind.NOUN, (Kind.PREPOSITION, Kind.ATTACHMENT, *DIRECTIONS))
    if found is None:
        return None
    index, noun = found
    before, do, first = _quality(rest[:index], rest[index], noun)
    after = rest[index + 1 :]
    second = _direction(after[0]) if after else 0.0
    given = bool(before) and before[0].has(Kind.GIVER)
    if (first and second) or not (first or second or given or amount.given):
        raise Unread(clause)
    made = bool(before) and before[0].has(*MAKERS)
    place = read_place(before[made:], clause)
    if place.marked and not made:
        raise Unread(clause)
    place |= read_where(after[bool(second) :], clause)
    return Step(do, place, amount.of(do, noun.value * (first or second or 1), clause))


def _quality(before: Tokens, token: Token, noun: Role) -> tuple[Tokens, str, float]:
    """Read what stands before a noun: "more contrast", "brighter shadows", "warmer colours"."""
    stripped, direction = _strip_direction(before)
    how = stripped[-1].role(Kind.OUTCOME) if stripped else None
    if how is None or _kind(how) != "tone":
        return stripped, noun.do, direction
    if abilities()[noun.do].part_of == how.do:
        return stripped[:-1], noun.do, how.value
    if token.has(Kind.COLOUR):
        return stripped[:-1], how.do, how.value * (direction or 1)
    return stripped, noun.do, direction


def _continued(rest: Tokens, before: Step) -> Step:
    if not rest[0].has(Kind.DETERMINER, Kind.PRONOUN):
        # Without an article it might as well be an order that we do not know: "and stretch".
        raise Unread(rest, "not_understood" if len(rest) > 1 else "bare_word")
    if before.do == "remove":
        return _removed(read_thing(rest, rest))
    if before.do == "fill":
        return Step(before.do, _gap(rest, rest))
    place = read_place(rest, rest)
    if not (place.named and before.place.named):
        raise Unread(rest)
    return replace(before, place=place)


def _last(rest: Tokens, kind: Kind, followers: tuple[Kind, ...]) -> tuple[int, Role] | None:
    """Find the last token of this kind that does not describe the word after it."""
    for index in range(len(rest) - 1, -1, -1):
        role = rest[index].role(kind)
        if role and (index == len(rest) - 1 or rest[index + 1].has(*followers)):
            return index, role
    return None


def _strip_direction(tokens: Tokens) -> tuple[Tokens, float]:
    """Take "more", "less" and articles off the end; return the rest and +1, -1 or 0."""
    while tokens and tokens[-1].has(Kind.DETERMINER) and not tokens[-1].has(Kind.PRONOUN):
        tokens = tokens[:-1]
    if tokens and (direction := _direction(tokens[-1])):
        return tokens[:-1], direction
    return tokens, 0.0


def _direction(token: Token) -> float:
    return float(token.has(Kind.MORE)) - float(token.has(Kind.LESS))
