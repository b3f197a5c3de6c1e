"""`GET /v1/models` and `/v1/models/{id}`: what a key may name, and what each name means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from asgiref.sync import sync_to_async
from django.http import JsonResponse

from editor.api import served

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from editor.api.served import Served
    from editor.models import Project

OWN: Final = "pentimento"


async def models(request: HttpRequest) -> HttpResponse:
    """Answer all models of the key's project."""
    return JsonResponse(await sync_to_async(listed)(_project(request)))


async def model(request: HttpRequest, name: str) -> HttpResponse:
    """Answer one of them, by any name it can be called by. Raises ApiError."""
    return JsonResponse(await sync_to_async(described)(_project(request), name))


def listed(project: Project) -> dict[str, Any]:
    """Return the list as the API words it. One query."""
    return {
        "object": "list",
        "data": [_worded(project, each) for each in served.listing(project)],
    }


def described(project: Project, name: str) -> dict[str, Any]:
    """Return one model as the API words it. One query. Raises ApiError."""
    return _worded(project, served.resolve(project, name))


def _project(request: HttpRequest) -> Project:
    # Set by whoever let the key in.
    return request.api_key.project  # type: ignore[attr-defined,no-any-return]


def _worded(project: Project, one: Served) -> dict[str, Any]:
    since = one.provider.created_at if one.provider else project.created_at
    return {
        "id": one.name,
        "object": "model",
        "created": int(since.timestamp()),
        "owned_by": one.provider.name if one.provider else OWN,
        "shutdown_date": one.ends.isoformat() if one.ends else None,
        OWN: {
            "engine": one.engine_id,
            "label": one.label,
            "alias_of": one.alias_of,
            "free": one.engine.free,
        },
    }
