"""Serves the programming interface beside the pages: no sessions, no cookies, no HTML.

Its views are coroutines: a call that waits minutes for its picture holds no thread meanwhile.
"""

import json
import os
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
from project.body_limit import BodyLimit, Refusal


class ApiHandler(ASGIHandler):
    """An ASGI application around `editor.api.entrance`, without Django's middleware."""

    # What is in memory leaves in one piece: Django cuts it into many, which go one by one.
    chunk_size = sys.maxsize

    def load_middleware(self, is_async: bool = False) -> None:  # noqa: FBT001, FBT002  Django's signature
        """Load none: sessions, CSRF and languages belong to pages."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one request; one lasting thread closes all responses."""
        async with ThreadSensitiveContext(executor=entrance.closing):
            await self.handle(scope, receive, send)

    async def read_body(self, receive: Any) -> Any:
        """Return the body, in memory up to a few megabytes; the rest is written while it comes.

        Django's own begins a file earlier, and then changes threads for every piece. Raises
        RequestAborted.
        """
        folder = settings.FILE_UPLOAD_TEMP_DIR
        body = tempfile.SpooledTemporaryFile(IN_MEMORY_BYTES, dir=folder)  # noqa: SIM115  its reader closes it
        while True:
            event = await receive()
            if event["type"] == "http.disconnect":
                body.close()
                raise RequestAborted
            body.write(event.get("body", b""))
            if not event.get("more_body", False):
                body.seek(0)
                return body

    def create_request(self, scope: Any, body_file: Any) -> tuple[Any, Any]:
        """Return the request with the length of its body, which a chunked one does not announce.

        Django reads no form without it: django/django#20406.
        """
        request, response = super().create_request(scope, body_file)
        if isinstance(request, ASGIRequest):
            request.META["CONTENT_LENGTH"] = str(body_file.seek(0, os.SEEK_END))
            body_file.seek(0)
        return request, response

    async def get_response_async(self, request: HttpRequest) -> HttpResponseBase:
        """Answer; whatever goes wrong, in the envelope."""
        return await entrance.respond(request)


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
