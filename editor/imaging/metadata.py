"""What we read from a picture's metadata: how it is turned, and whether it says where."""

from __future__ import annotations

from PIL import ExifTags, Image

# EXIF 2.32, tag 0x0112; 1 means upright.
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
SIDEWAYS = {5, 6, 7, 8}


def exif_of(image: Image.Image) -> Image.Exif:
    """The EXIF block, empty when there is none or it is broken: pixels matter more."""
    exif = Image.Exif()
    raw = image.info.get("exif")
    if isinstance(raw, bytes):
        try:
            exif.load(raw)
            exif.get_ifd(ExifTags.IFD.GPSInfo)
        except Exception:  # noqa: BLE001 - Pillow fails in many ways on broken EXIF
            return Image.Exif()
    return exif


def orientation_of(exif: Image.Exif) -> int:
    """The EXIF orientation, 1 to 8."""
    value = exif.get(ExifTags.Base.Orientation, 1)
    return value if value in TURNS else 1


def upright(image: Image.Image, orientation: int) -> Image.Image:
    """The picture as it is meant to be seen."""
    turn = TURNS.get(orientation)
    return image if turn is None else image.transpose(turn)


def has_gps(image: Image.Image, exif: Image.Exif) -> bool:
    """Whether EXIF or XMP tell a place."""
    if exif.get_ifd(ExifTags.IFD.GPSInfo):
        return True
    texts = (image.info.get("xmp"), image.info.get("XML:com.adobe.xmp"))
    return any("GPSL" in str(text) for text in texts if text)
