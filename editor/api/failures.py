"""Edits that ended without a picture, as calls are told of them (reliability.md 4.8)."""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from editor.api.errors import ApiError
from editor.api.refusals import DO_NOT_RETRY, SERVER
from editor.engines.errors import ErrorClass
from editor.models import UNDECIDED_STATES, State
from editor.services import failure_texts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from editor.models import Edit

# Until the provider is asked again somebody has to decide, or a while has to pass.
BUSY_SECONDS: Final = "20"


# Our codes that clients know under another name.
CODES: Final = {"moderation": "moderation_blocked"}


@dataclass(frozen=True, slots=True)
class _Answer:
    """How a class of failures is answered; without a code of its own, with the failure's."""

    status: HTTPStatus
    type: str = "invalid_request_error"
    code: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


_ANSWERS: Final[Mapping[ErrorClass, _Answer]] = {
    ErrorClass.INPUT: _Answer(HTTPStatus.BAD_REQUEST),
    ErrorClass.REFUSED: _Answer(HTTPStatus.BAD_REQUEST, "image_generation_user_error"),
    ErrorClass.BUDGET: _Answer(
        HTTPStatus.TOO_MANY_REQUESTS, "insufficient_quota", "insufficient_quota", DO_NOT_RETRY
    ),
    # It was proven not to run: a further try costs nothing.
    ErrorClass.BUSY: _Answer(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "service_unavailable_error",
        "server_is_overloaded",
        {"retry-after": BUSY_SECONDS},
    ),
    ErrorClass.UNKNOWN: _Answer(HTTPStatus.BAD_GATEWAY, SERVER, "", DO_NOT_RETRY),
    ErrorClass.OURS: _Answer(HTTPStatus.BAD_GATEWAY, SERVER, "", DO_NOT_RETRY),
}


def failure(edit: Edit) -> ApiError:
    """Return what to say of an edit that came to rest without a result."""
    if edit.state in UNDECIDED_STATES:
        return _undecided(edit)
    if edit.state == State.CANCELED:
        return ApiError(
            HTTPStatus.CONFLICT,
            "This edit was cancelled in the studio.",
            code="edit_canceled",
            headers=DO_NOT_RETRY,
        )
    return _failed(edit)


def gone() -> ApiError:
    """Return what to say of an edit that was deleted while its call waited."""
    return ApiError(
        HTTPStatus.CONFLICT,
        "This edit was deleted in the studio.",
        code="edit_deleted",
        headers=DO_NOT_RETRY,
    )


def result_gone() -> ApiError:
    """Return what to say to a repeated call whose pictures were purged since."""
    return ApiError(
        HTTPStatus.CONFLICT,
        "The result of this edit was removed from the studio. To have another, send a new edit.",
        code="result_deleted",
        headers=DO_NOT_RETRY,
    )


def too_slow(seconds: int) -> ApiError:
    """Return what to say when an edit takes longer than a call is held; a repeated one joins it."""
    return ApiError(
        HTTPStatus.GATEWAY_TIMEOUT,
        f"The edit still runs after {seconds} s. Ask again and this call joins it; "
        "its result will be in the project's gallery.",
        type=SERVER,
        code="still_running",
    )


def _undecided(edit: Edit) -> ApiError:
    said = failure_texts.explain(edit.error_code, edit.error_message, edit.error_class)
    text = (
        f"{said.sentence} We send each edit at most once, so it counts against the budget until "
        f"somebody decides in the studio. It is edit {edit.public_id}."
    )
    return ApiError(
        HTTPStatus.BAD_GATEWAY,
        text,
        type=SERVER,
        code="upstream_outcome_unknown",
        headers=DO_NOT_RETRY,
    )


def _failed(edit: Edit) -> ApiError:
    said = failure_texts.explain(edit.error_code, edit.error_message, edit.error_class)
    answer = _ANSWERS[said.error_class]
    return ApiError(
        answer.status,
        said.sentence,
        type=answer.type,
        code=CODES.get(edit.error_code) or answer.code or edit.error_code or "server_error",
        headers=answer.headers,
    )
