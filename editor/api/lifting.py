"""Reads a JSON text whose pictures never come into memory: they are lifted out while it arrives.

A string that begins as a data URL and is long is decoded into a file, piece by piece, and a short
sign is left in its place. What remains is small and goes through the usual reader.
"""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING, Final

from editor.api import dataurls, errors, pictures
from editor.api.dataurls import Decoder, NotBase64

if TYPE_CHECKING:
    from editor.api.call import File

# A prompt of 32,000 characters, each written as two escapes, is 384 kB.
MOST_TEXT: Final = 1_000_000
# Strings shorter than that stay where they are.
LONG: Final = 4096
BEGINNING: Final = re.compile(rb'data:[^",]{0,200};base64,', re.IGNORECASE)
# PHP escapes the slash, .NET the plus, Java the equals sign, and some break base64 into lines.
ESCAPES: Final = (
    *((rb"\/", b"/"), (rb"\u002B", b"+"), (rb"\u002b", b"+"), (rb"\u003D", b"=")),
    *((rb"\u003d", b"="), (rb"\n", b""), (rb"\r", b"")),
)
ESCAPE_LENGTH: Final = 6
# All pictures and a mask.
MOST_FILES: Final = pictures.MOST + 1


class Lifted:
    """A data URL that was lifted out; what is wrong with it is told to whoever wants its file."""

    def __init__(self) -> None:
        self._decoder = Decoder()
        self._held = b""
        self._is_broken = False
        self._is_taken = False

    def feed(self, piece: bytes) -> None:
        """Take more of the string, as it stands in the text."""
        piece = self._held + piece
        # An escape that is not whole waits for its other half.
        cut = piece.rfind(b"\\", 1 - ESCAPE_LENGTH)
        self._held = piece[cut:] if cut >= 0 else b""
        self._decode(piece[:cut] if cut >= 0 else piece)

    def end(self) -> None:
        """The string is whole."""
        held, self._held = self._held, b""
        self._decode(held)

    def file(self, param: str) -> File:
        """The file inside. Raises ApiError, naming `param`."""
        if self._is_broken:
            raise dataurls.broken(param)
        self._is_taken = True
        return dataurls.finished(self._decoder, param)

    def close(self) -> None:
        """Remove the file, unless it belongs to somebody else by now."""
        if not self._is_taken:
            self._decoder.close()

    def _decode(self, text: bytes) -> None:
        if self._is_broken:
            return
        try:
            self._decoder.feed(unescaped(text))
        except NotBase64:
            self._is_broken = True
            self.close()


class Lifter:
    """Takes a JSON text in pieces; `text` is what is left of it, `lifted` what its signs mean."""

    def __init__(self) -> None:
        self.text = bytearray()
        self.lifted: dict[str, Lifted] = {}
        self._nonce = secrets.token_hex(16)
        # Where the string begins that is being read, None between strings.
        self._start: int | None = None
        self._current: Lifted | None = None
        self._escaped = False

    def feed(self, piece: bytes) -> None:
        """Take the next piece. Raises ApiError when too much is left or lifted."""
        at = 0
        while at < len(piece):
            at = (self._between if self._start is None else self._inside)(piece, at)
        if len(self.text) > MOST_TEXT:
            raise errors.too_large("The JSON body holds too much text.")

    def close(self) -> None:
        """Remove all files that nobody took."""
        for one in self.lifted.values():
            one.close()

    def _between(self, piece: bytes, at: int) -> int:
        quote = piece.find(b'"', at)
        end = len(piece) if quote < 0 else quote + 1
        self.text += piece[at:end]
        if quote >= 0:
            self._start, self._escaped = len(self.text), False
        return end

    def _inside(self, piece: bytes, at: int) -> int:
        quote = self._closing(piece, at)
        self._take(piece[at : len(piece) if quote < 0 else quote])
        if quote < 0:
            return len(piece)
        self._end()
        return quote + 1

    def _closing(self, piece: bytes, at: int) -> int:
        """Where the quote is that ends the string, -1 when it is not in this piece."""
        start, quote = at, piece.find(b'"', at)
        while quote >= 0 and self._is_escaped(piece, start, quote):
            quote = piece.find(b'"', quote + 1)
        if quote < 0:
            self._escaped = self._is_escaped(piece, start, len(piece))
        return quote

    def _is_escaped(self, piece: bytes, start: int, at: int) -> bool:
        """Whether an odd number of backslashes stands before a place in the string."""
        first = at
        while first > start and piece[first - 1] == ord("\\"):
            first -= 1
        return bool((at - first + (self._escaped and first == start)) % 2)

    def _take(self, content: bytes) -> None:
        if self._current is not None:
            self._current.feed(content)
            return
        self.text += content
        start = self._start or 0
        if len(self.text) - start >= LONG and BEGINNING.match(self.text, start):
            self._lift(start)

    def _lift(self, start: int) -> None:
        if len(self.lifted) >= MOST_FILES:
            raise pictures.too_many("images")
        sign = f"{self._nonce}-{len(self.lifted)}"
        self._current = self.lifted[sign] = Lifted()
        self._current.feed(bytes(self.text[start:]))
        del self.text[start:]
        self.text += sign.encode()

    def _end(self) -> None:
        if self._current is not None:
            self._current.end()
        self.text += b'"'
        self._start = self._current = None


def unescaped(text: bytes) -> bytes:
    """A string's text without the escapes that base64 may be written with; others stay."""
    for escape, meant in ESCAPES:
        if b"\\" not in text:
            break
        text = text.replace(escape, meant)
    return text
