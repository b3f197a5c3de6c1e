"""What the words of a manner may say, as data says them. Owners of providers use the same words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

CHOICES: Final[Mapping[str, frozenset[str]]] = {
    "transport": frozenset({"multipart", "xai", "openrouter"}),
    "auth": frozenset({"bearer", "api-key"}),
    "image_field": frozenset({"brackets", "repeat", "single"}),
    "mask": frozenset({"none", "alpha", "white", "black"}),
    "size_mode": frozenset({"size", "aspect", "none"}),
}
RANGES: Final[Mapping[str, tuple[int, int]]] = {
    "max_images": (1, 16),
    "max_pixels": (65_536, 64_000_000),
    "max_bytes": (100_000, 100_000_000),
    "mask_max_bytes": (100_000, 100_000_000),
}
FLAGS: Final = frozenset({"names_model", "needs_mask", "jpeg", "resend_safe"})
CLOCKS: Final = frozenset({"connect", "write", "read", "idle", "total"})
# Those that members choose, by their names in the contract.
PARAMETERS: Final = (
    *("n", "size", "quality", "background", "input_fidelity", "output_format"),
    *("output_compression", "moderation", "partial_images"),
)
# Fields that are there already, whatever a manner says.
TAKEN: Final = frozenset(
    {
        *("prompt", "model", "image", "image[]", "images", "input_references"),
        *(*PARAMETERS, "aspect_ratio", "stream"),
    }
)
# Kinds of JSON that have no place for a mask.
MASKLESS: Final = frozenset({"xai", "openrouter"})
MOST: Final = 20

FIELD: Final = re.compile(r"[A-Za-z_][\w.\-]{0,59}(\[\w{0,20}\])?", re.ASCII)
VALUE: Final = re.compile(r"[!-~]([ -~]{0,198}[!-~])?", re.ASCII)
PATH: Final = re.compile(r"(/(?!\.{1,2}(?:/|$))[\w.~%+@:,;=!$&'()*{}\-]+){1,20}/?", re.ASCII)
HOST: Final = re.compile(r"\*|(?=.{1,253}$)\w([\w-]{0,61}\w)?(\.\w([\w-]{0,61}\w)?)*")
ASPECT: Final = re.compile(r"[1-9][0-9]{0,2}:[1-9][0-9]{0,2}", re.ASCII)


class Wrong(StrEnum):
    """What is wrong with a word."""

    CHOICE = "none of its choices"
    NUMBER = "no number that makes sense"
    FLAG = "neither true nor false"
    PATH = "no path such as /images/edits"
    FIELD = "no name of a field"
    TAKEN = "the name of a field that is sent already"
    VALUE = "no value that can be sent"
    PARAMETER = "no parameter of the contract"
    ASPECT = "no aspect such as 3:2"
    HOST = "no name of a host"
    TEXTS = "no list of texts"
    PAIRS = "no table of texts"
    MANY = "too many"
    MASKLESS = "this kind of JSON has no place for a mask"
    ASPECTS_NEEDED = "sizes that go as an aspect need a list of aspects"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with which word; ``value`` is the part of it that is meant."""

    word: str
    wrong: Wrong
    value: str = ""

    def __str__(self) -> str:
        named = f"{self.word}: {self.value!r} is" if self.value else f"{self.word}:"
        return f"{named} {self.wrong}"


def faults(words: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield what is wrong with the words of a whole manner; sizes are judged where they are read."""
    for word, value in words.items():
        yield from _faults(word, value)
    if words.get("transport") in MASKLESS and words.get("mask") != "none":
        yield Fault("mask", Wrong.MASKLESS)
    if words.get("size_mode") == "aspect" and not words.get("aspects"):
        yield Fault("aspects", Wrong.ASPECTS_NEEDED)
    yield from _clashes(words)


def _faults(word: str, value: Any) -> Iterator[Fault]:
    if word in CHOICES and (not isinstance(value, str) or value not in CHOICES[word]):
        yield Fault(word, Wrong.CHOICE, str(value))
    elif word in FLAGS and not isinstance(value, bool):
        yield Fault(word, Wrong.FLAG, str(value))
    elif word in RANGES and not _within(value, *RANGES[word]):
        yield Fault(word, Wrong.NUMBER, str(value))
    elif word in _LISTS:
        yield from _of_list(word, value, *_LISTS[word])
    elif word in {"query", "extra"}:
        yield from _of_pairs(word, value)
    elif word in _TEXTS:
        matches, wrong = _TEXTS[word]
        if not isinstance(value, str) or not matches(value):
            yield Fault(word, wrong, str(value))


def _within(value: Any, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _of_list(
    word: str, value: Any, matches: Callable[[str], object], wrong: Wrong
) -> Iterator[Fault]:
    if word == "fields" and value is None:
        return
    if isinstance(value, str) or not isinstance(value, list | tuple):
        yield Fault(word, Wrong.TEXTS)
        return
    if len(value) > MOST:
        yield Fault(word, Wrong.MANY)
    for one in value:
        if not isinstance(one, str) or not matches(one):
            yield Fault(word, wrong, str(one))


def _of_pairs(word: str, value: Any) -> Iterator[Fault]:
    if not isinstance(value, Mapping):
        yield Fault(word, Wrong.PAIRS)
        return
    if len(value) > MOST:
        yield Fault(word, Wrong.MANY)
    for name, one in value.items():
        if not isinstance(name, str) or not FIELD.fullmatch(name):
            yield Fault(word, Wrong.FIELD, str(name))
        if not isinstance(one, str) or not VALUE.fullmatch(one):
            yield Fault(word, Wrong.VALUE, str(one))


def _clashes(words: Mapping[str, Any]) -> Iterator[Fault]:
    """Names that something else on the wire has: the later one would hide it."""
    used = {*TAKEN}
    for word, usual in (("mask_field", "mask"), ("user_field", "user")):
        name = words.get(word, usual)
        if name in used:
            yield Fault(word, Wrong.TAKEN, str(name))
        elif name:
            used.add(name)
    extra = words.get("extra")
    for name in extra if isinstance(extra, Mapping) else ():
        if name in used:
            yield Fault("extra", Wrong.TAKEN, str(name))


def _is_path(text: str) -> bool:
    rest = text.replace("{model}", "model")
    return "{" not in rest and "}" not in rest and bool(PATH.fullmatch(rest))


def _is_root(text: str) -> bool:
    return text == "" or ("{" not in text and _is_path(text))


_LISTS: Final[Mapping[str, tuple[Callable[[str], object], Wrong]]] = {
    "aspects": (ASPECT.fullmatch, Wrong.ASPECT),
    "fields": (PARAMETERS.__contains__, Wrong.PARAMETER),
    "result_hosts": (HOST.fullmatch, Wrong.HOST),
}
_TEXTS: Final[Mapping[str, tuple[Callable[[str], object], Wrong]]] = {
    "root": (_is_root, Wrong.PATH),
    "path": (_is_path, Wrong.PATH),
    "mask_field": (FIELD.fullmatch, Wrong.FIELD),
    "user_field": (lambda text: text == "" or FIELD.fullmatch(text), Wrong.FIELD),
}
