"""How long the main job takes, on 1 MP and on 24 MP: intake, edit, download."""

from __future__ import annotations

import asyncio
import itertools
from typing import TYPE_CHECKING

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

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
