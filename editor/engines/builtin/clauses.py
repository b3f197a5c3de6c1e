"""What one clause of a prompt asks for: the grammar over the tokens of words.py.

    clause   = tone verb, [place]                   "blur the sign"
             | [maker], [place], [more], outcome    "make the sky darker", "brighter"
             | [maker], [place], more, noun         "more contrast", "give it more light"
             | noun, more or a percentage           "contrast +20 %"
             | fill verb, [thing]                   "remove the lamp post on the left"
             | [maker], thing, fill outcome         "make the lamp post disappear"
             | thing                                "... and the dog": goes on with the verb before

Strengths and percentages may stand anywhere in a tone clause. A clause is read whole or refused
whole: no word is dropped that the vocabulary does not allow to drop.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from editor.engines.builtin.amounts import Amount, take_amount
from editor.engines.builtin.places import check_gap, check_place, check_thing
from editor.engines.builtin.refusals import Unread
from editor.engines.builtin.words import Kind, Role, Token, abilities

if TYPE_CHECKING:
    from collections.abc import Sequence

MARGINAL: Final = (Kind.DETERMINER, Kind.MAKER, Kind.PRONOUN)
# "darken it more" is the default and half of it again, "blur it less" is half of it.
FACTOR_OF_MORE: Final = 1.5
FACTOR_OF_LESS: Final = 0.5


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do; ``amount`` is a signed share, 0 for fills.

    ``named`` is the place it speaks of, empty for "it", "this" and the whole picture.
    """

    do: str
    amount: float
    named: str


def read_clause(tokens: Sequence[Token], before: Step | None) -> Step:
    """Read one clause; ``before`` is the step it may go on with. Raises `Unread`."""
    for token in tokens:
        if token.has(Kind.NEGATION, Kind.CREATION) and not token.has(Kind.OUTCOME, Kind.SOURCE):
            raise Unread(tokens)
    if verb := tokens[0].role(Kind.VERB):
        if abilities()[verb.do].kind == "fill":
            return _fill(verb, tokens[1:], tokens)
    rest, amount = take_amount(tokens)
    if not rest:
        raise Unread(tokens)
    for reader in (_verb_clause, _outcome_clause, _noun_clause):
        if step := reader(rest, amount):
            return step
    if before and not amount.given:
        return _continued(rest, before)
    raise Unread(tokens)


def _fill(role: Role, thing: Sequence[Token], clause: Sequence[Token]) -> Step:
    if role.do == "remove":
        found = check_thing(thing, clause)
        return Step(*found) if found.do == "remove" else found.as_step()
    check_gap(thing, clause)
    return Step(role.do, 0.0, "")
