"""Sentences of languages that put verbs last, brought into the order of the grammar."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from editor.engines.builtin.words import Kind, Role, Token

if TYPE_CHECKING:
    from collections.abc import Sequence

    from editor.engines.builtin.words import Grammar

LEADERS: Final = (Kind.VERB, Kind.MAKER, Kind.GIVER)
AMOUNTS: Final = (
    *(Kind.NUMBER, Kind.PERCENT, Kind.STRENGTH, Kind.SHARE, Kind.BEFORE_AMOUNT),
    *(Kind.MORE, Kind.LESS),
)
# "The sky darker" is a whole sentence where the ending of "darker" says the rest.
UNSAID: Final = Token("", (Role(Kind.MAKER),))


def in_order(clause: Sequence[Token], grammar: Grammar) -> Sequence[Token]:
    """Return the clause with its verb in front: "the sky darker make" is "make the sky darker".

    So is "the sky make darker": what makes may stand between a thing and what it becomes.
    """
    if not grammar.verbs_last or not clause or clause[0].has(*LEADERS):
        return clause
    last = len(clause) - 1
    while last > 0 and clause[last].has(*AMOUNTS) and not clause[last].has(*LEADERS):
        last -= 1
    makers = [place for place in range(last) if clause[place].has(Kind.MAKER)]
    if not clause[last].has(*LEADERS):
        if not makers:
            return [UNSAID, *clause]
        last = makers[-1]
    return [clause[last], *clause[:last], *clause[last + 1 :]]
