"""Writes PNG files: the pixels and their profile, and nothing else."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from editor.imaging.files import replacing

if TYPE_CHECKING:
    from pathlib import Path

    from PIL import Image


def write(image: Image.Image, path: Path, icc: bytes | None = None) -> None:
    """Write an image of mode L, LA, RGB or RGBA under its name once it is whole.

    Run-length matching on filtered rows: a 24 MP photo takes as long as at level 1 (1.6 s) and is
    15 % smaller; higher levels cost 2 to 4 times as much for 0 to 3 %. What Pillow would take
    from `image.info` is switched off by name.
    """
    with replacing(path) as part:
        image.save(
            part,
            "PNG",
            compress_level=1,
            compress_type=zlib.Z_RLE,
            icc_profile=icc,
            transparency=None,
        )
