"""Serves the programming interface beside the pages: no sessions, no cookies, no HTML.

Its views are coroutines: a call that waits minutes for its picture holds no thread meanwhile.
"""

import json
import sys
import tempfile
from typing import Any

from asgiref.sync import ThreadSensitiveContext
from django.conf import settings
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, ASGIRequest
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from editor.api import entrance, refusals
from editor.api.arrivals import IN_MEMORY_BYTES
from project.body_limit import BodyLimit, Refusal, waits


class ApiHandler:
    """An ASGI application around `editor.api.entrance`, without Django's middleware."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one request; one lasting thread closes all responses."""
        async with ThreadSensitiveContext(executor=entrance.closing):
            await OneCall(scope).handle(scope, receive, send)


class OneCall(ASGIHandler):
    """Django's handler, for one request, which is made of the head; its body is written behind it."""

    # What is in memory leaves in one piece: Django cuts it into many, which go one by one.
    chunk_size = sys.maxsize

    def __init__(self, scope: Any) -> None:
        super().__init__()
        folder = settings.FILE_UPLOAD_TEMP_DIR
        # In memory up to a few megabytes. Django's own begins a file earlier, and then changes
        # threads for every piece.
        self._body = tempfile.SpooledTemporaryFile(IN_MEMORY_BYTES, dir=folder)  # noqa: SIM115  its reader closes it
        self._request: ASGIRequest | None
        self._unreadable: HttpResponseBase | None
        self._visit: entrance.Visit
        self._request, self._unreadable = super().create_request(scope, self._body)
        if self._request is not None:
            self._visit = entrance.Visit(self._request)

    def load_middleware(self, is_async: bool = False) -> None:  # noqa: FBT001, FBT002  Django's signature
        """Load none: sessions, CSRF and languages belong to pages."""

    async def handle(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve; whoever waits to be told to go on is told no where the head is enough for that."""
        if self._request is None or not (waits(scope) and await self._visit.is_refused()):
            await super().handle(scope, receive, send)
            return
        self._body.close()
        response = await self._visit.answer()
        response["Connection"] = "close"
        await self.send_response(response, send)

    async def read_body(self, receive: Any) -> Any:
        """Return the body, once it is there; nothing more is kept of a call that is refused.

        Raises RequestAborted; then nothing is left of it.
        """
        try:
            while True:
                event = await receive()
                if event["type"] == "http.disconnect":
                    raise RequestAborted
                if self._request and self._visit.wants_body:
                    self._body.write(event.get("body", b""))
                if not event.get("more_body", False):
                    return self._body
        except BaseException:
            self._body.close()
            raise

    def create_request(self, scope: Any, body_file: Any) -> tuple[Any, Any]:
        """Return the request with the length of its body, which a chunked one does not announce.

        Django reads no form without it: django/django#20406.
        """
        if self._request is not None:
            self._request.META["CONTENT_LENGTH"] = str(body_file.tell())
            body_file.seek(0)
        return self._request, self._unreadable

    async def get_response_async(self, request: HttpRequest) -> HttpResponseBase:
        """Answer; whatever goes wrong, in the envelope."""
        return await self._visit.answer()


def too_large() -> Refusal:
    """Return what is said to a body over the limit."""
    error = refusals.body_too_large()
    identity = entrance.new_id()
    return Refusal(
        json.dumps(error.to_json()).encode(),
        "application/json",
        ((b"x-request-id", identity.encode()),),
    )


application = BodyLimit(
    ApiHandler(),
    limit=settings.MAX_CALL_BYTES,
    refusal=too_large,
    drained=3 * settings.MAX_CALL_BYTES,
)
