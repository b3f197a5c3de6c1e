"""Which part of a picture an engine gets to see, planned before anything is sent."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, Self

from editor.imaging.sizes import Size, SizeRules, snap

if TYPE_CHECKING:
    from collections.abc import Mapping

type Box = tuple[int, int, int, int]
type Span = tuple[int, int]

LEAST_CONTEXT: Final = 1.1
MOST_CONTEXT: Final = 4.0
MOST_PADDING: Final = 0.1
FEATHERS: Final = ("inside", "centred", "hard")
BLENDS: Final = ("auto", "gradient", "off")

# A size with so many times a crop's pixels is drawn unscaled: with more around, not enlarged.
NEARLY: Final = 1.25
# Nothing is enlarged more than so many times while the picture has more to show instead.
MOST_ENLARGED: Final = 3.0
# Around a mask at the picture's edge lie mirrored pixels: an answer that came a little shifted
# can be moved back, and nothing is missing. As a share of the crop's longer side, and at least.
ROOM: Final = 1 / 32
LEAST_ROOM: Final = 16
# A member's context may be narrow; so much is seen around the smallest mask.
LEAST_MARGIN: Final = 16
# A crop that would need more pixels than that, mirrored nearly all, is scaled unevenly instead.
MOST_PIXELS: Final = 64_000_000
# Growing to a size's aspect may make another size the nearest: seldom, and never often.
ROUNDS: Final = 8


@dataclass(frozen=True, slots=True)
class FocusRules:
    """How much of its surroundings an engine wants around the mask.

    On each side `margin_factor` times the mask's extent in that direction, at least `margin_min`
    pixels; or the `whole` picture, for a change of all that is not painted. With `sizes` the crop
    grows further, to an aspect that can be drawn. `padding` is how much the mask grows for the
    engine, as a share of the crop's longer side. One that draws the whole crop anew `mirrors`:
    it may be shown what lies beyond the picture's edge, as if that were a mirror.
    """

    margin_factor: float
    margin_min: int
    whole: bool = False
    sizes: SizeRules | None = None
    padding: float = 0.0
    mirrors: bool = False


@dataclass(frozen=True, slots=True)
class Framing:
    """What a member chose; None is left to the engine.

    `context` is the crop's extent in masks; `box` is a crop drawn by hand; `padding` as in
    `FocusRules`. `feather` and `blend` say how the answer is put into the picture. With `whole`
    all of the picture is shown whatever the mask; without `protect` it is sent just as it is, and
    the answer taken as it comes: the mask is a hint to the engine then. `awaited`: whoever asked
    has nothing before the result is in the store.
    """

    context: float | None = None
    box: Box | None = None
    padding: float | None = None
    feather: str = "inside"
    blend: str = "auto"
    whole: bool = False
    protect: bool = True
    awaited: bool = False

    @property
    def chosen(self) -> dict[str, Any]:
        """What differs from no choice at all, as JSON."""
        values = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in values.items()
            if value != getattr(UNFRAMED, name)
        }


UNFRAMED: Final = Framing()
# Edits from before there was a choice were put in by their mask alone.
FORMER: Final = Framing(feather="hard", blend="off")


@dataclass(frozen=True, slots=True)
class Focus:
    """The crop of an edit, with all that is needed to cut it and to put its answer back.

    `box` is x0, y0, x1, y1 in upright picture pixels, half open; it may reach beyond the picture.
    `context` is how many times the mask is seen, 0 where nobody counted; `grow` how many pixels
    the mask grows for the engine.
    """

    box: Box
    context: float = 0.0
    grow: int = 0
    framing: Framing = field(default=FORMER)

    @property
    def size(self) -> Size:
        """Width and height in pixels."""
        x0, y0, x1, y1 = self.box
        return x1 - x0, y1 - y0

    def inside(self, picture: Size) -> Box:
        """The part of the box that shows the picture itself."""
        x0, y0, x1, y1 = self.box
        return max(x0, 0), max(y0, 0), min(x1, picture[0]), min(y1, picture[1])

    def covers(self, picture: Size) -> bool:
        """Whether all of a picture of that size is seen."""
        return self.inside(picture) == (0, 0, *picture)

    def to_json(self) -> dict[str, Any]:
        """A form that JSON can hold."""
        framing = self.framing
        return {
            "box": list(self.box),
            "context": self.context,
            "grow": self.grow,
            "feather": framing.feather,
            "blend": framing.blend,
            "asked": list(framing.box) if framing.box else None,
            "chosen": framing.chosen,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """The reverse of `to_json`; the first edits only kept the box."""
        x0, y0, x1, y1 = value["box"]
        asked, chosen = value.get("asked"), value.get("chosen", {})
        framing = Framing(
            context=chosen.get("context"),
            box=(asked[0], asked[1], asked[2], asked[3]) if asked else None,
            padding=chosen.get("padding"),
            feather=value.get("feather", FORMER.feather),
            blend=value.get("blend", FORMER.blend),
            whole=chosen.get("whole", UNFRAMED.whole),
            protect=chosen.get("protect", UNFRAMED.protect),
            awaited=chosen.get("awaited", UNFRAMED.awaited),
        )
        return cls((x0, y0, x1, y1), value.get("context", 0.0), value.get("grow", 0), framing)


def plan(size: Size, mask_box: Box | None, rules: FocusRules, framing: Framing = UNFRAMED) -> Focus:
    """The crop for a mask with that bounding box; the whole picture without one, or by the rules.

    It holds the mask and its context as far as the picture goes, has an aspect that can be drawn,
    and reaches beyond the picture only where that has no more to show.
    """
    everything: Box = (0, 0, *size)
    if not framing.protect:
        return Focus(everything, 0.0, 0, framing)
    if mask_box is None or rules.whole:
        return Focus(legal(everything, size, rules), 0.0, 0, framing)
    wanted = everything if framing.whole else around(size, mask_box, rules, framing)
    box = legal(bounded(wanted, mask_box, size, rules), size, rules)
    longer = max(box[2] - box[0], box[3] - box[1])
    padding = rules.padding if framing.padding is None else framing.padding
    return Focus(box, seen(box, mask_box), round(padding * longer), framing)


def seen(box: Box, mask_box: Box) -> float:
    """How many times the mask a crop is, in the direction in which it is the tighter one."""
    ratios = ((box[i + 2] - box[i]) / (mask_box[i + 2] - mask_box[i]) for i in (0, 1))
    return round(min(ratios), 2)


def around(size: Size, mask_box: Box, rules: FocusRules, framing: Framing) -> Box:
    """The mask with its context, or the member's own box with the mask; inside the picture."""
    if framing.box:
        return union(clipped(framing.box, size), mask_box)
    if framing.context:
        margin = (framing.context - 1) / 2
        rules = replace(rules, margin_factor=margin, margin_min=min(rules.margin_min, LEAST_MARGIN))
    x0, x1 = widen(mask_box[0], mask_box[2], size[0], rules)
    y0, y1 = widen(mask_box[1], mask_box[3], size[1], rules)
    if framing.context or rules.sizes is None:
        return x0, y0, x1, y1
    wide, high = snap(x1 - x0, y1 - y0, rules.sizes)
    x0, x1 = lengthened((x0, x1), min(size[0], int(wide / MOST_ENLARGED)), (0, size[0]))
    y0, y1 = lengthened((y0, y1), min(size[1], int(high / MOST_ENLARGED)), (0, size[1]))
    return x0, y0, x1, y1


