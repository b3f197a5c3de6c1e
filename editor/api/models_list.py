"""`GET /v1/models` and `/v1/models/{id}`: what a key may name, and what each name means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from editor.api import served
from editor.api.auth import needs_key
from editor.api.calls import method
from editor.api.entrance import quick
from editor.api.json_answer import answer
from editor.models import Scope

if TYPE_CHECKING:
    from django.http import HttpResponse

    from editor.api.auth import ApiRequest
    from editor.api.served import Served
    from editor.models import Project

OWN: Final = "pentimento"


@method("GET")
@needs_key(Scope.READ_MODELS)
async def models(request: ApiRequest) -> HttpResponse:
    """Answer all models of the key's project."""
    return answer(await quick(listed, request.caller.door.project))


@method("GET")
@needs_key(Scope.READ_MODELS)
async def model(request: ApiRequest, name: str) -> HttpResponse:
    """Answer one of them, by any name it can be called by. Raises ApiError."""
    return answer(await quick(described, request.caller.door.project, name))


def listed(project: Project) -> dict[str, Any]:
    """Return the list as the API words it. One query."""
    return {
        "object": "list",
        "data": [_worded(project, each) for each in served.listing(project)],
    }


def described(project: Project, name: str) -> dict[str, Any]:
    """Return one model as the API words it. One query. Raises ApiError."""
    return _worded(project, served.resolve(project, name))


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
