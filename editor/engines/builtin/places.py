"""The parts of a clause that say where or what: "this", "the lamp post on the left"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from editor.engines.builtin.words import Kind, Token

if TYPE_CHECKING:
    from collections.abc import Sequence

# A description longer than this is a sentence that was not understood.
LONGEST_THING: Final = 16
LONGEST_SEGMENT: Final = 5
PLAIN: Final = (Kind.DETERMINER, Kind.PRONOUN, Kind.AREA, Kind.PREPOSITION)
DESCRIBES: Final = (Kind.PREPOSITION, Kind.DESCRIPTION, Kind.ATTACHMENT)
# "the dark car": these may describe the word that follows.
ADJECTIVE: Final = (
    *(Kind.OUTCOME, Kind.NOUN, Kind.STRENGTH, Kind.QUALITY, Kind.COLOUR, Kind.HUE, Kind.FLAT),
)


class Unread(Exception):
    """These tokens mean nothing to the grammar; ``code`` says in which way."""

    def __init__(self, tokens: Sequence[Token], code: str = "not_understood") -> None:
        super().__init__(code)
        self.tokens = tuple(tokens)
        self.code = code


@dataclass(frozen=True, slots=True)
class Place:
    """Where a step applies.

    ``named`` are the words that single something out, in small letters ("sky"); ``marked`` is
    true when the place is a part of the picture, so that something must be painted;
    ``background`` when it is all that lies around what is painted; ``whole`` when the prompt says
    "the picture".
    """

    named: str = ""
    marked: bool = False
    background: bool = False
    whole: bool = False

    def __or__(self, other: Place) -> Place:
        return Place(
            " ".join(filter(None, (self.named, other.named))),
            self.marked or other.marked,
            self.background or other.background,
            self.whole or other.whole,
        )


BACKGROUND: Final = Place(marked=True, background=True)


def read_place(tokens: Sequence[Token], clause: Sequence[Token]) -> Place:
    """Read the place of a tonal change. Raises `Unread`."""
    segments = _segments(tokens)
    if any(not part or len(part) > LONGEST_SEGMENT for part in segments[1:]):
        raise Unread(clause)
    if len(segments[0]) > LONGEST_SEGMENT or not all(map(_is_place, segments) if tokens else ()):
        raise Unread(clause)
    names_background = _is_background(segments[0]) or _is_all_of_background(segments)
    return BACKGROUND if names_background else _place(tokens)


def read_where(tokens: Sequence[Token], clause: Sequence[Token]) -> Place:
    """Read "in the corner", "of the sky": a place that a preposition must lead to.

    Raises `Unread`.
    """
    if not tokens:
        return Place()
    if len(tokens) == 1 or not tokens[0].has(Kind.PREPOSITION, Kind.ATTACHMENT):
        raise Unread(clause)
    return read_place(tokens[1:], clause)


def read_thing(tokens: Sequence[Token], clause: Sequence[Token]) -> Place:
    """Read what is to be removed; what it is like may be said in any words. Raises `Unread`."""
    thing = without_sources(tokens)
    fits = all(_is_thing_word(thing, index) for index in range(len(thing)))
    if len(thing) > LONGEST_THING or not fits or not _articles_lead(_head(thing)):
        raise Unread(clause)
    if head := _head(thing):
        if _is_background(head):
            return BACKGROUND
        if head[-1].has(Kind.QUALITY):
            raise Unread(clause)
    return _place(thing)


def read_gap(tokens: Sequence[Token], clause: Sequence[Token]) -> Place:
    """Read what is to be filled: "this", "the hole in the wall". Raises `Unread`."""
    gap = without_sources(tokens)
    if not all(token.has(Kind.DETERMINER, Kind.PRONOUN, Kind.AREA) for token in _head(gap)):
        raise Unread(clause)
    return read_place(gap, clause)


def colour_of(tokens: Sequence[Token]) -> Sequence[Token] | None:
    """Return what follows "the colour" in "the colour of the car"; None for other things."""
    thing = without_sources(tokens)
    head = [token for token in _head(thing) if not token.has(Kind.DETERMINER)]
    is_colour = len(head) == 1 and head[0].has(Kind.COLOUR)
    return thing[len(_head(thing)) :] if is_colour else None


def without_sources(tokens: Sequence[Token]) -> Sequence[Token]:
    """Drop words like "completely" and "with the surroundings", which say what happens anyway."""
    last = len(tokens) - 1
    return [
        token
        for index, token in enumerate(tokens)
        if not token.has(Kind.SOURCE) or (token.has(Kind.PREPOSITION) and index < last)
    ]


def _segments(tokens: Sequence[Token]) -> list[list[Token]]:
    parts: list[list[Token]] = [[]]
    for token in tokens:
        if token.has(Kind.PREPOSITION):
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def _is_place(segment: Sequence[Token]) -> bool:
    """Whether every word fits, and "it" or "the picture" stands alone."""
    fits = all(_is_place_word(segment, index) for index in range(len(segment)))
    alone = all(
        not token.has(Kind.PRONOUN) or token.has(Kind.DETERMINER) or len(segment) == 1
        for token in segment
    )
    only_determiners = segment and not any(
        token.has(Kind.PRONOUN) or not token.has(Kind.DETERMINER) for token in segment
    )
    return fits and alone and not only_determiners and _articles_lead(segment)


def _articles_lead(segment: Sequence[Token]) -> bool:
    """Whether no "the" comes after a word: "the man sharpen the car" is two orders."""
    leading = 0
    while leading < len(segment) and segment[leading].has(Kind.DETERMINER):
        leading += 1
    return not any(token.has(Kind.DETERMINER) for token in segment[leading:])


def _is_place_word(segment: Sequence[Token], index: int) -> bool:
    token = segment[index]
    if _is_unknown_word(token) or token.has(*PLAIN, Kind.BACKGROUND):
        return True
    if index < len(segment) - 1:
        return token.has(*ADJECTIVE)
    after_determiner = index > 0 and segment[index - 1].has(Kind.DETERMINER)
    if token.has(Kind.HUE):
        return index == 0 or after_determiner
    return token.has(Kind.NOUN, Kind.COLOUR) and not token.has(Kind.QUALITY) and after_determiner


def _is_unknown_word(token: Token) -> bool:
    return token.has(Kind.DESCRIBING) or (not token.roles and token.text[0].isalpha())


def _is_thing_word(thing: Sequence[Token], index: int) -> bool:
    """Whether a word may stand here in a thing, or rather begins another order."""
    token = thing[index]
    after_determiner = index > 0 and thing[index - 1].has(Kind.DETERMINER)
    if token.has(Kind.PERCENT) or not (token.roles or _is_unknown_word(token)):
        return False
    if token.has(Kind.VERB, Kind.MAKER, Kind.GIVER) and not token.has(Kind.NOUN):
        return after_determiner
    if token.has(Kind.OUTCOME) and not token.has(Kind.NOUN) and index == len(thing) - 1:
        return after_determiner
    return True


def _head(thing: Sequence[Token]) -> Sequence[Token]:
    """Return the words before the first "in", "on", "with", which name the thing itself."""
    for index, token in enumerate(thing):
        if token.has(*DESCRIBES) or (token.has(Kind.DESCRIBING) and _is_described(thing, index)):
            return thing[:index]
    return thing


def _is_background(segment: Sequence[Token]) -> bool:
    return bool(segment) and segment[-1].has(Kind.BACKGROUND)


def _is_all_of_background(segments: Sequence[Sequence[Token]]) -> bool:
    """ "Everything in the background"."""
    head, *where = segments
    return len(where) == 1 and bool(head) and head[-1].has(Kind.WHOLE) and _is_background(where[0])


def _is_described(thing: Sequence[Token], index: int) -> bool:
    """Whether "riding" tells about the word before it; "the building" is a thing itself."""
    return index > 0 and not thing[index - 1].has(Kind.DETERMINER)


def _place(tokens: Sequence[Token]) -> Place:
    content = [
        token
        for token in tokens
        if not token.has(Kind.DETERMINER, Kind.PRONOUN, Kind.PREPOSITION, Kind.ATTACHMENT)
    ]
    named = " ".join(token.text.casefold() for token in content if not token.has(Kind.AREA))
    whole = any(token.has(Kind.WHOLE) for token in tokens)
    return Place(named, marked=bool(content), whole=whole)