def union(first: Box | None, second: Box) -> Box:
    """The smallest box that holds both."""
    if first is None:
        return second
    return (
        min(first[0], second[0]),
        min(first[1], second[1]),
        max(first[2], second[2]),
        max(first[3], second[3]),
    )


def clipped(box: Box, size: Size) -> Box | None:
    """The part of a box that lies in a picture, None when nothing does."""
    x0, y0, x1, y1 = max(box[0], 0), max(box[1], 0), min(box[2], size[0]), min(box[3], size[1])
    return (x0, y0, x1, y1) if x0 < x1 and y0 < y1 else None


def bounded(box: Box, mask_box: Box, size: Size, rules: FocusRules) -> Box:
    """The box with room around a mask at the picture's edge, for whoever draws all of it anew."""
    if not rules.mirrors or mask_box == (0, 0, *size):
        return box
    room = max(LEAST_ROOM, round(ROOM * max(box[2] - box[0], box[3] - box[1])))
    x0, y0, x1, y1 = mask_box
    return union(box, (x0 - room, y0 - room, x1 + room, y1 + room))


def widen(start: int, end: int, length: int, rules: FocusRules) -> Span:
    """The span with its margins, clipped to 0..length."""
    margin = max(rules.margin_min, round(rules.margin_factor * (end - start)))
    return max(0, start - margin), min(length, end + margin)


def legal(box: Box, picture: Size, rules: FocusRules) -> Box:
    """The box grown to a size that is drawn anyway, or at least to its aspect.

    Grown to just the size that is drawn, it need not be scaled.
    """
    if rules.sizes is None:
        return box
    across = min(0, box[0]), max(picture[0], box[2])
    down = min(0, box[1]), max(picture[1], box[3])
    most = across[1] - across[0], down[1] - down[0]
    width, height = drawable((box[2] - box[0], box[3] - box[1]), most, rules.sizes)
    there = min(width, most[0]), min(height, most[1])
    if width * height > max(MOST_PIXELS, NEARLY * there[0] * there[1]):
        width, height = there
    x0, x1 = lengthened((box[0], box[2]), width, across)
    y0, y1 = lengthened((box[1], box[3]), height, down)
    return x0, y0, x1, y1


def drawable(size: Size, most: Size, rules: SizeRules) -> Size:
    """The size that a crop grows to: that of its drawing if it may be so large, or its aspect."""
    drawn = snap(*size, rules)
    fits = all(have <= full <= top for have, full, top in zip(size, drawn, most, strict=True))
    if fits and drawn[0] * drawn[1] <= NEARLY * size[0] * size[1]:
        return drawn
    for _round in range(ROUNDS):
        if is_even(size, drawn):
            break
        size = shaped(size, drawn)
        drawn = snap(*size, rules)
    return size


def is_even(size: Size, drawn: Size) -> bool:
    """Whether a crop is scaled by the same factor in both directions, to half a pixel of it."""
    return 2 * abs(size[0] * drawn[1] - size[1] * drawn[0]) <= max(drawn)


def shaped(size: Size, drawn: Size) -> Size:
    """The smallest size that holds another and has the aspect of what is drawn."""
    width, height = size
    if width * drawn[1] >= height * drawn[0]:
        return width, round(width * drawn[1] / drawn[0])
    return round(height * drawn[0] / drawn[1]), height


def lengthened(span: Span, length: int, bounds: Span) -> Span:
    """The span made at least `length` long, on both sides alike, within the bounds if they allow."""
    start, end = span
    length = max(length, end - start)
    first = start - (length - (end - start)) // 2
    spare = bounds[1] - bounds[0] - length
    kept = min(max(first, bounds[0]), bounds[1] - length)
    first = kept if spare >= 0 else bounds[0] + spare // 2
    return first, first + length
