"""Loaded by schemathesis: pictures where the document asks for files, and two checks of our own."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import schemathesis
from hypothesis import strategies
from PIL import Image

if TYPE_CHECKING:
    from schemathesis import Case, CheckContext, Response

# What a call that keeps to the document is never told. What its model does not draw, which fields
# exclude each other, and that a data URL must hold a picture, no document can say.
MALFORMED = {
    *("missing_required_parameter", "invalid_type", "invalid_json", "invalid_multipart"),
    *("unknown_parameter", "duplicate_parameter", "string_above_max_length"),
}


def picture() -> bytes:
    """A small PNG, clear on the left, so that it serves as a mask of itself."""
    image = Image.linear_gradient("L").resize((32, 24)).convert("RGBA")
    image.paste((0, 0, 0, 0), (0, 0, 16, 24))
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


for kind in ("image/png", "image/jpeg", "image/webp"):
    schemathesis.openapi.media_type(kind, strategies.just(picture()))


@schemathesis.check
def valid_calls_are_understood(_ctx: CheckContext, response: Response, case: Case[Any]) -> None:
    """Whatever keeps to the document is well formed to the server too.

    Not in the phase that walks along the document: it fills forms that hold files with empty texts.
    """
    if case.meta is None or case.meta.phase.name != "fuzzing":
        return
    if case.meta.generation.mode.is_positive and response.status_code == 400:
        code = response.json()["error"]["code"]
        assert code not in MALFORMED, f"a valid call was refused: {response.text}"


@schemathesis.check
class EveryOperationAnswers:
    """Each operation was answered as it should be at least once: the others were not all refused."""

    def __init__(self) -> None:
        self.asked: set[str] = set()
        self.answered: set[str] = set()

    def after_response(self, _ctx: CheckContext, response: Response, case: Case[Any]) -> None:
        self.asked.add(case.operation.label)
        if response.status_code < 300:
            self.answered.add(case.operation.label)

    def after_run(self, _ctx: CheckContext) -> None:
        assert self.asked == self.answered, f"never answered: {self.asked - self.answered}"
