"""Pictures inside texts: data URLs, decoded piece by piece into files."""

from __future__ import annotations

import binascii
import re
from contextlib import ExitStack
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile

from editor.api import errors, pictures

if TYPE_CHECKING:
    from editor.api.call import File

HEAD: Final = re.compile(rb"data:[\w.+/-]{0,100}(?:;[\w=.+-]{1,50}){0,3};base64,", re.IGNORECASE)
SPACES: Final = b" \t\r\n"
ODD: Final = (b"-", b"_", b" ", b"\t", b"\r", b"\n")
FROM_URLS: Final = bytes.maketrans(b"-_", b"+/")
# Characters that are decoded at once.
PIECE: Final = 256 * 1024


class NotBase64(ValueError):
    """What follows the comma is not base64."""


class Decoder:
    """Takes a data URL in pieces, the first with its whole head, and writes its bytes to a file."""

    def __init__(self) -> None:
        self.file: File = TemporaryUploadedFile(pictures.UNNAMED, "", 0, None)
        self.size = 0
        self._has_begun = False
        self._has_ended = False
        self._rest = b""

    def feed(self, piece: bytes) -> None:
        """Take the next characters. Raises NotBase64; what is over the limit is only counted."""
        if not self._has_begun:
            head = HEAD.match(piece)
            if not head:
                raise NotBase64
            piece, self._has_begun = piece[head.end() :], True
        text = self._rest + plain(piece)
        whole = len(text) // 4 * 4
        self._rest = text[whole:]
        self._write(text[:whole])

    def finish(self) -> File:
        """The whole file. Raises NotBase64."""
        self._write(self._rest + b"=" * (-len(self._rest) % 4))
        self.file.size = self.size
        self.file.seek(0)
        return self.file

    def close(self) -> None:
        """Remove the file."""
        self.file.close()

    def _write(self, text: bytes) -> None:
        if not text:
            return
        # Padding ends it: what follows would be another text.
        if self._has_ended:
            raise NotBase64
        self._has_ended = text.endswith(b"=")
        try:
            data = binascii.a2b_base64(text, strict_mode=True)
        except binascii.Error:
            raise NotBase64 from None
        self.size += len(data)
        if self.size <= settings.MAX_UPLOAD_BYTES:
            self.file.write(data)


def plain(text: bytes) -> bytes:
    """Base64 in its usual alphabet and without spaces. Most is so: then it is only looked at."""
    if any(letter in text for letter in ODD):
        return text.translate(FROM_URLS, SPACES)
    return text


def is_one(text: str) -> bool:
    """Whether a text says of itself that it holds a file."""
    return text[:5].lower() == "data:"


def decoded(text: str, param: str) -> File:
    """The file inside a data URL. Raises ApiError, naming `param`."""
    data = text.encode("ascii", "replace")
    decoder = Decoder()
    try:
        for at in range(0, len(data), PIECE):
            decoder.feed(data[at : at + PIECE])
    except NotBase64:
        decoder.close()
        raise broken(param) from None
    return finished(decoder, param)


def finished(decoder: Decoder, param: str) -> File:
    """The file of a text that is over. Raises ApiError; then it is gone."""
    with ExitStack() as leftovers:
        leftovers.callback(decoder.close)
        try:
            file = decoder.finish()
        except NotBase64:
            raise broken(param) from None
        if decoder.size > settings.MAX_UPLOAD_BYTES:
            raise pictures.too_large(param)
        leftovers.pop_all()
    return file


def broken(param: str) -> errors.ApiError:
    """A data URL that holds no file."""
    return errors.invalid(
        param, f"Invalid '{param}': a data URL must read data:image/png;base64,… in whole."
    )
