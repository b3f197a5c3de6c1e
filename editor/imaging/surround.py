"""Keeps an answer that changed everything but a subject, and proves that the subject is untouched.

The painted mask says roughly where the subject is; what is protected is what the engine took for
it. So the whole picture is kept, perhaps in another mode: a subject cut out has alpha.
"""

from __future__ import annotations

from pathlib import Path

from editor.imaging import answer as answer_of
from editor.imaging import pixels, png, preview
from editor.imaging.proof import Proof, differing
from editor.imaging.recipe import Recipe, profile, working

PROTECTED = [255] + [0] * 255


class Kept(Proof):
    """The proof, and whether the parent's colour profile still describes the pixels."""

    width: int
    height: int
    mode: str
    previews: dict[str, list[int]]
    profile_fits: bool


def keep(*, parent: Recipe, answer: str, coverage: str, out: str, out_dir: str) -> Kept:
    """Write `answer` to `out` with the parent's pixels where `coverage` is 0, and its previews.

    The written file is read again and compared with the parent, so that the count is evidence.
    Raises Rejected answer_unreadable; ValueError when a size is not the parent's.
    """
    before = working(parent)
    drawn = answer_of.read(Path(answer), before.width * before.height)
    free = pixels.load_png(coverage)
    if {drawn.size, free.size} != {before.size}:
        raise ValueError(f"an answer of {drawn.size} for a picture of {before.size}")
    # A grey picture's profile says nothing about colours.
    fits = before.mode.removesuffix("A") == drawn.mode.removesuffix("A")
    before = before.convert(drawn.mode)
    drawn.paste(before, mask=free.point(PROTECTED))
    png.write(drawn, Path(out))
    after = working(Recipe(base=out, icc=None, patches=[]))
    return Kept(
        protected=free.histogram()[0],
        changed=differing(before, after, free),
        width=after.width,
        height=after.height,
        mode=after.mode,
        previews=preview.write(after, profile(parent) if fits else None, Path(out_dir)),
        profile_fits=fits,
    )
