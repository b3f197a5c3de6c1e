"""How much: "a bit", "strongly", "by 20 %"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from editor.engines.builtin.lexicon import abilities
from editor.engines.builtin.places import Unread
from editor.engines.builtin.words import Kind, Token

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Amount:
    """What the prompt says about strength: a signed share, or a factor on the default."""

    share: float | None = None
    factor: float | None = None

    @property
    def given(self) -> bool:
        """Whether it says anything."""
        return self.share is not None or self.factor is not None

    def of(self, do: str, direction: float, clause: Sequence[Token]) -> float:
        """Return the signed amount for an instruction.

        Raises `Unread` when the percentage is 0 or too large, or the instruction does not go in
        that direction.
        """
        ability = abilities()[do]
        if self.share is None:
            factor = 1.0 if self.factor is None else self.factor
            amount = direction * min(ability.default * factor, ability.maximum)
        else:
            amount = direction * self.share
        if not 0 < abs(amount) <= ability.maximum:
            raise Unread(clause, "amount_out_of_range")
        if amount < 0 and not ability.signed:
            raise Unread(clause)
        return round(amount, 4)


def take_amount(tokens: Sequence[Token]) -> tuple[list[Token], Amount]:
    """Part a clause into its other words and its amount. Raises `Unread` for two amounts."""
    rest: list[Token] = []
    shares: list[float] = []
    factors: list[float] = []
    index = 0
    while index < len(tokens):
        used = _share_at(tokens, index, shares) or _factor_at(tokens, index, factors)
        if used and shares and rest and rest[-1].has(Kind.BEFORE_AMOUNT):
            rest.pop()
        if not used:
            rest.append(tokens[index])
        index += used or 1
    if len(shares) + bool(factors) > 1:
        raise Unread(tokens)
    share = shares[0] if shares else None
    return rest, Amount(share, max(factors) if factors else None)


def _share_at(tokens: Sequence[Token], index: int, shares: list[float]) -> int:
    """Add the percentage that starts here; return how many tokens it takes."""
    if worded := tokens[index].role(Kind.SHARE):
        shares.append(worded.value)
        return 1
    number = tokens[index].role(Kind.NUMBER)
    if number is None:
        return 0
    is_percent = index + 1 < len(tokens) and tokens[index + 1].has(Kind.PERCENT)
    if not is_percent and tokens[index].text[0] not in "+-":
        return 0
    shares.append(number.value / 100)
    return 2 if is_percent else 1


def _factor_at(tokens: Sequence[Token], index: int, factors: list[float]) -> int:
    """Add the strength that stands here, unless it describes a thing: "the very small dog"."""
    strength = tokens[index].role(Kind.STRENGTH)
    if strength is None:
        return 0
    describes = (
        0 < index < len(tokens) - 1
        and tokens[index - 1].has(Kind.DETERMINER)
        and not tokens[index + 1].roles
    )
    if describes:
        return 0
    factors.append(strength.value)
    return 1
