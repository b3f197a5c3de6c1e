"""What becomes of an answer of which not all pictures are of use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from editor.imaging import preview
from editor.imaging.focus import FORMER, UNFRAMED, Focus, Framing
from editor.services import arrivals, media, previews
from tests.making import as_bytes, make_door, make_image, make_upload
from tests.pipeline.paid_engine import CHARGED, PaidEngine, queue_paid
from tests.pipeline.test_paid import run, sandbox, sums, work

if TYPE_CHECKING:
    from pathlib import Path

    from editor.engines.base import Answer, EditResult
    from editor.models import Picture
    from tests.conftest import People

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["sandbox"]


@dataclass
class LosesOne(PaidEngine):
    """One of its pictures breaks whoever opens it, every time."""

    async def read(self, answer: Answer, work: Path) -> EditResult:
        drawn = await PaidEngine.read(self, answer, work)
        drawn.images[1].unlink()
        return drawn


def test_a_picture_that_always_breaks_its_reader_costs_only_itself(people: People) -> None:
    engine = LosesOne(count=3)
    edit = run(engine, people)
    assert (edit.state, len(engine.asked), engine.read_times) == ("succeeded", 1, 4)
    assert list(edit.results.order_by("number").values_list("number", flat=True)) == [1, 3]
    assert sums(edit)["settled"] == CHARGED


def test_what_was_stored_before_a_picture_broke_is_dropped(people: People) -> None:
    edit = run(LosesOne(count=3), people)
    kept = {result.folder for result in edit.results.all()}
    stored = {file.parent for file in media.path("").rglob("alpha.png")}
    assert stored == {media.path(folder) for folder in kept}


@dataclass
class DrawsSmaller(PaidEngine):
    """Its pictures are of another size than was asked for."""

    async def read(self, answer: Answer, work: Path) -> EditResult:
        drawn = await PaidEngine.read(self, answer, work)
        Image.new("RGB", (33, 22), (9, 8, 7)).save(drawn.images[0])
        return drawn


def test_what_a_provider_drew_is_kept_beside_the_result_and_said(people: People) -> None:
    result = run(DrawsSmaller(), people).results.get()
    raw = media.path(f"{result.folder}/raw.png")
    assert result.proof["raw"] == {
        "file": "raw.png",
        "format": "png",
        "width": 33,
        "height": 22,
        "bytes": raw.stat().st_size,
    }
    assert (result.proof["resized"], result.changed_protected_pixels) == (True, 0)
    assert media.path(f"{result.folder}/heat.webp").is_file()


def test_without_a_mask_a_smaller_answer_comes_out_at_full_size(people: People) -> None:
    result = run(DrawsSmaller(), people, box=None).results.get()
    assert (result.kind, result.width, result.height) == ("whole", 80, 60)
    assert (result.proof["resized"], result.proof["raw"]["width"]) == (True, 33)
    with Image.open(media.path(f"{result.folder}/whole.png")) as whole:
        assert whole.size == (80, 60)


def test_a_members_choices_reach_the_stitch(people: People) -> None:
    """Pixels just inside a hard edge are the answer's own."""
    found = []
    for number, choice in enumerate(({"feather": "hard", "blend": "off"}, {"feather": "inside"})):
        edit = queue_paid(engine := PaidEngine(), people.project, people.olga, key=f"k{number}")
        edit.focus |= choice
        edit.save()
        work(engine)
        result = edit.results.get()
        with Image.open(media.path(f"{result.folder}/pixels.png")) as pixels:
            found.append(pixels.getpixel((0, 10)))
    assert found[0] == (0, 0, 0)
    assert found[1] != found[0]


def test_an_edit_from_before_there_was_a_choice_is_put_in_as_it_was_promised(
    people: People,
) -> None:
    edit = queue_paid(engine := PaidEngine(), people.project, people.olga)
    assert (edit.focus["feather"], edit.focus["blend"]) == (UNFRAMED.feather, UNFRAMED.blend)
    edit.focus = {"box": edit.focus["box"]}
    edit.save()
    assert Focus.from_json(edit.focus).framing == FORMER
    work(engine)
    result = edit.results.get()
    with Image.open(media.path(f"{result.folder}/pixels.png")) as pixels:
        assert pixels.getpixel((0, 10)) == (0, 0, 0)


@pytest.fixture
def bare(people: People) -> Picture:
    """A picture as it comes by the API: without previews."""
    ((picture,), _mask) = arrivals.take_in(
        door=make_door(people.project, people.olga),
        files=[make_upload(as_bytes(make_image(80, 60)))],
        mask=None,
    )
    return picture


@pytest.mark.parametrize("framing", [UNFRAMED, Framing(protect=False)])
def test_the_worker_makes_the_previews_that_a_picture_came_without(
    people: People, bare: Picture, framing: Framing, data_dir: Path
) -> None:
    places = [previews.place(bare, side) for side in preview.SIDES]
    assert not any(place.exists() for place in places)
    result = run(PaidEngine(), people, picture=bare, framing=framing).results.get()
    for place in places:
        with Image.open(place) as image:
            assert (image.format, image.size) == ("WEBP", (80, 60))
    assert all(previews.place(result, side).exists() for side in preview.SIDES)
    assert not list((data_dir / "spool").iterdir())


def test_previews_that_are_there_are_not_made_again(people: People, bare: Picture) -> None:
    made = previews.file(bare, preview.SIDES[-1]).stat().st_ino
    run(PaidEngine(), people, picture=bare)
    assert previews.place(bare, preview.SIDES[-1]).stat().st_ino == made
