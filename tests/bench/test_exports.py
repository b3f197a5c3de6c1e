"""How long a file of a 24 MP photo takes: by format, by length of the chain, made and cached."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from PIL import Image

from editor.services import pictures, renders
from tests.bench.stopwatch import report
from tests.layers import make_version
from tests.making import as_bytes, make_door, make_project, make_upload, make_user

if TYPE_CHECKING:
    from pathlib import Path

    from editor.models import Picture

pytestmark = [pytest.mark.bench, pytest.mark.django_db(transaction=True)]
SIZE = (6000, 4000)
CROP = (1536, 1024)
FORMATS = ("png", "jpeg", "webp", "avif")
DEPTHS = (0, 1, 10, 40)


@pytest.fixture
def versions() -> list[Picture]:
    """A photo and forty results in a row, each of a crop of 1536 x 1024."""
    sample = settings.BASE_DIR / "editor" / "samples" / "Dandelions.jpg"
    with Image.open(sample) as image:
        photo = as_bytes(image.resize(SIZE), "JPEG", quality=92)
    user = make_user()
    project = make_project(user)
    upload = make_upload(photo, "photo.jpg", "image/jpeg")
    chain = [pictures.upload(door=make_door(project, user), file=upload).picture]
    for seed in range(max(DEPTHS)):
        x, y = 100 * (seed % 40), 70 * (seed % 37)
        chain.append(make_version(chain[-1], user, seed, (x, y, x + CROP[0], y + CROP[1])))
    return chain


def render(picture: Picture, out: Path, image_format: str, *, anew: bool = False) -> None:
    """Render past the cache of files; `anew`: as if no flat picture had been kept either."""
    for file in settings.RENDERS_DIR.glob("*.flat.png") if anew else ():
        file.unlink()
    pictures.render(picture, out, image_format=image_format)


def test_a_file_of_a_photo(versions: list[Picture], tmp_path: Path) -> None:
    for image_format in FORMATS:
        for depth in DEPTHS:
            job = partial(render, versions[depth], tmp_path / "out", image_format)
            report(f"24 MP: {image_format} of version {depth}, again", job, runs=3)


def test_a_long_chain(versions: list[Picture], tmp_path: Path) -> None:
    for depth in DEPTHS:
        job = partial(render, versions[depth], tmp_path / "out", "jpeg", anew=True)
        report(f"24 MP: jpeg of version {depth}, for the first time", job, runs=3)
    for depth in (4, 5, 9, 39, 40):
        job = partial(render, versions[depth], tmp_path / "out", "jpeg")
        report(f"24 MP: jpeg of version {depth}, again", job, runs=3)


def test_a_file_that_is_made_already(versions: list[Picture]) -> None:
    for image_format in FORMATS:
        job = partial(renders.export, versions[40], image_format)
        report(f"24 MP: {image_format} of version 40, cached", job)
