"""Pictures from words alone: an edit of a white sheet, by engines that draw everything anew."""

from __future__ import annotations

from dataclasses import fields
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from django.core.files.uploadedfile import SimpleUploadedFile

from editor.api.call import Call, EditCall
from editor.api.errors import ApiError
from editor.imaging import blank, sizes

if TYPE_CHECKING:
    from editor.api.call import GenerationCall
    from editor.api.served import Served
    from editor.engines.plans import Size

UNSUPPORTED: Final = "unsupported_model"
USUAL: Final = (1024, 1024)


def as_edit(call: GenerationCall, chosen: Served) -> EditCall:
    """Return the edit that draws what is asked for. Raises ApiError where the engine cannot.

    The size must have been found legal (`fields.check`).
    """
    if not chosen.engine.redraws:
        raise unsupported(chosen, "draw a picture from nothing", "POST /v1/images/edits")
    width, height = call.size or _usual(chosen)
    name = f"Blank {width} x {height}.png"
    sheet = SimpleUploadedFile(name, blank.sheet(width, height), "image/png")
    return EditCall(images=(sheet,), protect="off", focus="off", **common(call))


def common(call: Call) -> dict[str, Any]:
    """Return what every call says, by name."""
    return {each.name: getattr(call, each.name) for each in fields(Call)}


def unsupported(chosen: Served, what: str, instead: str) -> ApiError:
    """Return the answer where no model was found that can do this: nothing is wrong with the call."""
    text = (
        f"'{chosen.name}' is the {chosen.label.lower()} engine here, which cannot {what}. "
        f"Name a model of a provider (GET /v1/models lists them), or use {instead}."
    )
    return ApiError(HTTPStatus.NOT_FOUND, text, code=UNSUPPORTED, param="model")


def _usual(chosen: Served) -> Size:
    """A square of a megapixel, or what the model draws in its place."""
    rules = chosen.abilities.sizes
    return sizes.snap(*USUAL, rules) if rules else USUAL
