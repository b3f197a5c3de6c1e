"""Colour profiles: which are usable, and the way to sRGB."""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageCms

SPACES = {"L": "GRAY", "LA": "GRAY", "RGB": "RGB ", "RGBA": "RGB ", "CMYK": "CMYK"}
# What print programs use to turn CMYK into a picture for the screen.
INTENT = ImageCms.Intent.RELATIVE_COLORIMETRIC
FLAGS = ImageCms.Flags.BLACKPOINTCOMPENSATION


def usable(profile: bytes, mode: str) -> bool:
    """Whether `profile` is a profile of the colours of `mode`."""
    try:
        opened = ImageCms.ImageCmsProfile(BytesIO(profile))
        transform = ImageCms.buildTransform(
            opened, ImageCms.createProfile("sRGB"), mode.removesuffix("A"), "RGB"
        )
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return False
    return bool(transform) and opened.profile.xcolor_space == SPACES[mode]


def to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """`image` (L, LA, RGB, RGBA, CMYK) in sRGB; alpha is kept.

    Without a profile CMYK is converted by the plain formula and the rest is taken as sRGB.
    """
    if profile is None:
        return image.convert("RGB") if image.mode == "CMYK" else image
    alpha = image.getchannel("A") if image.mode in {"LA", "RGBA"} else None
    colours = image.convert(image.mode.removesuffix("A")) if alpha else image
    converted = ImageCms.profileToProfile(
        colours,
        ImageCms.ImageCmsProfile(BytesIO(profile)),
        ImageCms.createProfile("sRGB"),
        renderingIntent=INTENT,
        outputMode="RGB",
        flags=FLAGS,
    )
    if converted is None:
        raise ValueError("no picture came out of the conversion")
    if alpha:
        converted.putalpha(alpha)
    return converted
