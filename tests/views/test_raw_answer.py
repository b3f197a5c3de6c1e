"""The answer as it came: looked at by everybody, used by makers, never sent as it is."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from editor.imaging import stitch
from editor.models import Activity, Edit, Picture, State
from editor.services import media, pictures
from editor.services.parts import part
from editor.services.recipes import recipe
from tests.making import (
    as_bytes,
    make_attempt_row,
    make_edit_row,
    make_image,
    make_mask_row,
    make_picture,
    read_stream,
)

if TYPE_CHECKING:
    from pathlib import Path

    from django.http import HttpResponse

    from editor.models import User
    from tests.conftest import People

CROP = [-4, 6, 36, 36]
CANARY = b"Canary 3000"


def make_answer(size: tuple[int, int] = (60, 45)) -> bytes:
    """A JPEG of another size than the crop, with words in it that nobody may read."""
    exif = Image.Exif()
    exif[0x0110] = CANARY.decode()
    return as_bytes(Image.new("RGB", size, (200, 40, 90)), "JPEG", exif=exif, quality=95)


@pytest.fixture
def result(people: People) -> Picture:
    return make_landed(people)


def make_landed(people: People) -> Picture:
    """What comes of an edit of the left half of a picture of 64 x 48, with files and all."""
    parent = make_picture(people.project, people.olga, as_bytes(make_image(seed=4)))
    mask = make_mask_row(people.project, parent)
    values = {"state": State.SUCCEEDED, "mask": mask, "focus": {"box": CROP}}
    edit = make_edit_row(people.project, people.olga, parent, **values)
    with media.scratch() as folder:
        with Image.open(media.path(parent.base_file)) as image:
            image.crop((CROP[0], CROP[1], CROP[2], CROP[3])).save(folder / "crop.png")
        (folder / "answer").write_bytes(make_answer())
        out = folder / "out"
        out.mkdir()
        facts = stitch.land(
            scene={
                "size": [64, 48],
                "crop": str(folder / "crop.png"),
                "crop_box": CROP,
                "mask": str(media.path(mask.file)),
                "mask_box": mask.box,
            },
            answer=str(folder / "answer"),
            manner={"redraws": True, "feather": "inside", "blend": "auto"},
            parent=recipe(parent),  # type: ignore[arg-type]
            out_dir=str(out),
        )
        kept = media.keep(out)
    return Picture.objects.create(
        project=people.project, kind="patch", name=parent.name, created_by=people.olga,
        width=64, height=48, mode="RGB", folder=kept, parent=parent, root=parent, edit=edit,
        attempt=make_attempt_row(edit), patch_x=facts["x"], patch_y=facts["y"],
        proof=facts["proof"],
    )  # fmt: skip


def send(user: User, name: str, picture: Picture, method: str = "get") -> HttpResponse:
    client = Client()
    client.force_login(user)
    path = reverse(name, args=[picture.project.slug, picture.public_id])
    return getattr(client, method)(path)  # type: ignore[no-any-return]


def rendered(picture: Picture, folder: Path) -> Image.Image:
    pictures.render(picture, folder / "out.png", image_format="png")
    with Image.open(folder / "out.png") as image:
        return image.copy()


def test_the_answer_is_kept_as_it_came(result: Picture) -> None:
    assert result.proof["raw"] == {
        "file": "raw.jpg",
        "format": "jpeg",
        "width": 60,
        "height": 45,
        "bytes": len(make_answer()),
    }
    assert media.path(f"{result.folder}/raw.jpg").read_bytes() == make_answer()


def test_it_is_shown_as_pixels_and_nothing_else(people: People, result: Picture) -> None:
    for _time in ("made", "from the cache"):
        response = send(people.vito, "raw_answer", result)
        assert response["Content-Type"] == "image/webp"
        assert "immutable" in response["Cache-Control"]
        body = read_stream(response)
        assert CANARY not in body
        with Image.open(io.BytesIO(body)) as image:
            assert (image.format, image.size) == ("WEBP", (60, 45))
            assert not image.getexif()
            middle = image.convert("RGB").getpixel((30, 20))
        assert isinstance(middle, tuple)
        assert all(abs(a - b) < 8 for a, b in zip(middle, (200, 40, 90), strict=True))


def test_the_heat_map_is_there_for_everybody(people: People, result: Picture) -> None:
    response = send(people.vito, "heat_map", result)
    with Image.open(io.BytesIO(read_stream(response))) as image:
        assert image.size == (CROP[2] - CROP[0], CROP[3] - CROP[1])


def test_without_a_kept_answer_there_is_nothing(people: People, result: Picture) -> None:
    Picture.objects.filter(pk=result.pk).update(proof={})
    assert send(people.olga, "raw_answer", result).status_code == 404
    assert send(people.olga, "use_raw", result, "post").status_code == 404
    assert send(people.olga, "heat_map", result.parent or result).status_code == 404


def test_an_answer_whose_file_is_gone_is_not_found(people: People, result: Picture) -> None:
    media.path(f"{result.folder}/raw.jpg").unlink()
    assert send(people.olga, "raw_answer", result).status_code == 404
    assert send(people.olga, "use_raw", result, "post").status_code == 404


def test_an_answer_that_cannot_be_read_any_more_says_so(people: People, result: Picture) -> None:
    media.path(f"{result.folder}/raw.jpg").write_bytes(make_answer()[:300])
    for name, method in (("raw_answer", "get"), ("use_raw", "post")):
        response = send(people.olga, name, result, method)
        assert response.status_code == 422
        assert "cannot be read" in response.content.decode()
    assert Picture.objects.filter(edit=result.edit).count() == 1


def test_used_as_it_came_it_fills_its_whole_crop(
    people: People, result: Picture, tmp_path: Path
) -> None:
    before = rendered(result.parent or result, tmp_path)
    response = send(people.emil, "use_raw", result, "post")
    made = Picture.objects.get(proof__raw_of=result.public_id)
    assert response["Location"] == reverse("version", args=[people.project.slug, made.public_id])
    assert (made.edit, made.parent, made.number) == (result.edit, result.parent, 2)
    assert (made.created_by, made.protected_pixels) == (people.emil, 0)
    # It is no part of what was drawn, and the result stays the only one.
    assert {part(row) for row in Picture.objects.with_parts()} == {""}
    after = rendered(made, tmp_path)
    # What lies beyond the picture's left edge is left out.
    changed = after.crop((0, 6, 36, 36))
    assert all(high - low < 8 for low, high in changed.getextrema())  # type: ignore[misc]
    for outside in ((0, 0, 64, 6), (36, 0, 64, 48), (0, 36, 64, 48)):
        assert after.crop(outside).tobytes() == before.crop(outside).tobytes()
    for side in (320, 1280):
        assert media.path(f"{made.folder}/{side}.webp").is_file()


def test_using_it_is_on_record_and_costs_nothing(people: People, result: Picture) -> None:
    send(people.emil, "use_raw", result, "post")
    made = Picture.objects.get(proof__raw_of=result.public_id)
    kinds = set(Activity.objects.filter(picture=made).values_list("kind", "actor"))
    assert kinds == {("picture.made", people.emil.pk), ("picture.raw_used", people.emil.pk)}
    assert not people.project.ledger.exists()
    assert Edit.objects.get().attempts.count() == 1


def test_used_twice_it_is_one_version(people: People, result: Picture) -> None:
    send(people.olga, "use_raw", result, "post")
    made = Picture.objects.get(proof__raw_of=result.public_id)
    Picture.objects.filter(pk=made.pk).update(trashed_at=timezone.now())
    again = send(people.emil, "use_raw", result, "post")
    assert again["Location"].endswith(f"/{made.public_id}/")
    made.refresh_from_db()
    assert made.trashed_at is None
    assert Picture.objects.filter(edit=result.edit).count() == 2


def test_readers_do_not_use_it(people: People, result: Picture) -> None:
    found = [send(who, "use_raw", result, "post").status_code for who in (people.rita, people.sam)]
    assert found == [403, 404]
    assert Picture.objects.filter(edit=result.edit).count() == 1


def test_of_a_result_in_the_trash_nothing_is_made(people: People, result: Picture) -> None:
    Picture.objects.filter(pk=result.pk).update(trashed_at=timezone.now())
    assert send(people.olga, "use_raw", result, "post").status_code == 404
