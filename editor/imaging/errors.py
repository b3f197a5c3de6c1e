"""What a picture can be refused for, in one table."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from editor.imaging.sandbox.wire import JSON


def gettext_noop(text: str) -> str:
    """Mark a sentence for `makemessages`; whoever shows it translates it, for that needs Django."""
    return text


# code -> message. The message says what to do; names in braces are keys of `params`.
MESSAGES: dict[str, str] = {
    "empty": gettext_noop("This file is empty. Choose the picture again and upload it once more."),
    "not_a_picture": gettext_noop(
        "This file is not a picture we can read. Export it as PNG, JPEG, WebP or AVIF and"
        " upload that."
    ),
    "format_unsupported": gettext_noop(
        "{found} files cannot be edited here. Export it as PNG, JPEG, WebP or AVIF and upload that."
    ),
    "heic_unsupported": gettext_noop(
        "This server cannot read HEIC, the format of iPhones. Export the picture as JPEG and upload"
        " that, or ask the server's operator to start it with PENTIMENTO_EXTRAS=heic."
    ),
    "animated": gettext_noop(
        "This picture is an animation of {frames} frames. Export the one frame you want to edit"
        " and upload that."
    ),
    "too_many_pixels": gettext_noop(
        "This picture has more than {megapixels} megapixels. Make it smaller and upload it again."
    ),
    "too_many_scans": gettext_noop(
        "This JPEG is made of more than {limit} scans. Save it again as a plain JPEG and upload"
        " that."
    ),
    "truncated": gettext_noop(
        "The end of this file is missing, perhaps because a copy broke off. Upload the whole file."
    ),
    "damaged": gettext_noop(
        "This picture is damaged and cannot be decoded. Open it in another program, save it again"
        " and upload that."
    ),
    "mode_unsupported": gettext_noop(
        "Pictures with {mode} colours cannot be edited here. Export it as RGB and upload that."
    ),
    "mask_not_png": gettext_noop("The mask must be a PNG file. Save it as PNG and send it again."),
    "mask_unreadable": gettext_noop("The mask is damaged and cannot be decoded. Draw it again."),
    "mask_size": gettext_noop(
        "The mask is {mask_width} x {mask_height} pixels but the picture is"
        " {width} x {height}. Send a mask of the picture's size."
    ),
    "mask_no_alpha": gettext_noop(
        "The mask has no alpha channel. Make transparent what should change, and send it again."
    ),
    "mask_empty": gettext_noop(
        "The mask marks nothing to edit. Paint over the part that should change."
    ),
    "mask_areas": gettext_noop(
        "What is painted has changed since its areas were counted. Send it once more."
    ),
    "answer_unreadable": gettext_noop(
        "The answer of the engine is not a picture. Try the edit again."
    ),
    "too_large_to_send": gettext_noop(
        "This picture takes {megabytes} MB to send and the provider takes {limit}. Choose a smaller"
        " size, or paint a smaller part."
    ),
    "side_too_long": gettext_noop(
        "{format} files cannot be longer than {limit} pixels. Choose a smaller size or PNG."
    ),
}


class Rejected(Exception):
    """A picture, mask or request that cannot be used, and what to do about it.

    `code` is a key of MESSAGES, `params` fills its template, so that callers can translate.
    """

    def __init__(
        self, code: str, params: Mapping[str, JSON] | None = None, message: str | None = None
    ) -> None:
        self.code = code
        self.params = dict(params or {})
        self.message = MESSAGES[code].format(**self.params) if message is None else message
        super().__init__(self.message)
