"""The way in for a picture from outside: check, decode once, keep what is needed to work on it.

Imports Pillow only, so that the child process that runs it can live with little memory.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from editor.imaging import colour, container, metadata, pixels, png, preview
from editor.imaging.errors import MESSAGES, Rejected, gettext_noop
from editor.imaging.files import replacing
from editor.imaging.sandbox.wire import Limits

if TYPE_CHECKING:
    from PIL import Image, ImageFile

__all__ = ["INTAKE_LIMITS", "MESSAGES", "NOTICES", "Rejected", "inspect"]

# Measured with 80 MP, address space and CPU: RGBA WebP 1340 MB, 6.3 s; RGBA PNG turned 988 MB,
# 5.2 s; progressive CMYK JPEG 954 MB, 9.3 s.
INTAKE_LIMITS = Limits(
    cpu_seconds=30, memory_bytes=2 * 1024**3, wall_seconds=60.0, file_bytes=512 * 1024**2
)
# code -> what the user is told about a picture that was taken in.
NOTICES: dict[str, str] = {
    "converted_from_cmyk": gettext_noop("Converted from CMYK to sRGB for editing."),
    "converted_from_16_bit": gettext_noop(
        "Converted from more than 8 bits a channel to 8 for editing."
    ),
    "converted_from_palette": gettext_noop("Converted from a palette to full colour for editing."),
    "first_frame_only": gettext_noop("This file holds several pictures; the first is used."),
    "orientation_applied": gettext_noop("Turned upright as the camera noted."),
    "unread": gettext_noop(
        "It came with a program's call and was sent as it is; nobody has read it yet."
    ),
    "broken": gettext_noop(
        "The file is damaged. It was handed on as it came; its picture cannot be shown."
    ),
    "profile_unreadable": gettext_noop(
        "Its colour profile cannot be used; colours are taken as sRGB."
    ),
}


class IntakeFacts(TypedDict):
    """What `inspect` found; width and height in pixels, upright."""

    format: str
    width: int
    height: int
    mode: str
    notices: list[str]
    master: str | None
    icc: str | None
    has_gps: bool
    previews: dict[str, list[int]]


@dataclass(slots=True)
class Taken:
    """A decoded picture: `image` is upright and in a working mode, perhaps at reduced size."""

    image: Image.Image
    size: tuple[int, int]
    needs_master: bool
    icc: bytes | None = None
    has_gps: bool = False
    notices: list[str] = field(default_factory=list)


def inspect(*, source: str, out_dir: str, max_pixels: int, previews: bool = True) -> IntakeFacts:
    """Take in the file `source`; writes previews, `icc.bin` and `master.png` into `out_dir`.

    A master is written only when the working pixels are not what decoding and turning the
    original gives. Previews can be left for later: they take most of the time. Raises Rejected
    with a code of MESSAGES; nothing is written then.
    """
    with pixels.strict(max_pixels):
        found = container.examine(Path(source))
        with Path(source).open("rb") as stream, pixels.open_as(stream, found.format) as image:
            taken = take(image, found, preview.SIDES[0] if previews else 1)
    return publish(taken, found, Path(out_dir), previews=previews)


def take(
    image: ImageFile.ImageFile, found: container.Container, side: int = preview.SIDES[0]
) -> Taken:
    """Decode the picture that was opened, for previews of that longest side."""
    notices = refuse_animation(image, found)
    size = image.size
    if found.format == "jpeg" and image.mode in pixels.WORKING:
        # Decoding at a fraction still reads every coded byte, so a cut tail is found.
        wanted = preview.fit(size, int(side * preview.GAP))
        image.draft(image.mode, wanted)
    pixels.decode(image)
    exif = metadata.exif_of(image)
    orientation = metadata.orientation_of(exif)
    gps = metadata.has_gps(image, exif)
    profile = image.info.get("icc_profile")
    foreign = pixels.needs_conversion(image)
    working, notice = pixels.to_working(image, found.bits)
    if found.bits > 8 and notice is None:
        notice = "converted_from_16_bit"
    if orientation != 1:
        notices.append("orientation_applied")
        size = size[::-1] if orientation in metadata.SIDEWAYS else size
    return with_profile(
        Taken(
            metadata.upright(working, orientation),
            size,
            # HEIC needs an extra that may be gone when the picture is rendered.
            needs_master=foreign or found.format == "heic",
            has_gps=gps,
            notices=[*notices, *filter(None, [notice])],
        ),
        profile,
        image.mode,
    )


def refuse_animation(image: ImageFile.ImageFile, found: container.Container) -> list[str]:
    """Notices about more than one frame; Rejected animated unless the first is the picture."""
    frames = int(getattr(image, "n_frames", 1))
    if frames == 1:
        return []
    if found.format in {"jpeg", "heic"}:
        return ["first_frame_only"]
    raise Rejected("animated", {"frames": frames})


def with_profile(taken: Taken, profile: bytes | None, mode: str) -> Taken:
    """Keep the profile if it describes the working pixels, say so if it is broken."""
    if not profile:
        return taken
    if mode == "CMYK":
        if not colour.usable(profile, "CMYK"):
            taken.notices.append("profile_unreadable")
    elif colour.usable(profile, taken.image.mode):
        taken.icc = profile
    else:
        taken.notices.append("profile_unreadable")
    return taken


def publish(
    taken: Taken, found: container.Container, out_dir: Path, *, previews: bool
) -> IntakeFacts:
    """Write what will be needed and tell the facts."""
    if taken.icc:
        with replacing(out_dir / "icc.bin") as path:
            path.write_bytes(taken.icc)
    if taken.needs_master:
        png.write(taken.image, out_dir / "master.png")
    return IntakeFacts(
        format=found.format,
        width=taken.size[0],
        height=taken.size[1],
        mode=taken.image.mode,
        notices=taken.notices,
        master="master.png" if taken.needs_master else None,
        icc="icc.bin" if taken.icc else None,
        has_gps=taken.has_gps,
        previews=preview.write(taken.image, taken.icc, out_dir) if previews else {},
    )
