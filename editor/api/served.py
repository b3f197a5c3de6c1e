"""Which models a key may name, and which engine each name means; what is wrong, as clients read it."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from editor.api.errors import ApiError
from editor.services import model_names
from editor.services.model_names import Served, listing

if TYPE_CHECKING:
    from editor.models import Project

__all__ = ["Served", "listing", "resolve"]

SHOWN_LENGTH, SHOWN_NAMES = 100, 10
NOT_FOUND: Final = "model_not_found"
PAUSED: Final = "provider_paused"
REJECTED: Final = "provider_key_rejected"


def resolve(project: Project, name: str) -> Served:
    """Return what a name means in a project; without one, its default. One query.

    Raises ApiError: 404 for a name that means nothing here, 403 for a provider that is paused or
    rejects its key.
    """
    try:
        return model_names.resolve(project, name)
    except model_names.UnknownName as unknown:
        raise _not_found(unknown) from unknown
    except model_names.KeyRejected as rejected:
        text = f"{rejected.provider.name} rejects its key. Its owner can enter a new one."
        raise _forbidden(text, REJECTED) from rejected
    except model_names.Paused as paused:
        text = f"{paused.provider.name} is paused. Its owner can take it into use again."
        raise _forbidden(text, PAUSED) from paused


def _forbidden(text: str, code: str) -> ApiError:
    return ApiError(HTTPStatus.FORBIDDEN, text, code=code, param="model")


def _not_found(unknown: model_names.UnknownName) -> ApiError:
    """Whoever reads it wants to put another name in."""
    names = ", ".join(unknown.there[:SHOWN_NAMES])
    text = (
        f"This project has no model named '{unknown.name[:SHOWN_LENGTH]}'. It has: {names}. "
        "GET /v1/models lists them all."
    )
    return ApiError(HTTPStatus.NOT_FOUND, text, code=NOT_FOUND, param="model")
