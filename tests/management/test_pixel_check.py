"""`doctor --deep` compares whole pictures, and finds what a worker's count cannot see any more."""

from __future__ import annotations

import asyncio
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from PIL import Image

from editor.management.pixel_check import pixels_are_protected
from editor.models import Picture
from editor.pipeline import assembly
from editor.services import media
from tests.making import make_edit, make_picture, make_project, make_user

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def result() -> Picture:
    user = make_user()
    project = make_project(user)
    make_edit(project, user, make_picture(project, user))
    asyncio.run(assembly.new_dispatch(slots=1).run(drain=True))
    return Picture.objects.get(kind="patch")


def deep() -> str:
    out = StringIO()
    call_command("doctor", deep=True, stdout=out)
    return out.getvalue()


def test_a_result_as_it_was_made_passes(result: Picture) -> None:
    assert "checks passed" in deep()


def test_a_patch_that_was_moved_since_is_found(result: Picture) -> None:
    Picture.objects.filter(pk=result.pk).update(patch_x=result.patch_x + 5)
    # 5 of 16 columns lie beside the mask now.
    with pytest.raises(CommandError):
        deep()
    (line,) = pixels_are_protected()
    assert "protected pixels differ" in line
    Picture.objects.filter(pk=result.pk).update(proof={"raw_of": "another"})
    assert list(pixels_are_protected()) == []


def test_a_patch_that_cannot_be_read_is_found(result: Picture) -> None:
    Image.new("L", (3, 3)).save(media.path(f"{result.folder}/pixels.png"))
    (line,) = pixels_are_protected()
    assert "cannot be rendered" in line
