"""The facts of one execution as plain text, for whoever is asked for help."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from editor.models import Attempt, Edit


def text(edit: "Edit", attempt: "Attempt | None", *, host: str = "") -> str:
    """Return one fact a line; what is not known is left out.

    Never a prompt, a name of a picture, a key or an address beyond the host.
    """
    facts = [*_of_edit(edit, host), *(_of_attempt(attempt) if attempt else [])]
    return "\n".join(f"{name}: {value}" for name, value in facts if value not in {"", None})


def _of_edit(edit: "Edit", host: str) -> list[tuple[str, object]]:
    provider = edit.provider.name if edit.provider else ""
    at = f"{provider} ({host})" if provider and host else provider or host
    return [
        (_("Edit"), edit.public_id),
        (_("State"), edit.state),
        (_("Code"), edit.error_code),
        (_("Class"), edit.error_class),
        (_("Asked for"), _moment(edit.created_at)),
        (_("Engine"), edit.engine if not edit.model else ""),
        (_("Provider"), at),
        (_("Model"), edit.model),
    ]


def _of_attempt(attempt: "Attempt") -> list[tuple[str, object]]:
    return [
        (_("Attempt"), attempt.number),
        (_("Sent"), _moment(attempt.sent_at)),
        (_("Ended"), _moment(attempt.finished_at)),
        (_("Execution"), attempt.execution),
        (_("HTTP status"), attempt.http_status),
        (_("Request id"), attempt.upstream_request_id),
        (_("Said by the provider"), attempt.message),
    ]


def _moment(at: datetime | None) -> str:
    """The time as logs write it, whatever the reader's zone is."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" if at else ""
