"""What `submit` leaves on disk when it fails; what it refuses is in tests/views/test_canvas.py."""

from __future__ import annotations

import errno
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection
from django.http import Http404
from django.utils import timezone

from editor.imaging.focus import Focus, Framing
from editor.imaging.sandbox.errors import JobCrashed
from editor.models import Edit, Membership, Project
from editor.pipeline import ledger, painted, submit
from editor.services import media
from editor.services.engines import planning_registry
from tests.making import make_door, make_edit, make_mask, make_picture, make_row
from tests.pipeline.paid_engine import HOST, MODEL, PaidEngine, make_provider, queue_paid

if TYPE_CHECKING:
    from pathlib import Path

    from editor.models import Picture
    from tests.conftest import People


@pytest.fixture
def picture(people: People) -> Picture:
    return make_picture(people.project, people.olga)


def test_a_row_that_cannot_be_written_leaves_no_mask(
    people: People, picture: Picture, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_edit: object) -> None:
        raise IntegrityError("the project is gone")

    before = set((data_dir / "pictures").glob("*/*"))
    monkeypatch.setattr(ledger, "reserve", refuse)
    with pytest.raises(IntegrityError):
        make_edit(people.project, people.olga, picture)
    assert set((data_dir / "pictures").glob("*/*")) == before


@pytest.mark.parametrize("what", ["removed", "archived", "deleted"])
def test_what_became_of_door_and_project_meanwhile_counts(
    people: People, picture: Picture, data_dir: Path, what: str
) -> None:
    """Reading a mask takes a while; the door was opened before."""
    before = set((data_dir / "pictures").glob("*/*"))
    if what == "removed":
        Membership.objects.filter(user=people.emil).delete()
    else:
        Project.objects.update(**{f"{what}_at": timezone.now()})
    with pytest.raises(PermissionDenied if what == "archived" else Http404):
        make_edit(people.project, people.emil, picture)
    assert not Edit.objects.exists()
    assert set((data_dir / "pictures").glob("*/*")) == before


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_a_disk_that_fills_up_is_not_the_masks_fault(
    people: People, picture: Picture, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    class FullDisk:
        def call(self, _function: str, **_arguments: object) -> None:
            raise JobCrashed("exception", "no space", code)

    monkeypatch.setattr(painted, "decoder", FullDisk)
    with pytest.raises(media.DiskFull):
        make_edit(people.project, people.olga, picture)


def test_what_was_framed_is_kept_with_the_edit(people: People) -> None:
    picture = make_row(people.project, people.olga, "wide.jpg", width=640, height=480)
    framing = Framing(context=2.0, padding=0.05, feather="centred")
    mask = make_mask((640, 480), (200, 200, 300, 260))
    wish = submit.Wish(picture, "builtin", "remove this", mask, "framed", framing=framing)
    door = make_door(people.project, people.olga)
    edit = submit.submit(door=door, wish=wish, registry=planning_registry())
    assert edit.focus == {
        "box": [150, 170, 350, 290],
        "context": 2.0,
        "grow": 10,
        "feather": "centred",
        "blend": "auto",
        "asked": None,
        "chosen": {"context": 2.0, "padding": 0.05, "feather": "centred"},
    }
    assert Focus.from_json(edit.focus).framing == framing


class TestTwice:
    """The same intent is the same edit, however often it is sent."""

    pytestmark = pytest.mark.django_db(transaction=True)

    def test_a_double_click_is_one_edit(self, people: People, picture: Picture) -> None:
        """Both at the same moment, on connections of their own."""

        def click(_turn: int) -> str:
            try:
                return queue_paid(
                    PaidEngine(), people.project, people.olga, picture=picture, key="once"
                ).public_id
            finally:
                connection.close()

        make_provider()
        with ThreadPoolExecutor(8) as crowd:
            assert len(set(crowd.map(click, range(8)))) == 1
        edit = Edit.objects.get()
        assert edit.ledger.filter(kind="reserve").count() == 1

    @pytest.mark.parametrize("change", ["prompt", "parameters", "mask", "inputs", "framing"])
    def test_the_same_key_with_other_contents_is_refused(
        self, people: People, picture: Picture, change: str
    ) -> None:
        def send(**changed: Any) -> Edit:
            values = {"prompt": "make it flat", "mask": make_mask((64, 48), (8, 8, 24, 24))}
            wish = submit.Wish(
                picture, engine.id, idem_key="once", agreed_host=HOST, **values | changed
            )
            door = make_door(people.project, people.olga)
            return submit.submit(door=door, wish=wish, registry=engine)

        engine = PaidEngine()
        engine.id = f"{make_provider().public_id}:{MODEL}"
        first = send()
        others: dict[str, Any] = {
            "prompt": "make it round",
            "parameters": {"n": 2},
            "mask": make_mask((64, 48), (8, 8, 24, 25)),
            "inputs": (make_picture(people.project, people.olga),),
            "framing": Framing(context=2.0),
        }
        with pytest.raises(submit.SubmitRefused) as refused:
            send(**{change: others[change]})
        assert refused.value.code == "idempotency_mismatch"
        assert send() == first

    def test_the_same_key_of_another_member_is_another_edit(
        self, people: People, picture: Picture
    ) -> None:
        make_provider()
        engine = PaidEngine()
        for user in (people.olga, people.emil):
            queue_paid(engine, people.project, user, picture=picture, key="once")
        assert Edit.objects.count() == 2
