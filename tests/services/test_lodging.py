"""Files that are kept before anybody opened them: all of a call's, or none."""

from __future__ import annotations

import hashlib
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import TemporaryUploadedFile
from PIL import Image

from editor.access import fetch
from editor.access.roles import Action
from editor.imaging import arrival
from editor.models import Edit, Mask, Picture, Project, State
from editor.services import lodging, media
from tests.imaging.make import make_exif, make_rgb_profile
from tests.making import as_bytes, make_edit_row, make_image, make_upload

if TYPE_CHECKING:
    from pathlib import Path

    from editor.access.fetch import Door
    from editor.services.lodging import Lodged
    from tests.conftest import People

pytestmark = pytest.mark.django_db
SIZE, BOX = (80, 60), (20, 10, 40, 30)


@pytest.fixture
def door(people: People) -> Door:
    return fetch.door(people.emil, people.project.slug, Action.EDIT)


def clear(box: tuple[int, int, int, int] = BOX, size: tuple[int, int] = SIZE) -> bytes:
    alpha = Image.new("L", size, 255)
    alpha.paste(0, box)
    mask = Image.new("RGBA", size)
    mask.putalpha(alpha)
    return as_bytes(mask)


def lodge(door: Door, image: bytes, mask: bytes | None = None) -> Lodged | None:
    marked = make_upload(mask, "m.png") if mask is not None else None
    return lodging.lodge(door, make_upload(image, "garden.jpg"), marked)


def folders(data_dir: Path) -> set[str]:
    root = data_dir / "pictures"
    return {str(path.relative_to(root)) for path in root.glob("*/*")}


def written(lodged: Lodged, door: Door) -> Edit:
    """The rows that a call has once it is begun."""
    lodged.picture.save()
    if lodged.mask:
        lodged.mask.save()
    return make_edit_row(
        door.project,
        door.user,
        lodged.picture,
        mask=lodged.mask,
        state=State.RECEIVED,
    )


def told() -> bytes:
    return as_bytes(
        make_image(*SIZE), "JPEG", exif=make_exif(gps=True), icc_profile=make_rgb_profile()
    )


def test_what_comes_is_kept_byte_for_byte_and_said_to_be_unread(door: Door, data_dir: Path) -> None:
    image, mask = told(), clear()
    lodged = lodge(door, image, mask)
    assert lodged
    assert lodged.mask
    picture = lodged.picture
    assert (picture.name, picture.extension, picture.mode) == ("garden.jpg", "jpg", "RGB")
    assert (picture.width, picture.height, picture.size_bytes) == (*SIZE, len(image))
    assert (picture.is_unread, lodged.mask.is_unread) == (True, True)
    assert lodged.mask.box == (0, 0, *SIZE)
    assert media.path(picture.original_file).read_bytes() == image == lodged.image.read_bytes()
    assert media.path(lodged.mask.file).read_bytes() == mask
    assert folders(data_dir) == {picture.folder, lodged.mask.folder}
    assert (Picture.objects.count(), Mask.objects.count()) == (0, 0)
    lodged.drop()
    assert folders(data_dir) == set()
    assert list((data_dir / "scratch").iterdir()) == []


def test_what_lies_on_disk_is_kept_like_any(door: Door, data_dir: Path) -> None:
    image = told()
    with TemporaryUploadedFile("garden.jpg", "image/jpeg", len(image), None) as file:
        file.write(image)
        file.seek(0)
        lodged = lodging.lodge(door, file, make_upload(clear(), "m.png"))
        assert lodged
        assert file.read() == image
    assert lodged.image.read_bytes() == image
    assert lodged.picture.sha256 == hashlib.sha256(image).hexdigest()
    assert folders(data_dir) == {lodged.picture.folder, lodged.mask.folder}  # type: ignore[union-attr]
    assert list((data_dir / "scratch").iterdir()) == []


def test_an_empty_file_on_disk_is_no_picture(door: Door, data_dir: Path) -> None:
    with TemporaryUploadedFile("garden.jpg", "image/jpeg", 0, None) as file:
        assert lodging.lodge(door, file, None) is None
    assert folders(data_dir) == set()


def test_on_a_full_disk_nothing_is_kept(door: Door, data_dir: Path, settings: Any) -> None:
    settings.MIN_FREE_BYTES = 2**62
    with pytest.raises(media.DiskFull):
        lodge(door, told(), clear())
    assert folders(data_dir) == set()


def test_what_may_be_sent_tells_nothing(door: Door, tmp_path: Path) -> None:
    lodged = lodge(door, told(), clear())
    assert lodged
    image, mask = tmp_path / "image.jpg", tmp_path / "mask.png"
    lodged.write(image, mask)
    assert b"Canary" not in image.read_bytes()
    with Image.open(image) as sent, Image.open(BytesIO(told())) as came:
        assert sent.tobytes() == came.tobytes()
        assert "icc_profile" not in sent.info
    assert mask.read_bytes() == clear()


