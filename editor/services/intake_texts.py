"""What the imaging layer's codes mean to a person, in the person's language."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from editor.imaging.intake import MESSAGES, NOTICES


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
    return [_(NOTICES[code]) for code in codes if code in NOTICES]
