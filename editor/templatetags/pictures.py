"""Facts about pictures that only templates need."""

from datetime import datetime

from django import template
from django.utils.formats import number_format

from editor.models import Edit, Picture
from editor.services import looks, parts, proofs, trash
from editor.services.looks import Look

register = template.Library()

MEGA = 1_000_000
SMALLEST_PERCENT, FEW_PERCENT, WHOLE_PERCENT = 0.1, 10, 100


@register.filter
def part(picture: Picture) -> str:
    """Return which of several results of one edit it is: "2 of 4"; nothing when it came alone."""
    return parts.part(picture)


@register.filter
def is_doubtful(picture: Picture) -> bool:
    """Return whether somebody should look at the mask's edge of a result."""
    return proofs.is_doubtful(picture)


@register.filter
def is_raw(picture: Picture) -> bool:
    """Return whether a result is an answer as it came, in which nothing was protected."""
    return proofs.is_raw(picture)


@register.filter
def preview_width(picture: Picture, longest: int) -> int:
    """Return how many pixels wide the preview is whose longer side has at most `longest`."""
    scale = min(1.0, longest / max(picture.width, picture.height))
    return max(1, round(picture.width * scale))


@register.filter
def megapixels(picture: Picture) -> str:
    """Return the size in millions of pixels, "24.0", or with three digits below one, "0.036"."""
    millions = picture.width * picture.height / MEGA
    return f"{millions:.1f}" if millions >= 1 else f"{millions:.2g}"


@register.filter
def grouped(number: int) -> str:
    """Return a whole number with its digits in groups, as the language writes them."""
    return number_format(number, force_grouping=True)


@register.filter
def percent(share: float) -> str:
    """Return a share given in percent as people say it: "12 %", "3.4 %", "< 0.1 %"."""
    if share < SMALLEST_PERCENT:
        return f"< {number_format(SMALLEST_PERCENT)} %"
    # "100 %" is said of everything only.
    said = share if share == WHOLE_PERCENT else min(share, WHOLE_PERCENT - 1)
    places = 1 if said < FEW_PERCENT else 0
    return f"{number_format(round(said, places), places)} %"


@register.filter
def place(row: Picture | Edit, look: Look) -> str:
    """Return where the row's card belongs among the others of the look, as a text that sorts."""
    return looks.place(row, look.order)


@register.filter
def kept_until(picture: Picture) -> datetime | None:
    """Return until when a picture in the trash can be restored."""
    return picture.trashed_at and trash.gone_at(picture.trashed_at)
