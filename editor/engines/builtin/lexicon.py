"""The vocabulary as data: what there is to do, and the words for it in each language."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, TypedDict

from editor.engines.builtin.words import Grammar, Kind, Role, Vocabulary, cut

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FOLDER: Final = Path(__file__).with_name("vocabulary")
INSTRUCTIONS: Final = FOLDER / "instructions.toml"
BLACK, WHITE = 0, 255


@dataclass(frozen=True, slots=True)
class Ability:
    """One instruction, whatever the language; amounts are shares, 1 = 100 %."""

    kind: Literal["fill", "tone", "background"]
    default: float = 1.0
    maximum: float = 1.0
    signed: bool = False
    part_of: str = ""
    coloured: bool = False


class _Meanings(TypedDict, total=False):
    verbs: list[str]
    outcomes: list[str]
    nouns: list[str]
    up: _Meanings
    down: _Meanings


@cache
def abilities() -> Mapping[str, Ability]:
    """Return what there is to do, by name."""
    data = tomllib.loads(INSTRUCTIONS.read_text(encoding="utf-8"))
    return {name: Ability(**facts) for name, facts in data.items()}


@cache
def vocabularies() -> tuple[Vocabulary, ...]:
    """Return all languages, by the names of their files. Raises ValueError for faulty data."""
    files = sorted(set(FOLDER.glob("*.toml")) - {INSTRUCTIONS})
    return tuple(vocabulary(path.stem, path.read_text(encoding="utf-8")) for path in files)


def vocabulary(language: str, text: str) -> Vocabulary:
    """Return the language that a TOML text describes; the shape is that of vocabulary/en.toml.

    Raises ValueError for instructions that do not exist.
    """
    data = tomllib.loads(text)
    if unknown := data["instructions"].keys() - abilities().keys():
        raise ValueError(f"{language}: there are no instructions {sorted(unknown)}")
    grammar = Grammar(**data.get("grammar", {}))
    phrases: dict[tuple[str, ...], tuple[Role, ...]] = {}
    for phrase, role in _entries(data):
        words = tuple(piece.casefold() for piece in cut(phrase, spaces=grammar.spaces))
        phrases[words] = (*phrases.get(words, ()), role)
    return Vocabulary(
        language=language,
        grammar=grammar,
        abilities=tuple(data["abilities"]),
        suggestions=tuple(data.get("suggestions", ())),
        phrases=phrases,
        longest=max(map(len, phrases)),
        endings=tuple(data["words"].get(Kind.DESCRIBING.value, ())),
        particles=tuple(data["words"].get(Kind.PARTICLE.value, ())),
    )


def _entries(data: dict[str, Any]) -> Iterator[tuple[str, Role]]:
    for key, words in data["words"].items():
        kind = Kind(key)
        for word in words if kind is not Kind.DESCRIBING else ():
            yield word, Role(kind)
    for kind in (Kind.STRENGTH, Kind.SHARE):
        for word, value in data.get(kind.value, {}).items():
            yield word, Role(kind, value=value)
    yield from _colours(data)
    for do, meanings in data["instructions"].items():
        yield from _meanings(do, meanings, 1.0)
        yield from _meanings(do, meanings.get("up", {}), 1.0)
        yield from _meanings(do, meanings.get("down", {}), -1.0)


def _meanings(do: str, meanings: _Meanings, sign: float) -> Iterator[tuple[str, Role]]:
    for word in meanings.get("verbs", []):
        yield word, Role(Kind.VERB, do, sign)
    for word in meanings.get("outcomes", []):
        yield word, Role(Kind.OUTCOME, do, sign)
    for word in meanings.get("nouns", []):
        yield word, Role(Kind.NOUN, do, sign)


def _colours(data: dict[str, Any]) -> Iterator[tuple[str, Role]]:
    named: dict[str, str] = data.get("colours", {})
    shades = data.get("shades", {"of": [], "by": {}})
    joint = " " if data.get("grammar", {}).get("spaces", True) else ""
    derived = {
        f"{shade}{joint}{name}": _shaded(named[name], share)
        for name in shades["of"]
        for shade, share in shades["by"].items()
    }
    for name, colour in (derived | named).items():
        yield name, Role(Kind.HUE, colour=colour)


def _shaded(colour: str, share: float) -> str:
    """Mix a colour with white, or with black when the share is below 0."""
    towards = WHITE if share > 0 else BLACK
    levels = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    mixed = (round(level + (towards - level) * abs(share)) for level in levels)
    return "#" + "".join(f"{level:02x}" for level in mixed)
