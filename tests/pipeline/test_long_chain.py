"""Editing a result again, and again: quality does not decay, and depth costs nothing."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from editor.models import Edit, Picture
from editor.pipeline import assembly
from editor.services import render_cache, renders
from editor.services.recipes import FLAT_EVERY, recipe
from tests.making import as_bytes, make_edit, make_image, make_picture

if TYPE_CHECKING:
    from tests.conftest import People

pytestmark = pytest.mark.django_db(transaction=True)
SIZE = (300, 220)
EDITS = 12


def edited(people: People, picture: Picture, number: int) -> Picture:
    """A result of our own engine, made as workers make it."""
    x, y = 20 + 8 * number, 20 + 6 * number
    prompt = ("invert", "blur")[number % 2]
    edit = make_edit(
        people.project, people.olga, picture, prompt=prompt, box=(x, y, x + 24, y + 20)
    )
    asyncio.run(assembly.new_dispatch(slots=1).run(drain=True))
    assert Edit.objects.get(pk=edit.pk).state == "succeeded"
    return Picture.objects.get(edit=edit)


def test_after_many_edits_elsewhere_untouched_pixels_are_the_originals(people: People) -> None:
    photo = as_bytes(make_image(*SIZE), "JPEG", quality=92)
    original = picture = make_picture(people.project, people.olga, photo)
    for number in range(EDITS):
        picture = edited(people, picture, number)
        assert picture.changed_protected_pixels == 0
    flats = {one.owner for one in render_cache.files() if one.path.name.endswith(".flat.png")}
    assert len(flats) >= EDITS // FLAT_EVERY - 1
    touched = np.zeros(SIZE[::-1], bool)
    for patch in recipe(picture)["patches"]:
        with Image.open(patch["alpha"]) as alpha:
            x, y = patch["x"], patch["y"]
            touched[y : y + alpha.height, x : x + alpha.width] |= np.asarray(alpha) > 0
    with Image.open(renders.export(original, "png")) as before:
        first = np.asarray(before)
    with Image.open(renders.export(picture, "png")) as after:
        last = np.asarray(after)
    assert 0 < touched.mean() < 0.5
    assert np.array_equal(first[~touched], last[~touched])
    assert (first[touched] != last[touched]).any()
    # And the same without any flat picture.
    for one in list(render_cache.files()):
        one.path.unlink()
    with Image.open(renders.export(picture, "png")) as again:
        assert np.array_equal(np.asarray(again), last)
