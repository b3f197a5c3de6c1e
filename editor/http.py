"""Request types, and the few things every response needs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from http import HTTPStatus
from typing import TYPE_CHECKING

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header

if TYPE_CHECKING:
    from pathlib import Path

    from django_htmx.middleware import HtmxDetails

    from editor.models import User

CHUNK_BYTES = 256 * 1024


class PageRequest(HttpRequest):
    """A request as views see it: signed in (LoginRequiredMiddleware), with htmx details."""

    user: User
    htmx: HtmxDetails


GetResponse = Callable[[HttpRequest], Awaitable[HttpResponseBase]]


class RequestLimitMiddleware:
    """Refuses a body over the limit before anything reads it: 413 with a clear text."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        """Pass the request on, or answer 413."""
        refusal = self._refusal(request)
        if refusal is None:
            return self.get_response(request)
        return self._later(refusal) if self.is_async else refusal

    def _refusal(self, request: HttpRequest) -> HttpResponse | None:
        # Some servers say nothing, or an empty string, where there is no body.
        length = request.headers.get("Content-Length") or "0"
        if length.isdecimal() and int(length) <= settings.MAX_BODY_BYTES:
            return None
        text = f"The request is larger than the {settings.MAX_UPLOAD_MB} MB allowed for one file."
        return HttpResponse(
            text, status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE, content_type="text/plain"
        )

    async def _later(self, response: HttpResponse) -> HttpResponse:
        return response


async def _chunks(path: Path, *, unlink: bool) -> AsyncIterator[bytes]:
    file = await asyncio.to_thread(path.open, "rb")
    try:
        while chunk := await asyncio.to_thread(file.read, CHUNK_BYTES):
            yield chunk
    finally:
        file.close()
        if unlink:
            path.unlink(missing_ok=True)


def stream_file(
    path: Path, *, content_type: str, filename: str | None = None, unlink: bool = False
) -> StreamingHttpResponse:
    """Return a response that sends the file piece by piece.

    A sync iterator would be read whole into memory under ASGI. Pictures may hold anything a
    stranger drew: the policy forbids scripts, sniffing and embedding elsewhere. With `filename`
    it is a download under that name; with `unlink` the file goes once sent.
    """
    response = StreamingHttpResponse(_chunks(path, unlink=unlink), content_type=content_type)
    response["Content-Length"] = str(path.stat().st_size)
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    if filename is not None:
        response["Content-Disposition"] = content_disposition(filename)
    return response


def content_disposition(filename: str) -> str:
    """Return the attachment header for a name in any script (RFC 6266, 5987)."""
    return content_disposition_header(as_attachment=True, filename=filename) or "attachment"
