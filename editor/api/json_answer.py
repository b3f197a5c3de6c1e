"""JSON on its way out."""

import json
from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse

from editor.api.errors import ApiError


def answer(
    document: Mapping[str, Any], *, status: int = 200, headers: Mapping[str, str] | None = None
) -> HttpResponse:
    """Return a document; Node's SDK reads it as one only under this content type."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    # Half characters, as a path may hold, have no bytes; JSON has its escapes for them.
    body = text.encode(errors="backslashreplace")
    return HttpResponse(body, status=status, content_type="application/json", headers=headers)


def refusal(error: ApiError) -> HttpResponse:
    """Return an error in its envelope."""
    return answer(error.to_json(), status=error.status, headers=error.headers)
