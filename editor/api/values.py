"""Reads single values out of a body: typed as JSON has them, or as the texts of a form."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from editor.api import errors

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# What clients write into a form where they mean nothing at all.
UNSET: Final = frozenset({"", "null"})
WHOLE: Final = re.compile(r"[+-]?[0-9]{1,18}", re.ASCII)
FLAGS: Final[Mapping[str, bool]] = {"true": True, "1": True, "false": False, "0": False}
# Half characters, which no database and no file name takes; and the one that ends a text in C.
UNWRITABLE: Final = re.compile(r"[\0\ud800-\udfff]")


@dataclass(slots=True)
class Values:
    """The fields of a body by name; those that were asked for are known.

    `as_text`: they come from a form, where all is text. Which of the `repeated` was meant matters
    only where somebody asks for it.
    """

    given: Mapping[str, Any]
    as_text: bool
    known: set[str] = field(default_factory=set)
    repeated: set[str] = field(default_factory=set)

    def take(self, name: str) -> Any:
        """What was given, None where nothing was. Raises ApiError for what was given twice."""
        self.known.add(name)
        if name in self.repeated:
            raise errors.repeated(name)
        value = self.given.get(name)
        return None if isinstance(value, str) and value in UNSET else value

    def text(self, name: str, most: int) -> str | None:
        """A text of at most so many characters."""
        value = self.take(name)
        if value is None:
            return None
        if not isinstance(value, str):
            raise errors.wrong_type(name, "a string")
        return writable(name, value, most)

    def word(self, name: str, words: Sequence[str]) -> str | None:
        """One of the words."""
        value = self.take(name)
        if value is None:
            return None
        if not isinstance(value, str):
            raise errors.wrong_type(name, "a string")
        if value in words:
            return value
        listed = ", ".join(f"'{word}'" for word in words)
        raise errors.invalid(name, f"Invalid value for '{name}'. Supported values are: {listed}.")

    def whole(self, name: str, least: int, most: int) -> int | None:
        """A whole number between two others."""
        value = self.take(name)
        if self.as_text and isinstance(value, str) and WHOLE.fullmatch(value):
            value = int(value)
        if isinstance(value, float) and value.is_integer():
            value = int(value)  # JSON knows one kind of number: 1.0 is 1
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool):
            raise errors.wrong_type(name, "a whole number")
        if not least <= value <= most:
            raise errors.invalid(
                name, f"Invalid value for '{name}': it must lie between {least} and {most}."
            )
        return value

    def flag(self, name: str) -> bool | None:
        """True or false."""
        value = self.take(name)
        if self.as_text and isinstance(value, str):
            value = FLAGS.get(value.lower(), value)
        if value is None or isinstance(value, bool):
            return value
        raise errors.wrong_type(name, "true or false")


def writable(name: str, text: str, most: int) -> str:
    """The text, unless it is too long or holds what cannot be kept."""
    if len(text) > most:
        raise errors.invalid(
            name,
            f"Invalid '{name}': string too long. At most {most:,} characters are taken, "
            f"this has {len(text):,}.",
            "string_above_max_length",
        )
    if UNWRITABLE.search(text):
        raise errors.invalid(name, f"Invalid '{name}': it holds a character that is none.")
    return text
