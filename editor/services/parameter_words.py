"""Parameters of engines in words: their names, their values, why one is not sent as asked."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

type Words = Promise | str

# In the order in which they are read.
NAMES: Mapping[str, Words] = {
    "n": gettext_lazy("Results"),
    "size": gettext_lazy("Size"),
    "quality": gettext_lazy("Quality"),
    "background": gettext_lazy("Background"),
    "input_fidelity": gettext_lazy("Faithfulness"),
    "output_format": gettext_lazy("File format"),
    "output_compression": gettext_lazy("Compression"),
    "moderation": gettext_lazy("Moderation"),
    "partial_images": gettext_lazy("Previews"),
    "inputs": gettext_lazy("Further pictures"),
    "mask": gettext_lazy("Mask"),
    "prompt": gettext_lazy("Prompt"),
}
VALUES: Mapping[str, Mapping[str, Words]] = {
    "size": {"auto": pgettext_lazy("size", "Automatic")},
    "quality": {
        "auto": pgettext_lazy("quality", "Automatic"),
        "low": pgettext_lazy("quality", "Low"),
        "medium": pgettext_lazy("quality", "Medium"),
        "high": pgettext_lazy("quality", "High"),
        "xhigh": pgettext_lazy("quality", "Very high"),
        "max": pgettext_lazy("quality", "Highest"),
    },
    "background": {
        "auto": pgettext_lazy("background", "Automatic"),
        "transparent": pgettext_lazy("background", "Transparent"),
        "opaque": pgettext_lazy("background", "Opaque"),
    },
    "input_fidelity": {
        "low": pgettext_lazy("faithfulness", "Usual"),
        "high": pgettext_lazy("faithfulness", "High"),
    },
    "output_format": {"png": "PNG", "jpeg": "JPEG", "webp": "WebP"},
    "moderation": {
        "auto": pgettext_lazy("moderation", "Usual"),
        "low": pgettext_lazy("moderation", "Less strict"),
    },
}
# Parts of a sentence.
REASONS: Mapping[str, Words] = {
    "unsupported": gettext_lazy("this model does not take it"),
    "snapped": gettext_lazy("the nearest that this model draws"),
    "over_limit": gettext_lazy("that is the most this model takes"),
    "invalid": gettext_lazy("it has no meaning here"),
    "needs_alpha_format": gettext_lazy("transparency needs PNG or WebP"),
    "needs_lossy_format": gettext_lazy("only JPEG and WebP are compressed"),
    "refused_before": gettext_lazy("this service refused it before"),
}


def name(parameter: str) -> str:
    """Return what a parameter is called here; its API name where that says enough."""
    return str(NAMES.get(parameter, parameter))


def value(parameter: str, given: Any) -> str:
    """Return a value as people read it: "High", "1536 x 1024", "3"."""
    if given is None:
        return _("nothing")
    text = str(given)
    if parameter == "size" and "x" in text:
        return text.replace("x", " \u00d7 ")
    return str(VALUES.get(parameter, {}).get(text, text))


def reason(code: str) -> str:
    """Return why a parameter is not sent as asked, as the end of a sentence without its stop."""
    return str(REASONS.get(code, _("this model takes it in another way")))
