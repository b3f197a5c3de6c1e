"""Pictures and mask of one call, taken in together; what is refused leaves nothing."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from PIL import Image

from editor.models import Picture
from editor.services import arrivals, masks
from tests.making import as_bytes, make_door, make_image, make_upload

if TYPE_CHECKING:
    from pathlib import Path

    from editor.services.masks import Painted
    from tests.conftest import People

WHOLE = as_bytes(make_image(64, 48, seed=1))
OTHER = as_bytes(make_image(64, 48, seed=2))
SMALL = as_bytes(make_image(30, 20, seed=3))


def alpha_mask(size: tuple[int, int] = (64, 48), kind: str = "PNG", **how: Any) -> bytes:
    image = Image.new("RGBA", size, (0, 0, 0, 255))
    image.paste((0, 0, 0, 0), (8, 8, 24, 24))
    return as_bytes(image, kind, **how)


def take_in(
    people: People, *files: bytes, mask: bytes | None = None
) -> tuple[list[Picture], Painted | None]:
    return arrivals.take_in(
        door=make_door(people.project, people.olga),
        files=[make_upload(data, f"{number}.png") for number, data in enumerate(files)],
        mask=None if mask is None else make_upload(mask, "mask.png"),
    )


def stored(data_dir: Path) -> set[str]:
    """Folders of the store that hold files; the scratch folder is empty in any case."""
    assert list((data_dir / "scratch").iterdir()) == []
    root = data_dir / "pictures"
    return {str(file.parent.relative_to(root)) for file in root.rglob("*") if file.is_file()}


def test_pictures_and_mask_come_in_together(people: People, data_dir: Path) -> None:
    kept, painted = take_in(people, WHOLE, SMALL, mask=alpha_mask())
    assert [(one.width, one.height, one.name) for one in kept] == [
        (64, 48, "0.png"),
        (30, 20, "1.png"),
    ]
    assert painted
    assert (painted.box, painted.painted) == ((8, 8, 24, 24), 256)
    assert stored(data_dir) == {*(one.folder for one in kept), painted.folder}
    assert not list((data_dir / "pictures").rglob("*.webp"))  # previews are for later
    masks.drop(painted)
    assert stored(data_dir) == {one.folder for one in kept}


def test_the_same_bytes_twice_in_a_call_are_one_picture(people: People, data_dir: Path) -> None:
    kept, _painted = take_in(people, SMALL, WHOLE, SMALL, WHOLE)
    assert [one.pk for one in kept[:2]] == [one.pk for one in kept[2:]]
    assert Picture.objects.count() == len(stored(data_dir)) == 2


def test_what_is_there_is_not_looked_at_again(people: People) -> None:
    (first,), _ = take_in(people, WHOLE)
    kept, painted = take_in(people, OTHER, WHOLE, mask=alpha_mask())
    assert (kept[1], painted is not None) == (first, True)
    assert take_in(people, WHOLE)[0] == [first]


def test_a_mask_of_a_known_picture_has_its_size(people: People, data_dir: Path) -> None:
    take_in(people, WHOLE)
    with pytest.raises(arrivals.ArrivalRefused) as caught:
        take_in(people, WHOLE, SMALL, mask=alpha_mask((30, 20)))
    assert (caught.value.which, caught.value.code) == (arrivals.MASK, "mask_size")
    assert len(stored(data_dir)) == 1


@pytest.mark.parametrize(
    ("files", "mask", "which", "code"),
    [
        ([b"text"], None, 0, None),
        ([b""], None, 0, "empty"),
        ([WHOLE, b"text"], None, 1, None),
        ([WHOLE, OTHER, WHOLE, SMALL[:200]], None, 3, None),
        ([WHOLE], b"", "mask", "empty"),
        ([WHOLE], b"text", "mask", None),
        ([WHOLE], OTHER, "mask", "mask_no_alpha"),
        ([WHOLE], alpha_mask((48, 64)), "mask", "mask_size"),
        ([WHOLE], as_bytes(Image.new("RGBA", (64, 48), "red")), "mask", "mask_empty"),
        ([WHOLE], alpha_mask()[:90], "mask", None),
    ],
)
def test_a_refusal_names_the_file_and_leaves_nothing(
    people: People,
    data_dir: Path,
    files: list[bytes],
    mask: bytes | None,
    which: int | str,
    code: str | None,
) -> None:
    with pytest.raises(arrivals.ArrivalRefused) as caught:
        take_in(people, *files, mask=mask)
    assert caught.value.which == which
    assert caught.value.message
    assert code in {None, caught.value.code}
    assert stored(data_dir) == set()
    assert not Picture.objects.exists()


def test_a_mask_may_be_webp(people: People) -> None:
    _kept, painted = take_in(people, WHOLE, mask=alpha_mask(kind="WEBP", lossless=True))
    assert painted
    assert painted.box == (8, 8, 24, 24)
    masks.drop(painted)


@pytest.mark.django_db(transaction=True)
def test_two_at_once_with_the_same_bytes_have_one_picture(people: People, data_dir: Path) -> None:
    together = threading.Barrier(4)

    def one(_number: int) -> int:
        together.wait(20)
        try:
            return take_in(people, WHOLE)[0][0].pk
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        found = set(pool.map(one, range(4)))
    assert found == {Picture.objects.get().pk}
    assert stored(data_dir) == {Picture.objects.get().folder}
