"""Clauses that name a colour: "make it red", "white background", "recolour to #3366ff"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from editor.engines.builtin.lexicon import abilities
from editor.engines.builtin.places import BACKGROUND, Place, Unread, colour_of, read_place
from editor.engines.builtin.words import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from editor.engines.builtin.words import Role, Token

type Tokens = Sequence[Token]

# Words that lead to a background of one colour: "give it a white background".
BRINGERS: Final = (Kind.MAKER, Kind.GIVER, Kind.MORE)
# What stands between a thing and its colour: "into a pure white".
LINKS: Final = (Kind.TARGET, Kind.FLAT, Kind.DETERMINER)


@dataclass(frozen=True, slots=True)
class Hue:
    """A colour for a place; ``solid`` when the place becomes nothing but that colour."""

    place: Place
    colour: str
    solid: bool = False


def read_hue(rest: Tokens, clause: Tokens) -> Hue | None:
    """Read a clause that ends with a colour or a coloured background; None for any other.

    Raises `Unread`.
    """
    if not rest:
        return None
    if colour := rest[-1].role(Kind.HUE):
        return _ends_with_colour(rest[:-1], colour.colour, clause)
    if len(rest) > 1 and rest[-1].has(Kind.BACKGROUND) and (colour := rest[-2].role(Kind.HUE)):
        solid = Hue(BACKGROUND, colour.colour, solid=True)
        return solid if leads_to_background(rest[:-2]) else None
    return None


def leads_to_background(tokens: Tokens) -> bool:
    """Whether nothing but "white background" can follow: "give it a", "put this on a plain"."""
    lead = _without_links(tokens)
    if not lead:
        return True
    return lead[0].has(*BRINGERS) and all(token.has(Kind.PRONOUN) for token in lead[1:])


def _ends_with_colour(before: Tokens, colour: str, clause: Tokens) -> Hue | None:
    if not before:
        return Hue(Place(), colour)
    lead, verb = before[0], before[0].role(Kind.VERB)
    paints = verb is not None and abilities()[verb.do].coloured
    if paints or lead.has(Kind.MAKER):
        place = _coloured_place(before[1:], clause)
        return Hue(place, colour, solid=place.background and not paints)
    if lead.has(Kind.CREATION) or _is_fill(verb):
        place = _coloured_place(before[1:], clause)
        return Hue(place, colour, solid=True) if place.background else None
    bare = _without_target(before)
    if bare and bare[-1].has(Kind.BACKGROUND) and read_place(bare, clause).background:
        return Hue(BACKGROUND, colour, solid=True)
    return None


def _is_fill(verb: Role | None) -> bool:
    return verb is not None and verb.do == "fill"


def _coloured_place(tokens: Tokens, clause: Tokens) -> Place:
    """Read "the colour of the car to a": what gets the colour."""
    thing = _without_target(tokens)
    if not thing:
        return Place()
    where = colour_of(thing)
    if where is not None:
        if not where:
            return Place()
        if not where[0].has(Kind.PREPOSITION, Kind.ATTACHMENT):
            raise Unread(clause)
        return read_place(where[1:], clause)
    if len(thing) > 1 and thing[-1].has(Kind.COLOUR):
        thing = thing[:-1]
    return read_place(thing, clause)


def _without_target(tokens: Tokens) -> Tokens:
    """Drop "to a pure" from "the car to a pure"; "the" alone is a thing that is missing."""
    bare = _without_links(tokens)
    leads = len(bare) < len(tokens) and not tokens[len(bare)].has(Kind.DETERMINER)
    return bare if leads else tokens


def _without_links(tokens: Tokens) -> Tokens:
    while tokens and tokens[-1].has(*LINKS) and not tokens[-1].has(Kind.PRONOUN):
        tokens = tokens[:-1]
    return tokens
