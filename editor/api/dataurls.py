"""Pictures inside texts: data URLs, decoded piece by piece into files."""

from __future__ import annotations

import binascii
import re
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile

from editor.api import errors, pictures

if TYPE_CHECKING:
    from collections.abc import Iterable

    from editor.api.call import File

HEAD: Final = re.compile(rb"data:[\w.+/-]*(?:;[\w=.+-]+)*;base64,", re.IGNORECASE)
# No type of a picture has a longer name.
HEAD_LENGTH: Final = 200
SPACES: Final = b" \t\r\n"
FROM_URLS: Final = bytes.maketrans(b"-_", b"+/")
# Characters that are decoded at once.
PIECE: Final = 256 * 1024


class NotBase64(ValueError):
    """What follows the comma is not base64."""


class Decoder:
    """Takes the text of a picture in pieces and writes its bytes to a file of its own."""

    def __init__(self) -> None:
        self.file: File = TemporaryUploadedFile(pictures.UNNAMED, "", 0, None)
        self.size = 0
        self._rest = b""
        self._is_over = False

    def feed(self, piece: bytes) -> None:
        """Take the next characters. Raises NotBase64; what is over the limit is only counted."""
        text = self._rest + piece.translate(FROM_URLS, SPACES)
        whole = len(text) // 4 * 4
        self._rest = text[whole:]
        self._write(text[:whole])

    def close(self) -> None:
        """Remove the file."""
        self.file.close()

    def finished(self) -> File:
        """The whole file. Raises NotBase64."""
        if self._rest:
            self._write(self._rest + b"=" * (-len(self._rest) % 4))
        self.file.size = self.size
        self.file.seek(0)
        return self.file

    def _write(self, text: bytes) -> None:
        if text and self._is_over:
            raise NotBase64
        # Padding ends it: what follows would be another text.
        self._is_over = text.endswith(b"=")
        try:
            data = binascii.a2b_base64(text, strict_mode=True)
        except binascii.Error:
            raise NotBase64 from None
        self.size += len(data)
        if self.size <= settings.MAX_UPLOAD_BYTES:
            self.file.write(data)


def is_one(text: str) -> bool:
    """Whether a text says of itself that it holds a file."""
    return text[:5].lower() == "data:"


def decoded(text: str, param: str) -> File:
    """The file inside a data URL. Raises ApiError."""
    try:
        data = text.encode("ascii")
    except UnicodeEncodeError:
        raise broken(param) from None
    return from_pieces((data[at : at + PIECE] for at in range(0, len(data), PIECE)), param)


def from_pieces(pieces: Iterable[bytes], param: str) -> File:
    """The file inside a data URL that comes in pieces, the first with its whole head."""
    decoder = Decoder()
    try:
        for number, piece in enumerate(pieces):
            decoder.feed(piece if number else _without_head(piece))
        file = decoder.finished()
        if decoder.size > settings.MAX_UPLOAD_BYTES:
            raise pictures.too_large(param)
    except NotBase64:
        decoder.close()
        raise broken(param) from None
    except BaseException:
        decoder.close()
        raise
    return file


def _without_head(piece: bytes) -> bytes:
    head = HEAD.match(piece[:HEAD_LENGTH])
    if not head:
        raise NotBase64
    return piece[head.end() :]


def broken(param: str) -> errors.ApiError:
    """A data URL that holds no file."""
    return errors.invalid(
        param, f"Invalid '{param}': a data URL must read data:image/png;base64,… in whole."
    )
