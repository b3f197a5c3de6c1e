"""`GET /v1/openapi.json`: the interface described for machines, for whoever asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from editor.api.addresses import base_url
from editor.api.calls import method
from editor.api.description.document import document
from editor.api.json_answer import answer

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@method("GET")
async def openapi(request: HttpRequest) -> HttpResponse:
    """Answer the description, with the address by which we were called."""
    return answer(document(f"{base_url(request)}/v1"))
