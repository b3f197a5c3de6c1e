"""Request types, and the few things every response needs."""

from __future__ import annotations

import asyncio
import codecs
import contextvars
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from asgiref.sync import iscoroutinefunction
from django.core.exceptions import BadRequest
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.db import connections
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils import timezone, translation
from django.utils.decorators import sync_and_async_middleware
from django.utils.http import content_disposition_header

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Generator, Iterator
    from http import HTTPStatus
    from pathlib import Path

    from django.core.files.uploadedfile import UploadedFile
    from django_htmx.middleware import HtmxDetails

    from editor.models import User

CHUNK_BYTES = 256 * 1024
# Pieces of all the archives that one process is sending; a reader who dawdles holds none of them.
ARCHIVE_THREADS = 4
archive_threads = ThreadPoolExecutor(ARCHIVE_THREADS, thread_name_prefix="archive")
ZONE_COOKIE = "timezone"


class PageRequest(HttpRequest):
    """A request as views see it: signed in (LoginRequiredMiddleware), with htmx details."""

    user: User
    htmx: HtmxDetails


class UploadsOnDisk(TemporaryFileUploadHandler):
    """Django's own, but when the disk is full it does not wait for the garbage to be collected."""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Write a piece. Raises OSError; then the file is gone."""
        with self._none_left():
            super().receive_data_chunk(raw_data, start)

    def file_complete(self, file_size: int) -> UploadedFile[Any] | None:
        """Return the whole file. Raises OSError; then it is gone."""
        with self._none_left():
            return super().file_complete(file_size)

    @contextmanager
    def _none_left(self) -> Iterator[None]:
        try:
            yield
        except OSError:
            with suppress(OSError):  # what is not written yet cannot be
                self.file.close()
            raise


def waits_for_sandbox[View: Callable[..., Any]](*methods: str) -> Callable[[View], View]:
    """Mark a view: requests of these methods may wait while a child process opens a picture.

    They are answered in threads of their own (project/request_threads.py), so that any number of
    them leaves the pages alone.
    """

    def mark(view: View) -> View:
        view.waits_for_sandbox = frozenset(methods)  # type: ignore[attr-defined]
        return view

    return mark


async def run_whole[**P, T](
    threads: Executor, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs
) -> T:
    """Run a function in one of the threads, and never leave it half done.

    When the visitor leaves it is dropped if it waits for its turn; if it runs, its end is waited
    for, since it uses files that are closed afterwards.
    """
    # In a context of its own: the thread must not keep a language or a time zone for the next.
    context = contextvars.copy_context()
    job = threads.submit(lambda: context.run(function, *args, **kwargs))
    work = asyncio.wrap_future(job)
    try:
        return await asyncio.shield(work)
    except asyncio.CancelledError:
        if not job.cancel():
            await asyncio.wait([work])
        raise


@sync_and_async_middleware
def utf8_only(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    """Answer 400 to text in any other encoding.

    Django decodes a multipart form as its header says, and some of Python's encodings can make
    half characters that no database takes.
    """
    if not iscoroutinefunction(get_response):

        def middleware(request: HttpRequest) -> Any:
            _check_encoding(request)
            return get_response(request)

        return middleware

    async def async_middleware(request: HttpRequest) -> Any:
        _check_encoding(request)
        return await get_response(request)

    return async_middleware


def _check_encoding(request: HttpRequest) -> None:
    if codecs.lookup(request.encoding or "utf-8").name != "utf-8":
        raise BadRequest("Text must be encoded in UTF-8.")


def local_time(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    """Write times as the reader's clock shows them; js/lib/time-zone.js names the zone."""

    def middleware(request: HttpRequest) -> Any:
        with timezone.override(_zone(request.COOKIES.get(ZONE_COOKIE, ""))):
            return get_response(request)

    return middleware


def _zone(name: str) -> ZoneInfo | None:
    """Return the zone, or None (the server's own) for a name that nobody knows."""
    try:
        return ZoneInfo(unquote(name)) if name else None
    except (ValueError, OSError, ZoneInfoNotFoundError):
        return None


def plain(text: str, status: HTTPStatus) -> HttpResponse:
    """Return a message for scripts, and for whoever opens a file's address by hand."""
    return HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")


async def _chunks(path: Path) -> AsyncIterator[bytes]:
    file = await asyncio.to_thread(path.open, "rb")
    try:
        while chunk := await asyncio.to_thread(file.read, CHUNK_BYTES):
            yield chunk
    finally:
        file.close()


def stream_file(
    path: Path, *, content_type: str, filename: str | None = None
) -> StreamingHttpResponse:
    """Return a response that sends the file piece by piece.

    A sync iterator would be read whole into memory under ASGI. Pictures may hold anything a
    stranger drew: the policy forbids scripts, sniffing and embedding elsewhere. With `filename`
    it is a download under that name.
    """
    response = StreamingHttpResponse(_chunks(path), content_type=content_type)
    response["Content-Length"] = str(path.stat().st_size)
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    if filename is not None:
        response["Content-Disposition"] = content_disposition(filename)
    return response


def stream_archive(
    parts: Generator[bytes], *, filename: str, content_type: str = "application/zip"
) -> StreamingHttpResponse:
    """Return a download of what a generator makes while it is sent; it may ask the database.

    Each part is made in a thread of the archives, in the language of the request.
    """
    pieces = _in_threads(parts, translation.get_language())
    response = StreamingHttpResponse(pieces, content_type=content_type)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Disposition"] = content_disposition(filename)
    # A proxy that collects the whole answer first would make the member wait in the dark.
    response["X-Accel-Buffering"] = "no"
    return response


async def _in_threads(parts: Generator[bytes], language: str | None) -> AsyncIterator[bytes]:
    def step() -> bytes | None:
        try:
            with translation.override(language):
                return next(parts, None)
        finally:
            # Nobody comes back to this thread for it: the next part is made in any of them.
            connections.close_all()

    try:
        while (part := await run_whole(archive_threads, step)) is not None:
            yield part
    finally:
        await run_whole(archive_threads, parts.close)


def content_disposition(filename: str) -> str:
    """Return the attachment header for a name in any script (RFC 6266, 5987)."""
    return content_disposition_header(as_attachment=True, filename=filename) or "attachment"
