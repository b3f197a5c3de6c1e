"""What the imaging layer's codes mean to a person, in the person's language."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from editor.imaging.intake import MESSAGES


def refusal(code: str, params: Mapping[str, Any], message: str) -> str:
    """Return the sentence for a refused file; `message` where the code has none."""
    template = MESSAGES.get(code)
    return _(template).format(**params) if template else message


def crash(kind: str) -> str:
    """Return the sentence for a file whose decoding had to be stopped."""
    if kind in {"memory", "cpu", "time"}:
        return _(
            "Reading the file took more time or memory than one picture may. "
            "Open it in another program and export it again as PNG or JPEG."
        )
    return _("The file cannot be read as a picture. Export it again as PNG or JPEG.")


def notices(codes: Iterable[str]) -> list[str]:
    """Return one sentence for each thing that was done to a file when it was taken in."""
    texts = {
        "converted_from_cmyk": _("Print colours (CMYK) were converted to sRGB."),
        "converted_from_lab": _("Lab colours were converted to sRGB."),
        "converted_from_16_bit": _("16 bits a channel were reduced to 8."),
        "converted_from_palette": _("Palette colours were turned into full colours."),
        "first_frame_only": _("The file holds several pictures; the first was taken."),
        "orientation_applied": _("The picture was turned upright as the camera noted."),
        "profile_unreadable": _("Its colour profile is damaged and was left out."),
    }
    return [texts[code] for code in codes if code in texts]
