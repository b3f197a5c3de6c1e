"""Reads a prompt: from a sentence to steps, or a refusal that says what can be done instead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from editor.engines.builtin.clauses import Step, read_clause
from editor.engines.builtin.places import Unread
from editor.engines.builtin.words import Kind, abilities, vocabularies
from editor.engines.errors import NeedsMask, NotUnderstood

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from editor.engines.builtin.words import Token, Vocabulary

# No order to this engine needs more words; a longer text is meant for another one.
LONGEST_PROMPT: Final = 120
LONGEST_QUOTE: Final = 80

MESSAGES: Final = {
    "not_understood": (
        "I do not understand “{part}”. The built-in engine can: {abilities}."
        " To draw something new, choose or add a provider in the project's settings."
    ),
    "amount_out_of_range": (
        "“{part}” is more or less than can be done: a percentage must be above 0 and at most 100."
    ),
    "needs_background": (
        "The built-in engine cannot find the background by itself (“{part}”). Paint over what"
        " should change and write “remove this” or “blur this”, or choose a provider."
    ),
    "bare_word": (
        "I do not understand “{part}”. If it is one more thing, write “the {part}”; what the"
        " built-in engine can do is: {abilities}."
    ),
    "two_places": (
        "“{part}” names a second place, but one mask marks one place. Make two edits of it."
    ),
}
NEEDS_MASK: Final = (
    "Paint over what you mean first: “{part}” is about one part of the picture,"
    " and nothing is painted."
)


def read(prompt: str, *, has_mask: bool) -> dict[str, list[dict[str, str | float]]]:
    """Return ``{"steps": [{"do": name, "amount": signed share}, ...]}`` in order of execution.

    Fills come first, so that tones are applied to what was filled in. Fills have no amount.
    Raises `NotUnderstood` unless every word is accounted for in one language, `NeedsMask` when a
    place is named and nothing is painted.
    """
    steps = _read_in_any_language(prompt)
    if not has_mask:
        _check_nothing_is_marked(steps, prompt)
    steps.sort(key=lambda step: abilities()[step.do].kind != "fill")
    return {"steps": _unique(_facts(step) for step in steps)}


def _read_in_any_language(prompt: str) -> list[Step]:
    refusals: list[NotUnderstood] = []
    for vocabulary in vocabularies():
        try:
            return _read(prompt, vocabulary)
        except NotUnderstood as refusal:
            refusals.append(refusal)
    raise refusals[0]


def _read(prompt: str, vocabulary: Vocabulary) -> list[Step]:
    try:
        tokens = vocabulary.tokens(prompt)
        if len(tokens) > LONGEST_PROMPT:
            raise Unread(tokens)
        steps: list[Step] = []
        for clause in _clauses(tokens):
            steps.append(read_clause(clause, steps[-1] if steps else None))
            _check_same_place(steps, clause)
        if not steps:
            raise Unread(tokens)
    except Unread as unread:
        raise _refusal(unread, vocabulary) from None
    return steps


def _clauses(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    clause: list[Token] = []
    for token in tokens:
        if token.has(Kind.JOINER):
            if clause:
                yield clause
            clause = []
        elif not token.has(Kind.POLITE):
            clause.append(token)
    if clause:
        yield clause


def _check_same_place(steps: Sequence[Step], clause: Sequence[Token]) -> None:
    """One mask cannot mean the sky in one step and the grass in the next."""
    *before, last = steps
    others = {step.place.named for step in before if not _is_same(step, last)} - {""}
    if last.place.named and others - {last.place.named}:
        raise Unread(clause, "two_places")


def _is_same(step: Step, other: Step) -> bool:
    return (step.do, step.amount) == (other.do, other.amount)


def _refusal(unread: Unread, vocabulary: Vocabulary) -> NotUnderstood:
    part = unread.part
    if len(part) > LONGEST_QUOTE:
        part = f"{part[: LONGEST_QUOTE - 1]}…"
    message = MESSAGES[unread.code].format(part=part, abilities=", ".join(vocabulary.abilities))
    return NotUnderstood(message, code=unread.code, part=part, abilities=vocabulary.abilities)


def _check_nothing_is_marked(steps: Sequence[Step], prompt: str) -> None:
    if any(step.place.marked for step in steps):
        part = prompt.strip()[:LONGEST_QUOTE]
        raise NeedsMask(NEEDS_MASK.format(part=part), part=part)


def _facts(step: Step) -> dict[str, str | float]:
    if abilities()[step.do].kind == "fill":
        return {"do": step.do}
    return {"do": step.do, "amount": step.amount}


def _unique(steps: Iterator[dict[str, str | float]]) -> list[dict[str, str | float]]:
    """Drop what follows its equal: "remove this and that" is one fill."""
    kept: list[dict[str, str | float]] = []
    for step in steps:
        if step not in kept:
            kept.append(step)
    return kept
