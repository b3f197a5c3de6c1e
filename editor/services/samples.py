"""Two photos to try the studio with, for whoever has none at hand."""

from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile

from editor.access.fetch import Door
from editor.models import Picture
from editor.services import pictures

# Authors and licences are in SOURCES.md beside them.
FOLDER = Path(__file__).resolve().parent.parent / "samples"


def add(*, door: Door) -> list[Picture]:
    """Take the sample photos in as any other upload; those already there stay as they are.

    Raises media.DiskFull, or pictures.UploadRefused where the limits are set below their size.
    """
    return [
        pictures.upload(door=door, file=SimpleUploadedFile(path.name, path.read_bytes())).picture
        for path in sorted(FOLDER.glob("*.jpg"))
    ]
