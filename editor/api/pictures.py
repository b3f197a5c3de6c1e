"""Pictures as they are sent: recognised by their bytes, whatever name and type they came with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.conf import settings

from editor.api import errors, masks
from editor.imaging import container
from editor.imaging.errors import Rejected
from editor.services.pictures import EXTENSIONS

if TYPE_CHECKING:
    from editor.api.call import File

MOST: Final = 16
# As much of a file as tells what it is.
HEAD: Final = 64
MASKS: Final = frozenset({"png", "webp"})
UNNAMED: Final = "upload"


def check(file: File, param: str, *, is_mask: bool = False) -> None:
    """Give a file the type and the ending that its bytes have. Raises ApiError when it is none."""
    file.seek(0)
    head = file.read(HEAD)
    file.seek(0)
    kind = recognised(head, param)
    if is_mask and kind not in MASKS:
        raise errors.not_a_picture(param, "The mask must be a PNG or WebP with an alpha channel.")
    if is_mask and not masks.has_alpha(file, kind):
        raise errors.not_a_picture(
            param, "The mask has no alpha channel: where it is transparent, the picture changes."
        )
    file.content_type = f"image/{kind}"


def recognised(head: bytes, param: str) -> str:
    """The format of a file that begins so. Raises ApiError."""
    if not head:
        raise errors.not_a_picture(param, "The file is empty.")
    try:
        kind = container.recognise(head)
    except Rejected as refusal:
        found = refusal.params.get("found")
        what = f"{found} files are not taken" if found else "The file is not a picture"
        raise errors.not_a_picture(param, f"{what}. Send PNG, JPEG or WebP.") from None
    if kind not in EXTENSIONS:
        raise errors.not_a_picture(param, f"{kind.upper()} is not taken. Send PNG, JPEG or WebP.")
    return kind


def looks_like_one(head: bytes) -> bool:
    """Whether bytes that nobody called a file are one all the same."""
    try:
        return container.recognise(head[:HEAD]) in EXTENSIONS
    except Rejected:
        return False


def too_many(param: str) -> errors.ApiError:
    """More pictures than an edit takes."""
    return errors.invalid(param, f"Too many pictures. At most {MOST} are taken.")


def too_large(param: str) -> errors.ApiError:
    """A picture of more bytes than are taken."""
    return errors.too_large(
        f"The file is larger than {settings.MAX_UPLOAD_MB} MB. Send a smaller one.", param or None
    )
