"""`GET /v1/images/results/{token}`: a result for whoever has its address, for an hour."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from editor.api import addresses
from editor.api.calls import method
from editor.api.entrance import slow
from editor.api.errors import ApiError
from editor.http import stream_file
from editor.models import Picture
from editor.services import render_cache, renders

if TYPE_CHECKING:
    from pathlib import Path

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase


@method("GET")
async def result(request: HttpRequest, token: str) -> HttpResponseBase:
    """Send the picture. Raises ApiError 404 once the address is closed."""
    try:
        wanted = addresses.opened(token)
    except addresses.Closed as closed:
        raise _closed() from closed
    file = await slow(_file, wanted)
    response = stream_file(file, content_type=f"image/{wanted.image_format}")
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def _file(wanted: addresses.Wanted) -> Path:
    rows = Picture.objects.filter(public_id=wanted.picture, trashed_at=None)
    picture = rows.filter(project__deleted_at=None).first()
    if picture is None:
        raise _closed()
    try:
        return renders.exactly(picture, wanted.image_format, wanted.size, quality=wanted.quality)
    except render_cache.Gone as gone:
        raise _closed() from gone


def _closed() -> ApiError:
    text = "This address is no longer open. Ask for the edit again, or fetch it in the studio."
    return ApiError(HTTPStatus.NOT_FOUND, text, code="result_expired")
