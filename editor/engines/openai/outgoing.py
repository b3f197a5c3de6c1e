"""Makes the files to be sent, in a child process."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image, ImageChops

if TYPE_CHECKING:
    from collections.abc import Sequence

    from editor.imaging.sandbox.wire import JSON


def encode(*, image: str, mask: str | None, inputs: Sequence[str], out_dir: str) -> dict[str, JSON]:
    """Write crop and mask as the wire wants them."""
    sent = Path(out_dir, "sent.png")
    with Image.open(image) as picture:
        picture.convert("RGBA").save(sent)
        size = picture.size
    if mask is None:
        return {"images": [str(sent), *inputs], "mask": None}
    alpha = Path(out_dir, "sent-mask.png")
    with Image.open(mask) as coverage:
        hole = ImageChops.invert(coverage.convert("L"))
        Image.merge("RGBA", [*[Image.new("L", size)] * 3, hole]).save(alpha)
    return {"images": [str(sent), *inputs], "mask": str(alpha)}
