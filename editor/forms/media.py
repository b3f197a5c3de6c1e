"""What a download may ask for."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

FORMATS = [("png", "PNG"), ("jpeg", "JPEG"), ("webp", "WebP"), ("avif", "AVIF")]
# Longer than any picture that can be here; what is larger than the picture is its own size.
LONGEST_SIDE = 100_000


class DownloadForm(forms.Form):
    """Format, size and quality of a file; all empty means the lossless PNG at full size.

    `size` is the longest side in pixels, or "own" with the figure in `side`; empty is full size.
    """

    format = forms.ChoiceField(
        choices=FORMATS,
        required=False,
        error_messages={"invalid_choice": _("Choose png, jpeg, webp or avif.")},
    )
    size = forms.RegexField(
        r"^(own|\d{1,6})$",
        required=False,
        error_messages={"invalid": _("Choose one of the sizes.")},
    )
    side = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=LONGEST_SIDE,
        error_messages={
            "invalid": _("The longest side is a whole number of pixels."),
            "min_value": _("The longest side is at least 1 pixel."),
        },
    )
    quality = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=100,
        error_messages={
            "invalid": _("The quality is a whole number from 1 to 100."),
            "min_value": _("The quality is a whole number from 1 to 100."),
            "max_value": _("The quality is a whole number from 1 to 100."),
        },
    )

    def clean(self) -> dict[str, Any]:
        """Settle the longest side: None for the full size."""
        data = super().clean() or self.cleaned_data
        size = data.get("size") or ""
        if size == "own" and not data.get("side") and "side" not in self.errors:
            self.add_error("side", _("Write how many pixels the longest side shall have."))
        if size.isdecimal():
            data["side"] = max(1, int(size))
        elif size != "own":
            data["side"] = None
        return data
