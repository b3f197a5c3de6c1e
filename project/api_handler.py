"""Serves the programming interface beside the pages: no sessions, no cookies, no HTML.

Its views are coroutines: a call that waits minutes for its picture holds no thread meanwhile.
"""

import json
import os
from typing import Any

from asgiref.sync import ThreadSensitiveContext
from django.conf import settings
from django.core.handlers.asgi import ASGIHandler, ASGIRequest
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from editor.api import entrance, refusals
from project.body_limit import BodyLimit, Refusal


class ApiHandler(ASGIHandler):
    """An ASGI application around `editor.api.entrance`, without Django's middleware."""

    def load_middleware(self, is_async: bool = False) -> None:  # noqa: FBT001, FBT002  Django's signature
        """Load none: sessions, CSRF and languages belong to pages."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one request; one lasting thread closes all responses."""
        async with ThreadSensitiveContext(executor=entrance.closing):
            await self.handle(scope, receive, send)

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
    limit=settings.MAX_BODY_BYTES,
    refusal=too_large,
    drained=3 * settings.MAX_BODY_BYTES,
)
