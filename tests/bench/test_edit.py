"""How long the main job takes, on 1 MP and on 24 MP: intake, edit, download."""

from __future__ import annotations

import asyncio
import itertools
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from editor.engines.builtin import language
from editor.engines.builtin.steps import toned
from editor.engines.builtin.tone import Extent
from editor.engines.builtin.work import paint
from editor.models import Edit, Picture, Project, User
from editor.pipeline import assembly
from editor.services import pictures
from tests.bench.stopwatch import report
from tests.making import make_door, make_edit, make_project, make_user, write_photo

if TYPE_CHECKING:
    from pathlib import Path

    from editor.pipeline.dispatch.local import LocalDispatch

pytestmark = [pytest.mark.bench, pytest.mark.django_db(transaction=True)]
SIZES = [1.0, 24.0]
numbers = itertools.count(1)


def distinct(photo: Path) -> SimpleUploadedFile:
    """The same photo with other bytes each time: a comment behind its end marker."""
    body = photo.read_bytes() + b"%d" % next(numbers)
    return SimpleUploadedFile("photo.jpg", body, "image/jpeg")


def take_in(project: Project, user: User, photo: Path) -> Picture:
    return pictures.upload(door=make_door(project, user), file=distinct(photo)).picture


def drain() -> None:
    async def main() -> None:
        dispatch: LocalDispatch = assembly.new_dispatch(slots=1)
        await dispatch.run(drain=True)

    asyncio.run(main())


def square(picture: Picture, share: float) -> tuple[int, int, int, int]:
    """A box in the middle that covers this share of the picture."""
    side = int((picture.width * picture.height * share) ** 0.5)
    left, top = (picture.width - side) // 2, (picture.height - side) // 2
    return (left, top, left + side, top + side)


@pytest.mark.parametrize("megapixels", SIZES)
def test_the_main_job(megapixels: float, tmp_path: Path) -> None:
    photo = write_photo(tmp_path / "photo.jpg", megapixels=megapixels)
    user = make_user()
    project = make_project(user)
    picture = take_in(project, user, photo)
    name = f"{megapixels:g} MP"
    report(f"{name}: take in a JPEG", lambda: take_in(project, user, photo), runs=3)
    for prompt, share in [
        ("remove this", 0.01),
        ("remove this", 0.05),
        ("remove this", 0.2),
        ("black and white", 0.05),
        ("black and white", None),
        ("blur", None),
        ("make it teal", None),
        ("lift the shadows", None),
        ("remove the background", 0.2),
        ("blur the background", 0.2),
    ]:
        box = square(picture, share) if share else None

        def edit(prompt: str = prompt, box: tuple[int, int, int, int] | None = box) -> None:
            made = make_edit(project, user, picture, prompt=prompt, box=box)
            drain()
            assert Edit.objects.get(pk=made.pk).state == "succeeded"

        where = f"mask of {share:.0%}" if share else "whole picture"
        report(f"{name}: {prompt}, {where}, worker start included", edit, runs=3)
    result = Picture.objects.filter(kind="patch").latest("pk")
    for image_format in ("png", "jpeg", "webp"):
        out = tmp_path / f"out.{image_format}"
        report(
            f"{name}: render a result as {image_format}",
            lambda f=image_format, o=out: pictures.render(result, o, image_format=f),  # type: ignore[misc]
            runs=3,
        )


TONES = ["brighter", "more contrast", "lift the shadows", "more saturation", "warmer", "sepia",
         "black and white", "invert", "sharpen", "make it teal", "blur"]  # fmt: skip
BACKGROUNDS = ["remove the background", "blur the background", "white background"]


def test_the_engine_alone_at_12_megapixels(tmp_path: Path) -> None:
    """Tones without files around them; backgrounds as the worker's child does them."""
    cv2.setNumThreads(1)
    size = (3000, 4000)
    picture = np.random.default_rng(1).integers(40, 200, (*size, 3)).astype(np.uint8)
    extent = Extent.of(size, None)
    for prompt in TONES:
        (step,) = language.read(prompt, has_mask=False)["steps"]
        report(f"12 MP: {prompt}, alone", lambda s=step: toned(picture, s, extent), runs=3)  # type: ignore[misc]
    painted = np.zeros(size, dtype=np.uint8)
    cv2.circle(painted, (2000, 1500), 900, 255, cv2.FILLED)
    cv2.circle(picture, (2000, 1500), 800, (230, 40, 50), cv2.FILLED)
    Image.fromarray(picture).save(tmp_path / "crop.png", compress_level=1)
    Image.fromarray(painted).save(tmp_path / "mask.png")
    for prompt in BACKGROUNDS:
        files = {name: str(tmp_path / f"{name}.png") for name in ("mask", "out", "coverage")}
        instruction: Any = language.read(prompt, has_mask=True)

        def change(instruction: Any = instruction, files: dict[str, str] = files) -> None:
            paint(image=str(tmp_path / "crop.png"), instruction=instruction, seed=1, **files)

        report(f"12 MP: {prompt}, alone, files included", change, runs=3)
