"""How the words of a manner are called on the page, and what is said when one is wrong."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from editor.engines.openai.manner_rules import Wrong

CHOICES: Final[Mapping[str, Mapping[str, str | Promise]]] = {
    "mask": {
        "alpha": gettext_lazy("transparent"),
        "white": gettext_lazy("white"),
        "black": gettext_lazy("black"),
        "none": gettext_lazy("not told: it takes no mask"),
    },
    "image_field": {
        "brackets": gettext_lazy("image, or image[] for each of several"),
        "repeat": gettext_lazy("image for each"),
        "single": gettext_lazy("image, and never several"),
    },
    "transport": {
        "multipart": gettext_lazy("a form with files"),
        "xai": gettext_lazy("JSON, as xAI takes it"),
        "openrouter": gettext_lazy("JSON, as OpenRouter takes it"),
    },
    "auth": {"bearer": "Authorization: Bearer", "api-key": "api-key"},
    "size_mode": {
        "size": gettext_lazy("as size, such as 1536x1024"),
        "aspect": gettext_lazy("as aspect_ratio, the nearest it knows"),
        "none": gettext_lazy("not at all"),
    },
}
WRONGS: Final[Mapping[Wrong, str | Promise]] = {
    Wrong.CHOICE: gettext_lazy("Choose one from the list."),
    Wrong.NUMBER: gettext_lazy("“%(value)s” is too little or too much."),
    Wrong.FLAG: gettext_lazy("Say yes or no."),
    Wrong.PATH: gettext_lazy(
        "“%(value)s” is no path. Write one like /images/edits, without spaces, ? or #."
    ),
    Wrong.FIELD: gettext_lazy(
        "“%(value)s” is no name of a field: letters, figures, . - and _ make one."
    ),
    Wrong.TAKEN: gettext_lazy("“%(value)s” is sent already, as something else."),
    Wrong.VALUE: gettext_lazy("“%(value)s” cannot be sent: plain letters and signs can."),
    Wrong.PARAMETER: gettext_lazy("“%(value)s” is no parameter that members choose."),
    Wrong.ASPECT: gettext_lazy("“%(value)s” is no aspect: write them like 3:2."),
    Wrong.HOST: gettext_lazy(
        "“%(value)s” is no name of a host. Write it like cdn.example.com, without https:// and "
        "without a path; * is any."
    ),
    Wrong.TEXTS: gettext_lazy("Write words with commas between."),
    Wrong.PAIRS: gettext_lazy("On each line, write name=value."),
    Wrong.MANY: gettext_lazy("At most 20."),
    Wrong.MASKLESS: gettext_lazy(
        "JSON of this kind has no place for a mask. Say that it takes none, or send a form."
    ),
    Wrong.ASPECTS_NEEDED: gettext_lazy("Without aspects none can be asked for."),
}


def groups() -> list[tuple[str, str, tuple[str, ...]]]:
    """Return the page's subjects: title, hint and names of fields, what goes wrong most first."""
    sizes = (
        *("size_listed", "size_step", "size_max_edge", "size_max_ratio"),
        *("size_min_pixels", "size_max_pixels"),
    )
    return [
        (_("Mask"), "", ("mask", "mask_field", "mask_max_bytes", "needs_mask")),
        (_("Pictures"), "", ("image_field", "max_images", "max_bytes", "jpeg")),
        (_("Results"), "", ("result_hosts",)),
        (
            _("Request"),
            "",
            ("transport", "auth", "root", "path", "query", "names_model"),
        ),
        (
            _("Parameters"),
            _("What it does not take is not sent, and members are told so before the click."),
            ("fields_taken", "extra", "user_field"),
        ),
        (_("Size"), "", ("size_mode", "aspects", "max_pixels")),
        (
            _("Sizes of models that the catalog does not know"),
            _("In pixels. With “multiples of” empty, only the sizes on offer are drawn."),
            sizes,
        ),
    ]


def said(name: str, value: Any) -> str:
    """Return a preset's value as one reads it."""
    if name in CHOICES:
        return str(CHOICES[name][value])
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if value in (None, "", [], {}, ()):
        return _("nothing")
    if name.endswith("_bytes"):
        return f"{value / 1_000_000:g}"
    if isinstance(value, Mapping):
        return ", ".join(f"{key}={one}" for key, one in value.items())
    if isinstance(value, list):
        return ", ".join(
            "\u00d7".join(map(str, one)) if isinstance(one, list) else one for one in value
        )
    return f"{value:g}" if isinstance(value, float) else str(value)
