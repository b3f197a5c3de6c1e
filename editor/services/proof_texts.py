"""What was done to an answer before it became part of a picture, in words for who took the photo."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.template.defaultfilters import filesizeformat
from django.utils.formats import number_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# Below these nobody would see a difference, so none is told: pixels, percent, degrees, levels.
LEAST_MOVED: Final = 0.05
LEAST_SCALED: Final = 0.05
LEAST_TURNED: Final = 0.05
LEAST_TINTED: Final = 0.5
LEAST_CHANGED: Final = 0.05
# Seam scores: below the first nobody finds it, above the second one may.
INVISIBLE, VISIBLE = 1.3, 2.0
MID_GREY: Final = 128
PRECISE_BELOW: Final = 10


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was measured or done, and why it is told."""

    name: str
    value: str
    why: str


def lines(facts: Mapping[str, Any], size: tuple[int, int]) -> list[Line]:
    """Return what is known of how an answer fitted in; `size` is the crop's."""
    if "verdict" not in facts:
        return _size(facts)
    if facts["verdict"] == "off":
        return [_in_place(), _seam(facts)]
    told = [outside(facts), *_size(facts), _lined_up(facts, size), *_still_off(facts)]
    return [*told, _colours(facts), _border(facts), _seam(facts)]


def raw_line(raw: Mapping[str, Any]) -> Line:
    """Return what is kept of the answer as it came."""
    value = _("%(width)s \N{MULTIPLICATION SIGN} %(height)s pixels, %(format)s, %(size)s") % {
        "width": raw["width"],
        "height": raw["height"],
        "format": str(raw["format"]).upper(),
        "size": filesizeformat(raw["bytes"]),
    }
    why = _("The answer as it came. It is kept with this version.")
    return Line(_("Raw answer"), value, why)


def outside(facts: Mapping[str, Any]) -> Line:
    """Return what the answer itself changed where nothing was to be changed."""
    percent, mean = facts["outside_percent"], facts["outside_mean"]
    value = _("Nothing that can be seen")
    if percent >= LEAST_CHANGED:
        value = _("%(percent)s %% of the pixels, %(mean)s of 255 levels on average") % {
            "percent": figure(percent),
            "mean": figure(mean),
        }
    why = _("What the answer redrew beside the mask, in the part that was sent.")
    return Line(_("Changed outside by the raw answer"), value, why)


def _size(facts: Mapping[str, Any]) -> list[Line]:
    if not facts.get("resized"):
        return []
    why = _("The answer had another size than the part that was sent.")
    return [Line(_("Size"), _("Scaled to fit"), why)]


def _in_place() -> Line:
    why = _("This engine works on the picture's own pixels: nothing can be out of place.")
    return Line(_("Lined up"), _("Not needed"), why)


def _lined_up(facts: Mapping[str, Any], size: tuple[int, int]) -> Line:
    name = _("Lined up")
    match facts["verdict"]:
        case "aligned":
            why = _("Models draw things a little beside their place. They were moved back.")
            return Line(name, capfirst("; ".join(motions(facts["matrix"], size))), why)
        case "in_place":
            return Line(name, _("Not needed"), _("Things around the mask lay in their place."))
        case "featureless":
            why = _("Around the mask the picture is too even to tell, so nothing was moved.")
            return Line(name, _("Could not be measured"), why)
        case "small_ring":
            why = _("Too little of the part that was sent lies outside the mask to compare.")
            return Line(name, _("Not possible"), why)
    why = _("What lies around the mask was redrawn so much that nothing could be compared.")
    return Line(name, _("Not possible"), why)


def motions(matrix: list[float], size: tuple[int, int]) -> list[str]:
    """How the answer was moved, scaled and turned back, each in words.

    The matrix (2 x 3) leads from a pixel of the crop to one of the answer; the answer went the
    other way.
    """
    a, b, x, c, d, y = matrix
    across, down = size[0] / 2, size[1] / 2
    right = across - (a * across + b * down + x)
    below = down - (c * across + d * down + y)
    larger = 100 * (1 / math.sqrt(max(abs(a * d - b * c), 1e-9)) - 1)
    turned = math.degrees(math.atan2(b - c, a + d))
    found = [*_moved(right, below), *_scaled(larger), *_turned(turned)]
    return found or [_("by less than can be seen")]


