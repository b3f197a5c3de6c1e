"""The same picture, a little different: an edit of all of it, by engines that draw it anew."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from editor.api.call import EditCall
from editor.api.generations import common, unsupported

if TYPE_CHECKING:
    from editor.api.call import VariationCall
    from editor.api.served import Served

PROMPT: Final = (
    "Make a variation of this picture: the same subject, style, colours and framing, "
    "with other details."
)


def as_edit(call: VariationCall, chosen: Served) -> EditCall:
    """Return the edit that draws a variation. Raises ApiError where the engine cannot.

    The file is the edit's from then on.
    """
    if not chosen.engine.redraws:
        what = "make variations: it changes what a prompt names"
        raise unsupported(chosen, what, "POST /v1/images/edits")
    made = EditCall(images=(call.image,), protect="off", focus="off", **common(call))
    return replace(made, prompt=PROMPT)
