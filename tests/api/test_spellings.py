"""Every way in which clients name their pictures leads to the same edit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from editor.api import parse
from tests.api.asking import form, picture
from tests.making import as_bytes, make_image

if TYPE_CHECKING:
    from tests.api.asking import Part


def seeds(*parts: Part) -> list[int]:
    """Which pictures came in, in order."""
    call = parse.edit_call(form(("prompt", "a sky"), *parts))
    known = {as_bytes(make_image(8, 6, seed=seed)): seed for seed in range(20)}
    found = [known[image.read()] for image in call.images]
    call.close()
    return found


@pytest.mark.parametrize(
    "name",
    [
        *("image", "image[]", "image[0]", "image[7]", "image.0", "image.1.items"),
        *("images", "images[]", "images[0]", "images.0"),
    ],
)
def test_one_picture(name: str) -> None:
    assert seeds(picture(name, 3)) == [3]


@pytest.mark.parametrize(
    ("names", "order"),
    [
        (["image[]", "image[]", "image[]"], [0, 1, 2]),
        (["image", "image", "image"], [0, 1, 2]),
        (["images[]", "images[]"], [0, 1]),
        (["image", "image[]", "image", "images"], [0, 1, 2, 3]),
        (["image[1]", "image[0]"], [1, 0]),
        (["image[10]", "image[9]", "image[2]"], [2, 1, 0]),
        (["images[2]", "images[1]"], [1, 0]),
        (["image.1.items", "image.0"], [1, 0]),
        (["image[1]", "image[0]", "image"], [2, 1, 0]),
    ],
)
def test_their_order(names: list[str], order: list[int]) -> None:
    assert seeds(*(picture(name, seed) for seed, name in enumerate(names))) == order
