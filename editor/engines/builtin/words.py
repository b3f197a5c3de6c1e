"""Words: the vocabulary as data, and a prompt cut into tokens of known meaning."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from enum import Enum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, TypedDict

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

VOCABULARY: Final = Path(__file__).with_name("vocabulary.toml")
# Numbers with their sign, words with inner apostrophes, any other sign alone.
PIECE: Final = re.compile(r"(?<![^\W\d_])[+\-]?\d+(?:[.,]\d+)?|[^\W\d_]+(?:'[^\W\d_]+)*|\S|\n")
SAME_SIGN: Final = str.maketrans("\u2018\u2019\u2212\u2013\u2014", "''---")
SILENT: Final = frozenset("\"“”„«»'()[]")
BREAKS: Final = frozenset(",;.:!?\n-")


class Kind(Enum):
    """What a word can be in a sentence."""

    POLITE = "polite"
    JOINER = "joiners"
    NEGATION = "negations"
    CREATION = "creation"
    DETERMINER = "determiners"
    PRONOUN = "pronouns"
    AREA = "areas"
    BACKGROUND = "backgrounds"
    SOURCE = "sources"
    PREPOSITION = "prepositions"
    ATTACHMENT = "attachments"
    DESCRIPTION = "descriptions"
    DESCRIBING = "describing"
    MAKER = "makers"
    GIVER = "givers"
    MORE = "more"
    LESS = "less"
    BEFORE_AMOUNT = "before_amounts"
    PERCENT = "percent"
    QUALITY = "qualities"
    COLOUR = "colours"
    STRENGTH = "strengths"
    VERB = "verbs"
    OUTCOME = "outcomes"
    NOUN = "nouns"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Role:
    """One meaning: which instruction it names, and its factor, number or direction (±1)."""

    kind: Kind
    do: str = ""
    value: float = 1.0


@dataclass(frozen=True, slots=True)
class Token:
    """A word or phrase of the prompt; without roles it is a word we do not know."""

    text: str
    roles: tuple[Role, ...] = ()

    def role(self, kind: Kind) -> Role | None:
        """Return its meaning of this kind, if it has one."""
        return next((role for role in self.roles if role.kind is kind), None)

    def has(self, *kinds: Kind) -> bool:
        """Whether it can be any of these."""
        return any(role.kind in kinds for role in self.roles)


@dataclass(frozen=True, slots=True)
class Ability:
    """One instruction, whatever the language; amounts are shares, 1 = 100 %."""

    kind: Literal["fill", "tone"]
    default: float = 1.0
    maximum: float = 1.0
    signed: bool = False


class _Meanings(TypedDict, total=False):
    verbs: list[str]
    outcomes: list[str]
    nouns: list[str]
    up: _Meanings
    down: _Meanings


class _LanguageData(TypedDict):
    name: str
    abilities: list[str]
    words: dict[str, list[str]]
    strengths: dict[str, float]
    instructions: dict[str, _Meanings]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All phrases of one language with their roles."""

    language: str
    abilities: tuple[str, ...]
    phrases: Mapping[tuple[str, ...], tuple[Role, ...]]
    longest: int
    endings: tuple[str, ...]

    def tokens(self, prompt: str) -> list[Token]:
        """Cut a prompt into tokens, the longest known phrase first."""
        pieces = list(_pieces(prompt))
        found: list[Token] = []
        while pieces:
            token, used = self._first(pieces)
            del pieces[:used]
            found.append(token)
        return found

    def _first(self, pieces: Sequence[str]) -> tuple[Token, int]:
        for length in range(min(self.longest, len(pieces)), 0, -1):
            phrase = tuple(piece.casefold() for piece in pieces[:length])
            if roles := self.phrases.get(phrase):
                return Token(" ".join(pieces[:length]), roles), length
        return Token(pieces[0], self._unlisted(pieces[0])), 1

    def _unlisted(self, piece: str) -> tuple[Role, ...]:
        if piece in BREAKS:
            return (Role(Kind.JOINER),)
        if piece.lstrip("+-")[:1].isdigit():
            return (Role(Kind.NUMBER, value=float(piece.replace(",", "."))),)
        if piece.casefold().endswith(self.endings):
            return (Role(Kind.DESCRIBING),)
        return ()


def _pieces(prompt: str) -> Iterator[str]:
    text = unicodedata.normalize("NFKC", prompt).translate(SAME_SIGN)
    for match in PIECE.finditer(text):
        if match.group() not in SILENT and not _is_hyphen(text, match):
            yield match.group()


def _is_hyphen(text: str, match: re.Match[str]) -> bool:
    """Whether it is a dash without spaces around it, as in "black-and-white"."""
    around = text[match.start() - 1 : match.start()] + text[match.end() : match.end() + 1]
    return match.group() == "-" and len(around) == 2 and not any(map(str.isspace, around))


@cache
def abilities() -> Mapping[str, Ability]:
    """Return what there is to do, by name."""
    data = tomllib.loads(VOCABULARY.read_text(encoding="utf-8"))
    return {name: Ability(**facts) for name, facts in data["instructions"].items()}


@cache
def vocabularies() -> tuple[Vocabulary, ...]:
    """Return all languages in the order of the file. Raises ValueError for faulty data."""
    data = tomllib.loads(VOCABULARY.read_text(encoding="utf-8"))
    return tuple(_vocabulary(code, data[code]) for code in data if code != "instructions")


def _vocabulary(code: str, data: _LanguageData) -> Vocabulary:
    if data["instructions"].keys() != abilities().keys():
        raise ValueError(f"[{code}.instructions] must name exactly the known instructions")
    phrases: dict[tuple[str, ...], tuple[Role, ...]] = {}
    for phrase, role in _entries(data):
        words = tuple(piece.casefold() for piece in _pieces(phrase))
        phrases[words] = (*phrases.get(words, ()), role)
    endings = tuple(data["words"][Kind.DESCRIBING.value])
    return Vocabulary(code, tuple(data["abilities"]), phrases, max(map(len, phrases)), endings)


def _entries(data: _LanguageData) -> Iterator[tuple[str, Role]]:
    for key, words in data["words"].items():
        kind = Kind(key)
        for word in words if kind is not Kind.DESCRIBING else ():
            yield word, Role(kind)
    for word, factor in data["strengths"].items():
        yield word, Role(Kind.STRENGTH, value=factor)
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
