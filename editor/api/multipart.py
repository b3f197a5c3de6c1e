"""Forms as official SDKs and curl send them, in every spelling that is about."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Final

from django.core.exceptions import (
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http.multipartparser import MultiPartParser, MultiPartParserError

from editor.api import dataurls, errors, links, names, pictures
from editor.api.arrivals import Handlers
from editor.api.body import Body
from editor.api.links import Links
from editor.api.values import UNSET, Values

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpRequest
    from django.utils.datastructures import MultiValueDict

    from editor.api.call import File

# One byte a character: nothing is lost before it is known whether the text is UTF-8.
BYTES: Final = "latin-1"
# What stands for a file where a text belongs.
A_FILE: Final = object()


class Form(MultiPartParser):
    """Django's own parser, for an encoding that leaves bytes as they are."""

    def sanitize_file_name(self, file_name: str) -> str:
        """Return the last part of a name, read as what it is: UTF-8."""
        return super().sanitize_file_name(_utf8(file_name)) or pictures.UNNAMED


def read(request: HttpRequest) -> Body:
    """The fields and the files of a form. Raises ApiError; then nothing of it is left."""
    handlers = Handlers(request)
    with ExitStack() as leftovers:
        leftovers.callback(handlers.close)
        try:
            post, files = Form(request.META, request, handlers.all, BYTES).parse()
        except (MultiPartParserError, SuspiciousOperation) as error:
            raise refused(error) from None
        leftovers.pop_all()
    draft = _Draft(list(_in_order(files, handlers.arrivals.fields)))
    try:
        return draft.filled(_texts(post))
    except BaseException:
        draft.close()
        raise


def refused(error: Exception) -> errors.ApiError:
    """What a client is told about a form that Django does not read."""
    if isinstance(error, RequestDataTooBig):
        return errors.too_large(
            "The text fields of the form are too large. Send pictures as files, not as text."
        )
    if isinstance(error, TooManyFilesSent | TooManyFieldsSent):
        return errors.invalid(None, "The form has too many parts.")
    return errors.invalid(None, f"The form cannot be read: {error}", "invalid_multipart")


def _utf8(text: str) -> str:
    """A name out of a head, which the parser wrote in UTF-8."""
    return text.encode(BYTES).decode("utf-8")


def _texts(post: MultiValueDict[str, str]) -> Iterator[tuple[str, bytes]]:
    for name, several in post.lists():
        yield from ((_utf8(name), one.encode(BYTES)) for one in several)


def _in_order(files: MultiValueDict[str, File], fields: list[str]) -> Iterator[tuple[str, File]]:
    """Files with their names, as they arrived."""
    queues = {name: iter(several) for name, several in files.lists()}
    for name in fields:
        yield _utf8(name), next(queues[name])


def _decoded(name: str, data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        param = names.fit(names.root(name))
        raise errors.invalid(param, f"Invalid '{param}': it is not UTF-8.") from None


class _Draft:
    """A form in the making."""

    def __init__(self, files: list[tuple[str, File]]) -> None:
        self.files = files
        self.links = Links()
        self.given: dict[str, Any] = {}
        self.body = Body(Values(self.given, as_text=True))
        self.placed: list[tuple[int, File]] = []
        self.strays: set[str] = set()

    def filled(self, texts: Iterator[tuple[str, bytes]]) -> Body:
        """The body that files and texts make. Raises ApiError."""
        for name, file in self.files:
            self._file(name, file)
        for name, data in texts:
            self._text(name, data)
        if self.strays and not self.placed:
            raise errors.wrong_type("image", "a file")
        self.body.unread |= self.strays
        # Stable: those without a number come first, in the order in which they arrived.
        self.body.pictures = [file for _place, file in sorted(self.placed, key=lambda one: one[0])]
        return self.body

    def close(self) -> None:
        """Let go of all files, those that arrived and those that were made of texts."""
        for _name, file in (*self.files, *self.placed):
            file.close()
        self.body.close()

    def _file(self, name: str, file: File) -> None:
        if (place := names.place(name)) is not None:
            self._place(place, file)
        elif names.MASK.fullmatch(name):
            self._mask(file)
        else:
            file.close()
            self._value(name, A_FILE)

    def _text(self, name: str, data: bytes) -> None:
        place, is_mask = names.place(name), names.MASK.fullmatch(name)
        if place is None and not is_mask:
            self._value(name, _decoded(name, data))
        elif data.decode(BYTES) in UNSET:
            return
        elif is_mask:
            if not (file := self._file_of(data, "mask")):
                raise errors.wrong_type("mask", "a file")
            self._mask(file)
        elif file := self._file_of(data, "image"):
            self._place(-1 if place is None else place, file)
        else:
            # Generated examples send image=<string> beside the files.
            self.strays.add("image")

    def _place(self, place: int, file: File) -> None:
        self.placed.append((place, file))
        pictures.check(file, "image")
        if len(self.placed) > pictures.MOST:
            raise pictures.too_many("image")

    def _mask(self, file: File) -> None:
        self.body.masks.append(file)
        pictures.check(file, "mask", is_mask=True)

    def _value(self, name: str, value: Any) -> None:
        if names.MARKUP.fullmatch(name):
            self.body.has_markup |= value not in UNSET
        elif name in self.given:
            self.body.values.repeated.add(name)
        else:
            self.given[name] = value

    def _file_of(self, data: bytes, param: str) -> File | None:
        """The picture that a part without a file name is or names; None when it is neither."""
        if pictures.looks_like_one(data):
            return SimpleUploadedFile(pictures.UNNAMED, data)
        text = data.decode(BYTES).strip()
        if dataurls.is_one(text):
            return dataurls.decoded(text, param)
        return self.links.fetched(text, param) if links.is_one(text) else None