def _moved(right: float, below: float) -> Iterator[str]:
    ways = []
    if abs(right) >= LEAST_MOVED:
        way = _("%(n)s px right") if right > 0 else _("%(n)s px left")
        ways.append(way % {"n": figure(abs(right))})
    if abs(below) >= LEAST_MOVED:
        way = _("%(n)s px down") if below > 0 else _("%(n)s px up")
        ways.append(way % {"n": figure(abs(below))})
    if ways:
        yield _("moved %(ways)s") % {"ways": ", ".join(ways)}


def _scaled(larger: float) -> Iterator[str]:
    if abs(larger) >= LEAST_SCALED:
        way = _("made %(n)s %% larger") if larger > 0 else _("made %(n)s %% smaller")
        yield way % {"n": figure(abs(larger))}


def _turned(degrees: float) -> Iterator[str]:
    if abs(degrees) >= LEAST_TURNED:
        yield _("turned by %(n)s°") % {"n": figure(abs(degrees))}


def _still_off(facts: Mapping[str, Any]) -> Iterator[Line]:
    # Of an answer that shows something else the distance means nothing.
    if facts["reliable"] and facts.get("residual") is not None:
        value = _("%(n)s px") % {"n": figure(facts["residual"])}
        if facts["residual"] < LEAST_MOVED:
            value = _("Less than %(n)s px") % {"n": figure(2 * LEAST_MOVED)}
        why = _("How far what lies around the mask is still out of place, at the median.")
        yield Line(_("Rest error"), value, why)


def _colours(facts: Mapping[str, Any]) -> Line:
    name = _("Colours")
    if not facts["matched"]:
        why = _("Around the mask there was nothing to take them from.")
        return Line(name, _("Left as they came"), why)
    pairs = zip(facts["gain"], facts["offset"], strict=True)
    shifts = [gain * MID_GREY + offset - MID_GREY for gain, offset in pairs]
    why = _("Light and tint of the answer were brought back to those around the mask.")
    if all(abs(shift) < LEAST_TINTED for shift in shifts):
        return Line(name, _("Right as they came"), _("Around the mask they fit already."))
    if len(shifts) != len("rgb"):
        return Line(name, _("Brightness %(n)s levels") % {"n": signed(shifts[0])}, why)
    value = _("Red %(red)s, green %(green)s, blue %(blue)s levels") % {
        "red": signed(shifts[0]),
        "green": signed(shifts[1]),
        "blue": signed(shifts[2]),
    }
    return Line(name, value, why)


def _border(facts: Mapping[str, Any]) -> Line:
    levels = {"levels": figure(facts["border"])}
    if facts["gradient"]:
        value = _("Evened out: %(levels)s of 255 levels apart") % levels
    else:
        value = _("Fits: %(levels)s of 255 levels apart") % levels
    why = _("How much old and new differed along the mask's edge before they were blended.")
    return Line(_("Border"), value, why)


def _seam(facts: Mapping[str, Any]) -> Line:
    score = facts["seam"]
    value = _("%(score)s, may be seen")
    if score <= VISIBLE:
        value = _("%(score)s, hardly to be seen")
    if score <= INVISIBLE:
        value = _("%(score)s, not to be seen")
    why = _("At 1 the mask's edge looks like any other place of the picture; higher is worse.")
    return Line(_("Seam score"), value % {"score": number_format(round(score, 1), 1)}, why)


def figure(value: float) -> str:
    """Return a measure as people read it: one place below ten, none above."""
    rounded = round(value, 1)
    if abs(rounded) >= PRECISE_BELOW or rounded == int(rounded):
        return number_format(round(value))
    return number_format(rounded, 1)


def signed(value: float) -> str:
    """Return whole levels with their sign: "+3", "-5", "0"."""
    whole = round(value)
    sign = {1: "+", -1: "\N{MINUS SIGN}"}.get((whole > 0) - (whole < 0), "")
    return f"{sign}{number_format(abs(whole))}"
