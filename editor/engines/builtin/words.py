"""Words: a prompt cut into tokens of known meaning, by a vocabulary that lexicon.py loads."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

# Colours by number, numbers with their sign, words with inner apostrophes, any other sign alone.
PIECE: Final = re.compile(
    r"#[0-9a-fA-F]{3,8}\b|(?<![A-Za-z])[+\-]?\d+(?:[.,]\d+)?|[^\W\d_]+(?:'[^\W\d_]+)*|\S|\n"
)
HEX: Final = re.compile(r"#(?:[0-9a-f]{3}|[0-9a-f]{6})")
SAME_SIGN: Final = str.maketrans("\u2018\u2019\u2212\u2013\u2014\u3002\u3001", "''---.,")
SILENT: Final = frozenset("\"“”„«»'()[]「」《》")
BREAKS: Final = frozenset(",;.:!?\n-")


class Kind(Enum):
    """What a word can be in a sentence."""

    POLITE = "polite"
    JOINER = "joiners"
    NEGATION = "negations"
    CREATION = "creation"
    DETERMINER = "determiners"
    PRONOUN = "pronouns"
    WHOLE = "wholes"
    AREA = "areas"
    BACKGROUND = "backgrounds"
    SOURCE = "sources"
    PREPOSITION = "prepositions"
    ATTACHMENT = "attachments"
    DESCRIPTION = "descriptions"
    DESCRIBING = "describing"
    MAKER = "makers"
    GIVER = "givers"
    TARGET = "targets"
    FLAT = "flat"
    PARTICLE = "particles"
    MORE = "more"
    LESS = "less"
    BEFORE_AMOUNT = "before_amounts"
    PERCENT = "percent"
    QUALITY = "qualities"
    COLOUR = "colours"
    STRENGTH = "strengths"
    SHARE = "shares"
    VERB = "verbs"
    OUTCOME = "outcomes"
    NOUN = "nouns"
    NUMBER = "number"
    HUE = "hue"


@dataclass(frozen=True, slots=True)
class Role:
    """One meaning: which instruction it names, and its factor, number or direction (±1).

    A HUE has its `colour` as "#rrggbb".
    """

    kind: Kind
    do: str = ""
    value: float = 1.0
    colour: str = ""


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
class Grammar:
    """How sentences of a language are built.

    ``spaces``: words stand apart; ``verbs_last``: a verb may follow what it is about.
    """

    spaces: bool = True
    verbs_last: bool = False


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All phrases of one language with their roles."""

    language: str
    grammar: Grammar
    abilities: tuple[str, ...]
    suggestions: tuple[str, ...]
    phrases: Mapping[tuple[str, ...], tuple[Role, ...]]
    longest: int
    endings: tuple[str, ...] = ()
    particles: tuple[str, ...] = ()

    def tokens(self, prompt: str, *, compounds: bool = True) -> list[Token]:
        """Cut a prompt into tokens, the longest known phrase first.

        Without ``compounds`` a colour has one word: "make the sky blue" is not about sky blue.
        """
        pieces = cut(prompt, spaces=self.grammar.spaces)
        found: list[Token] = []
        start = 0
        while start < len(pieces):
            token, used = self._first(pieces[start : start + self.longest], compounds=compounds)
            start += used
            if self.grammar.spaces or not (found and _is_unknown(found[-1]) and _is_unknown(token)):
                found.append(token)
            else:
                found[-1] = Token(found[-1].text + token.text)
        return found

    def quote(self, tokens: Sequence[Token]) -> str:
        """Return tokens as a person would write them."""
        joint = " " if self.grammar.spaces else ""
        return joint.join(token.text for token in tokens if token.text)

    def known(self, prompt: str) -> float:
        """Return the share of the prompt's tokens that have a meaning in this language."""
        tokens = self.tokens(prompt)
        return sum(bool(token.roles) for token in tokens) / max(1, len(tokens))

    def _first(self, pieces: Sequence[str], *, compounds: bool) -> tuple[Token, int]:
        joint = " " if self.grammar.spaces else ""
        for length in range(len(pieces), 0, -1):
            phrase = tuple(piece.casefold() for piece in pieces[:length])
            roles = self.phrases.get(phrase) or self._with_particle(phrase)
            token = Token(joint.join(pieces[:length]), roles)
            if roles and (compounds or length == 1 or not token.has(Kind.HUE)):
                return token, length
        return Token(pieces[0], self._unlisted(pieces[0])), 1

    def _with_particle(self, phrase: tuple[str, ...]) -> tuple[Role, ...]:
        """Look up a phrase without the ending that tells its part in the sentence."""
        *words, last = phrase
        for particle in self.particles:
            stem = last.removesuffix(particle)
            if stem != last and (roles := self.phrases.get((*words, stem))):
                return roles
        return ()

    def _unlisted(self, piece: str) -> tuple[Role, ...]:
        if piece in BREAKS:
            return (Role(Kind.JOINER),)
        if HEX.fullmatch(piece.casefold()):
            return (Role(Kind.HUE, colour=_six_digits(piece.casefold())),)
        if piece.lstrip("+-")[:1].isdecimal():
            return (Role(Kind.NUMBER, value=float(piece.replace(",", "."))),)
        if self.endings and piece.casefold().endswith(self.endings):
            return (Role(Kind.DESCRIBING),)
        return ()


def cut(text: str, *, spaces: bool = True) -> list[str]:
    """Cut a text into words, numbers and signs; where words do not stand apart, into letters."""
    found: list[str] = []
    for piece in _pieces(text):
        if spaces or not piece.isalpha() or piece.isascii():
            found.append(piece)
        else:
            found.extend(piece)
    return found


def _pieces(prompt: str) -> Iterator[str]:
    text = unicodedata.normalize("NFKC", prompt).translate(SAME_SIGN)
    for match in PIECE.finditer(text):
        if match.group() not in SILENT and not _is_hyphen(text, match):
            yield match.group()


def _is_hyphen(text: str, match: re.Match[str]) -> bool:
    """Whether it is a dash without spaces around it, as in "black-and-white"."""
    around = text[match.start() - 1 : match.start()] + text[match.end() : match.end() + 1]
    return match.group() == "-" and len(around) == 2 and not any(map(str.isspace, around))


def _is_unknown(token: Token) -> bool:
    return not token.roles and token.text.isalpha()


def _six_digits(colour: str) -> str:
    short = colour.removeprefix("#")
    return "#" + "".join(digit * 2 for digit in short) if len(short) == 3 else colour
