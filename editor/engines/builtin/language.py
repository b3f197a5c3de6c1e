"""Reads a prompt: from a sentence to steps, or a refusal that says what can be done instead."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from editor.engines.builtin.clauses import Step, read_clause
from editor.engines.builtin.lexicon import abilities, vocabularies
from editor.engines.builtin.order import in_order
from editor.engines.builtin.places import BACKGROUND, Unread
from editor.engines.builtin.words import Kind
from editor.engines.errors import NeedsMask, NotUnderstood
from editor.imaging.errors import gettext_noop

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from editor.engines.builtin.words import Token, Vocabulary

type Facts = dict[str, str | float]
type Read = tuple[Step, Sequence[Token]]

# No order to this engine needs more words; a longer text is meant for another one.
LONGEST_PROMPT: Final = 120
# Characters; reading takes time, and others wait for it.
LONGEST_TEXT: Final = 2000
LONGEST_QUOTE: Final = 80

# code -> message; names in braces are keys of the error's `params`.
MESSAGES: Final = {
    "not_understood": gettext_noop(
        "I do not understand “{part}”. The built-in engine can: {abilities}. Drawing something"
        " new needs an image provider: choose one as the engine, or ask an owner to connect one."
    ),
    "amount_out_of_range": gettext_noop(
        "“{part}” is more or less than can be done: a percentage must be above 0 and at most 100."
    ),
    "bare_word": gettext_noop(
        "I do not understand “{part}”. If it is one more thing, write “the {part}”; what the"
        " built-in engine can do is: {abilities}."
    ),
    "two_places": gettext_noop(
        "“{part}” names a second place, but one mask marks one place. Make two edits of it."
    ),
    "two_regions": gettext_noop(
        "“{part}” is about something else than the background. One edit changes either the"
        " background or what is painted. Make two edits of it."
    ),
    "contradiction": gettext_noop(
        "“{part}” takes back what you asked for before it. Leave one of the two out."
    ),
    "needs_mask": gettext_noop(
        "Paint over what you mean first: “{part}” is about one part of the picture,"
        " and nothing is painted."
    ),
    "needs_subject": gettext_noop(
        "Paint over the subject first, roughly is enough: “{part}” changes everything around it."
    ),
}


def read(
    prompt: str, *, has_mask: bool, languages: Sequence[Vocabulary] | None = None
) -> dict[str, list[Facts]]:
    """Return ``{"steps": [{"do": name, "amount": signed share}, ...]}`` in order of execution.

    Fills come first, so that tones are applied to what was filled in. Fills have no amount; what
    needs one has a "colour", "#rrggbb"; "region": "background" means all but the painted subject.
    Raises `NotUnderstood` unless every word is accounted for in one language, `NeedsMask` when a
    place is named and nothing is painted.
    """
    steps = _read_in_any_language(prompt, vocabularies() if languages is None else languages)
    if not has_mask:
        _check_nothing_is_marked(steps, prompt)
    steps.sort(key=lambda step: abilities()[step.do].kind != "fill")
    return {"steps": _unique(_facts(step) for step in steps)}


def _read_in_any_language(prompt: str, languages: Sequence[Vocabulary]) -> list[Step]:
    refusals: list[tuple[float, NotUnderstood]] = []
    for vocabulary in languages:
        try:
            return _read(prompt, vocabulary)
        except NotUnderstood as refusal:
            refusals.append((vocabulary.known(prompt), refusal))
    # The language that knows most of the words is the one that was meant.
    raise max(refusals, key=lambda known: known[0])[1]


def _read(prompt: str, vocabulary: Vocabulary) -> list[Step]:
    if len(prompt) > LONGEST_TEXT:
        raise _refusal(Unread(vocabulary.tokens(prompt[:LONGEST_QUOTE])), vocabulary)
    tokens = vocabulary.tokens(prompt)
    try:
        return _steps(tokens, vocabulary)
    except Unread as unread:
        simpler = vocabulary.tokens(prompt, compounds=False)
        with suppress(Unread):
            if simpler != tokens:
                return _steps(simpler, vocabulary)
        raise _refusal(unread, vocabulary) from None


def _steps(tokens: Sequence[Token], vocabulary: Vocabulary) -> list[Step]:
    if len(tokens) > LONGEST_PROMPT:
        raise Unread(tokens)
    found: list[Read] = []
    for clause in _clauses(tokens):
        before = found[-1][0] if found else None
        found.append((_read_clause(clause, before, vocabulary), clause))
    if not found:
        raise Unread(tokens)
    _check_places(found)
    _check_directions(found)
    return _in_one_region(found)


def _read_clause(clause: Sequence[Token], before: Step | None, vocabulary: Vocabulary) -> Step:
    ordered = in_order(clause, vocabulary.grammar)
    try:
        return read_clause(ordered, before)
    except Unread as unread:
        # Quoted in the order in which it was written.
        tokens = clause if len(unread.tokens) >= len(clause) else unread.tokens
        raise Unread(tokens, unread.code) from None


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


def _check_places(found: Sequence[Read]) -> None:
    """One mask cannot mean the sky in one step and the grass in the next."""
    for number, (step, clause) in enumerate(found):
        before = (other for other, _ in found[:number])
        others = {other.place.named for other in before if not _is_same(other, step)} - {""}
        if step.place.named and others - {step.place.named}:
            raise Unread(clause, "two_places")


def _is_same(step: Step, other: Step) -> bool:
    return (step.do, step.amount) == (other.do, other.amount)


def _check_directions(found: Sequence[Read]) -> None:
    """ "Brighter and darker" is nothing, and two colours are one too many."""
    for number, (step, clause) in enumerate(found):
        for other, _ in found[:number]:
            if step.do == other.do and (
                step.amount * other.amount < 0 or step.colour != other.colour
            ):
                raise Unread(clause, "contradiction")


def _in_one_region(found: Sequence[Read]) -> list[Step]:
    """Let "it" be the background where that was spoken of; refuse to change two regions at once."""
    steps = [step for step, _ in found]
    if not any(step.place.background for step in steps):
        return steps
    cut_out = False
    for number, (step, clause) in enumerate(found):
        if not step.place.background:
            steps[number] = _moved_to_background(step, clause, after_cut=cut_out)
        cut_out |= step.do == "cut_out"
    if any(step.do == "backdrop" for step in steps):
        # "Remove the background and make it white": nobody would see the hole between.
        return [step for step in steps if step.do != "cut_out"]
    return steps


def _moved_to_background(step: Step, clause: Sequence[Token], *, after_cut: bool) -> Step:
    elsewhere = step.place.marked or step.place.whole or abilities()[step.do].kind == "fill"
    becomes_solid = after_cut and step.do == "recolour"
    if elsewhere or (after_cut and not becomes_solid):
        raise Unread(clause, "two_regions")
    if becomes_solid:
        return Step("backdrop", BACKGROUND, colour=step.colour)
    return replace(step, place=BACKGROUND)


def _refusal(unread: Unread, vocabulary: Vocabulary) -> NotUnderstood:
    part = vocabulary.quote(unread.tokens)
    if len(part) > LONGEST_QUOTE:
        part = f"{part[: LONGEST_QUOTE - 1]}…"
    message = MESSAGES[unread.code].format(part=part, abilities=", ".join(vocabulary.abilities))
    return NotUnderstood(message, code=unread.code, part=part, abilities=vocabulary.abilities)


def _check_nothing_is_marked(steps: Sequence[Step], prompt: str) -> None:
    part = prompt.strip()[:LONGEST_QUOTE]
    code = "needs_subject" if any(step.place.background for step in steps) else "needs_mask"
    if any(step.place.marked for step in steps):
        raise NeedsMask(MESSAGES[code].format(part=part), code=code, part=part)


def _facts(step: Step) -> Facts:
    facts: Facts = {"do": step.do}
    if abilities()[step.do].kind == "tone":
        facts["amount"] = step.amount
    if step.colour:
        facts["colour"] = step.colour
    if step.place.background:
        facts["region"] = "background"
    return facts


def _unique(steps: Iterator[Facts]) -> list[Facts]:
    """Drop what follows its equal: "remove this and that" is one fill."""
    kept: list[Facts] = []
    for step in steps:
        if step not in kept:
            kept.append(step)
    return kept
