"""What a download may ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from editor.services.renders import Camera

if TYPE_CHECKING:
    from django.http import QueryDict

FORMATS = [("png", "PNG"), ("jpeg", "JPEG"), ("webp", "WebP"), ("avif", "AVIF")]
# Longer than any picture that can be here; what is larger than the picture is its own size.
LONGEST_SIDE = 100_000


class DownloadForm(forms.Form):
    """What a file shall be; all empty means the lossless PNG at full size, without metadata.

    `size` is the longest side in pixels, "own" with that figure in `side`, or "percent" with its
    figure; empty is full size. `place` goes along with `exif` only.
    """

    format = forms.ChoiceField(
        choices=FORMATS,
        required=False,
        error_messages={"invalid_choice": _("Choose png, jpeg, webp or avif.")},
    )
    size = forms.RegexField(
        r"^(own|percent|\d{1,6})$",
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
    percent = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=100,
        error_messages=dict.fromkeys(
            ("invalid", "min_value", "max_value"),
            _("The percentage is a whole number from 1 to 100."),
        ),
    )
    quality = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=100,
        error_messages=dict.fromkeys(
            ("invalid", "min_value", "max_value"), _("The quality is a whole number from 1 to 100.")
        ),
    )
    exif = forms.BooleanField(required=False)
    place = forms.BooleanField(required=False)

    def __init__(self, data: QueryDict, *, longest: int) -> None:
        super().__init__(data)
        self._longest = longest

    def clean(self) -> dict[str, Any]:
        """Settle the longest side, None for the full size, and what goes along."""
        data = super().clean() or self.cleaned_data
        data["side"] = self._side(data.get("size") or "", data)
        data["camera"] = _camera(exif=data["exif"], place=data["place"])
        return data

    def _side(self, size: str, data: dict[str, Any]) -> int | None:
        """The side that was asked for; what a choice that was taken back left over says nothing."""
        if size.isdecimal():
            return max(1, int(size))
        if size == "own" and "side" not in self.errors:
            if not data.get("side"):
                self.add_error("side", _("Write how many pixels the longest side shall have."))
            return data.get("side")
        if size == "percent" and "percent" not in self.errors:
            if not data.get("percent"):
                self.add_error("percent", _("Write how many percent of its size you want."))
            return max(1, round(self._longest * (data.get("percent") or 100) / 100))
        return None


def _camera(*, exif: bool, place: bool) -> Camera:
    if not exif:
        return Camera.NOTHING
    return Camera.DATA_AND_PLACE if place else Camera.DATA
