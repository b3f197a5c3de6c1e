"""What one clause of a prompt asks for: the grammar over the tokens of words.py.

    clause = tone verb, [place]                   "blur the sign"
           | [maker], [place], [more], outcome    "make the sky darker", "brighter"
           | [giver], [place], more, noun         "more contrast", "give it more light"
           | noun, more or a percentage           "contrast +20 %"
           | fill verb, [thing]                   "remove the lamp post on the left"
           | maker, thing, fill outcome           "make the lamp post disappear"
           | thing                                "and the dog": goes on with the step before

Strengths and percentages may stand anywhere in a tone clause. A clause is read whole or refused
whole: no word is dropped that the vocabulary does not allow to drop.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from editor.engines.builtin.amounts import Amount, take_amount
from editor.engines.builtin.places import (
    Place,
    Unread,
    colour_of,
    read_gap,
    read_place,
    read_thing,
    without_sources,
)
from editor.engines.builtin.words import Kind, Role, Token, abilities

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
    """One thing to do, where, and how much: a signed share, 0 for fills."""

    do: str
    place: Place
    amount: float = 0.0


def read_clause(clause: Tokens, before: Step | None) -> Step:
    """Read one clause; ``before`` is the step it may go on with. Raises `Unread`."""
    if any(map(_forbids, clause)):
        raise Unread(clause)
    verb = clause[0].role(Kind.VERB)
    if verb and abilities()[verb.do].kind == "fill":
        return _fill(verb.do, clause)
    rest, amount = take_amount(clause)
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


def _forbids(token: Token) -> bool:
    forbidden = token.has(Kind.NEGATION, Kind.CREATION)
    return forbidden and not token.has(Kind.OUTCOME, Kind.SOURCE)


def _fill(do: str, clause: Tokens) -> Step:
    thing = clause[1:]
    if do != "remove":
        return Step(do, replace(read_gap(thing, clause), marked=True))
    where = colour_of(thing)
    if where is None:
        return Step(do, replace(read_thing(thing, clause), marked=True))
    colourless = "black_and_white"
    return Step(colourless, _read_where(where, clause), Amount().of(colourless, 1.0, clause))


def _verb_clause(rest: Tokens, amount: Amount, clause: Tokens) -> Step | None:
    verb = rest[0].role(Kind.VERB) if rest else None
    if verb is None or abilities()[verb.do].kind == "fill":
        return None
    place = rest[1:]
    if place and (direction := _direction(place[-1])):
        if amount.given:
            raise Unread(clause)
        place, amount = place[:-1], Amount(factor=FACTORS[direction])
    where = read_place(without_sources(place), clause)
    return Step(verb.do, where, amount.of(verb.do, verb.value, clause))


def _outcome_clause(rest: Tokens, amount: Amount, clause: Tokens) -> Step | None:
    found = _last(rest, Kind.OUTCOME, (Kind.PREPOSITION,))
    if found is None:
        return None
    index, outcome = found
    before, direction = _strip_direction(rest[:index])
    made = bool(before) and before[0].has(*MAKERS)
    thing = before[made:]
    if abilities()[outcome.do].kind == "fill":
        return _made_gone(outcome, thing, amount, clause)
    place = read_place(thing, clause)
    if place.marked and not made:
        raise Unread(clause)
    place |= _read_where(rest[index + 1 :], clause)
    return Step(outcome.do, place, amount.of(outcome.do, outcome.value * (direction or 1), clause))


def _made_gone(outcome: Role, thing: Tokens, amount: Amount, clause: Tokens) -> Step:
    wholly = amount.share is None and (amount.factor or WHOLLY) >= WHOLLY
    if not wholly or not clause[0].has(*MAKERS):
        raise Unread(clause)
    read = read_thing if outcome.do == "remove" else read_gap
    return Step(outcome.do, replace(read(thing, clause), marked=True))


def _noun_clause(rest: Tokens, amount: Amount, clause: Tokens) -> Step | None:
    found = _last(rest, Kind.NOUN, (Kind.PREPOSITION, Kind.ATTACHMENT, *DIRECTIONS))
    if found is None:
        return None
    index, noun = found
    before, first = _strip_direction(rest[:index])
    after = rest[index + 1 :]
    second = _direction(after[0]) if after else 0.0
    given = bool(before) and before[0].has(Kind.GIVER)
    if (first and second) or not (first or second or given or amount.given):
        raise Unread(clause)
    made = bool(before) and before[0].has(*MAKERS)
    place = read_place(before[made:], clause)
    if place.marked and not made:
        raise Unread(clause)
    place |= _read_where(after[bool(second) :], clause)
    return Step(noun.do, place, amount.of(noun.do, noun.value * (first or second or 1), clause))


def _continued(rest: Tokens, before: Step) -> Step:
    if not rest[0].has(Kind.DETERMINER, Kind.PRONOUN):
        # Without an article it might as well be an order that we do not know: "and sharpen".
        raise Unread(rest, "not_understood" if len(rest) > 1 else "bare_word")
    if abilities()[before.do].kind == "fill":
        read = read_thing if before.do == "remove" else read_gap
        return replace(before, place=replace(read(rest, rest), marked=True))
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


def _read_where(tokens: Tokens, clause: Tokens) -> Place:
    """Read "in the corner", "of the sky": a place that a preposition must lead to."""
    if not tokens:
        return Place()
    if len(tokens) == 1 or not tokens[0].has(Kind.PREPOSITION, Kind.ATTACHMENT):
        raise Unread(clause)
    if tokens[1].has(Kind.BACKGROUND) or tokens[-1].has(Kind.BACKGROUND):
        raise Unread(clause, "needs_background")
    return read_place(tokens[1:], clause)