@pytest.mark.parametrize(
    ("image", "mask"),
    [
        (as_bytes(make_image(*SIZE, "L")), None),
        (b"no picture", None),
        (b"", None),
        (as_bytes(make_image(*SIZE)), as_bytes(make_image(*SIZE))),
        (as_bytes(make_image(*SIZE)), clear(size=(60, 80))),
        (as_bytes(make_image(*SIZE)), b"no mask"),
        (as_bytes(make_image(*SIZE)), b""),
    ],
    ids=["grey", "no picture", "empty", "opaque mask", "other size", "no mask", "empty mask"],
)
def test_of_what_is_not_plain_nothing_is_left(
    door: Door, data_dir: Path, image: bytes, mask: bytes | None
) -> None:
    assert lodge(door, image, mask) is None
    assert folders(data_dir) == set()
    assert list((data_dir / "scratch").iterdir()) == []


def test_a_picture_over_the_limit_is_for_the_usual_way(door: Door, settings: Any) -> None:
    settings.MAX_MEGAPIXELS = 0.004
    assert lodge(door, as_bytes(make_image(*SIZE))) is None
    settings.MAX_MEGAPIXELS = 0.0048
    assert lodge(door, as_bytes(make_image(*SIZE)))


def inspected(edit: Edit, folder: Path) -> Any:
    """What the child finds that reads it all."""
    folder.mkdir()
    picture, mask = edit.picture, edit.mask
    marked: Any = None
    if mask:
        out = str(folder / lodging.MASK)
        marked = {"source": str(media.path(mask.file)), "out": out, "size": SIZE}
    source: Any = {"source": str(media.path(picture.original_file)), "out_dir": str(folder)}
    return arrival.inspect(pictures=[source], marked=marked, max_pixels=10**6)


def read(edit: Edit, facts: Any, folder: Path) -> None:
    """As the pipeline does: files, rows, and then what came may go."""
    came = lodging.place(edit, facts, folder)
    lodging.complete(edit, facts)
    if came:
        came.unlink()


def test_what_reading_finds_is_written_and_the_upload_goes(door: Door, tmp_path: Path) -> None:
    lodged = lodge(door, told(), clear())
    assert lodged
    edit = written(lodged, door)
    pulse = Project.objects.get().pulse
    upload = media.path(edit.mask.file)  # type: ignore[union-attr]
    read(edit, inspected(edit, tmp_path / "found"), tmp_path / "found")
    picture, mask = Picture.objects.get(), Mask.objects.get()
    assert (picture.notices, picture.has_icc, picture.has_gps) == ([], True, True)
    assert (picture.has_master, picture.pulse > pulse) == (False, True)
    assert (mask.box, mask.painted, mask.is_unread) == (BOX, 400, False)
    assert mask.sha256 != edit.fingerprint
    assert (upload.exists(), media.path(mask.file).name) == (False, "mask.png")
    with Image.open(media.path(mask.file)) as coverage:
        assert (coverage.mode, coverage.size, coverage.getextrema()) == ("L", (20, 20), (255, 255))
    assert media.path(f"{picture.folder}/icc.bin").is_file()


def test_reading_twice_is_reading_once(door: Door, tmp_path: Path) -> None:
    """A worker that died before the rows were written leaves them to the next."""
    lodged = lodge(door, told(), clear())
    assert lodged
    edit = written(lodged, door)
    facts = inspected(edit, tmp_path / "first")
    for name in (*lodging.EXTRAS, lodging.MASK):
        if (tmp_path / "first" / name).exists():
            folder = edit.mask.folder if name == lodging.MASK else edit.picture.folder  # type: ignore[union-attr]
            media.settle(tmp_path / "first" / name, media.path(f"{folder}/{name}"))
    again = Edit.objects.select_related("picture", "mask").get()
    assert again.picture.is_unread
    assert again.mask
    assert again.mask.is_unread
    assert inspected(again, tmp_path / "second") == facts
    read(again, facts, tmp_path / "second")
    assert Mask.objects.get().painted == 400


def test_a_broken_picture_is_said_to_be(door: Door) -> None:
    lodged = lodge(door, told())
    assert lodged
    edit = written(lodged, door)
    before = Project.objects.get().pulse
    lodging.mark_broken(edit.picture)
    picture = Picture.objects.get()
    assert picture.is_broken
    assert (picture.notices, picture.is_unread) == (["broken"], False)
    assert picture.pulse == Project.objects.get().pulse == before + 1


def test_an_unread_mask_is_taken_away_with_its_files(door: Door, data_dir: Path) -> None:
    lodged = lodge(door, told(), clear())
    assert lodged
    edit = written(lodged, door)
    lodging.unmask(edit)
    assert (edit.mask, Edit.objects.get().mask, Mask.objects.count()) == (None, None, 0)
    assert folders(data_dir) == {edit.picture.folder}


def test_a_mask_that_was_read_stays(door: Door, tmp_path: Path) -> None:
    lodged = lodge(door, told(), clear())
    assert lodged
    edit = written(lodged, door)
    read(edit, inspected(edit, tmp_path / "found"), tmp_path / "found")
    lodging.unmask(edit)
    assert Edit.objects.get().mask == Mask.objects.get()
