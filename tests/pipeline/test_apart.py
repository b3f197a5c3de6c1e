"""Areas of one mask that are edited one after the other: all of them, once, or none unpaid for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

from editor.engines.errors import ErrorClass, Execution
from editor.models import Edit, LedgerEntry, Mask, Picture, Project, State
from editor.pipeline import cancel, decide, ledger, rescue, restored
from editor.pipeline.claim import claim
from editor.pipeline.submit import SubmitRefused
from editor.services import renders
from tests.making import make_door
from tests.pipeline.paid_engine import (
    CHARGED,
    ESTIMATE,
    PaidEngine,
    busy,
    fault,
    queue_paid,
    timed_out,
    unusable,
)
from tests.pipeline.test_paid import make_due, sandbox, settled, sums, work

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import People

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["sandbox"]
OVERLAPPING = ((2, 2, 12, 10), (8, 2, 20, 10))
AREAS = ((2, 2, 12, 10), (60, 4, 74, 16), (30, 44, 44, 56))
NO_MONEY: dict[str, Any] = {"open": 0, "settled": 0}


def queue(engine: PaidEngine, people: People, **wish: Any) -> list[Edit]:
    """Three areas of one mask; the edits in their order."""
    first = queue_paid(engine, people.project, people.olga, apart=AREAS, **wish)
    return [first, *Edit.objects.exclude(pk=first.pk).order_by("pk")]


def states(edits: list[Edit]) -> list[str]:
    return [str(settled(edit).state) for edit in edits]


def refusal() -> Exception:
    return fault("moderation", Execution.NO, error_class=ErrorClass.REFUSED)


def pixels(picture: Picture) -> Any:
    with Image.open(renders.export(picture, "png")) as image:
        return np.asarray(image.convert("RGB"))


def test_the_first_is_due_and_the_others_wait_for_it(people: People) -> None:
    edits = queue(PaidEngine(), people)
    assert [(edit.area, edit.areas) for edit in edits] == [(1, 3), (2, 3), (3, 3)]
    assert [edit.after for edit in edits] == [None, edits[0], edits[1]]
    assert [edit.mask.box for edit in edits if edit.mask] == list(AREAS)
    assert [edit.waits_for_area for edit in edits] == [False, True, True]
    assert len({edit.idem_key for edit in edits}) == 3
    assert [hold.edit_id for hold in claim(owner="a", limit=9, calls=9, lease_seconds=30)] == [
        edits[0].pk
    ]
    assert [sums(edit)["open"] for edit in edits] == [ESTIMATE] * 3


def test_each_goes_on_with_the_result_of_the_one_before(people: People) -> None:
    engine = PaidEngine()
    edits = queue(engine, people)
    original = edits[0].picture
    work(engine)
    assert states(edits) == ["succeeded"] * 3
    results = [edit.results.get() for edit in edits]
    assert [edit.picture for edit in edits] == [original, *results[:2]]
    assert [result.parent for result in results] == [original, *results[:2]]
    assert len(engine.executed) == len(set(engine.executed)) == 3
    assert [sums(edit) for edit in edits] == [{"open": 0, "settled": CHARGED}] * 3
    assert [result.changed_protected_pixels for result in results] == [0, 0, 0]
    changed = (pixels(original) != pixels(results[-1])).any(2)
    for left, top, right, bottom in AREAS:
        assert changed[top:bottom, left:right].mean() > 0.5
        changed[top:bottom, left:right] = False
    assert not changed.any()


def test_the_same_click_again_makes_no_further_edits(people: People) -> None:
    engine = PaidEngine()
    edits = queue(engine, people)
    picture = edits[0].picture
    assert queue(engine, people, picture=picture) == edits
    assert Mask.objects.count() == 3
    with pytest.raises(SubmitRefused) as refused:
        queue_paid(engine, people.project, people.olga, picture=picture, apart=AREAS[:2])
    assert refused.value.code == "idempotency_mismatch"


def test_all_are_reserved_or_none(people: People, data_dir: Path) -> None:
    Project.objects.update(budget_micros=3 * ESTIMATE - 1)
    with pytest.raises(SubmitRefused) as refused:
        queue(PaidEngine(), people)
    assert refused.value.code == "over_budget"
    assert not Edit.objects.exists()
    assert not LedgerEntry.objects.exists()
    assert not Mask.objects.exists()
    assert len(list((data_dir / "pictures").glob("*/*"))) == 1
    Project.objects.update(budget_micros=3 * ESTIMATE)
    assert len(queue(PaidEngine(), people, picture=Picture.objects.get())) == 3


def test_areas_are_for_one_result(people: People) -> None:
    with pytest.raises(SubmitRefused) as refused:
        queue(PaidEngine(count=2), people)
    assert refused.value.code == "areas_of_many"
    assert not Edit.objects.exists()


def test_boxes_that_miss_something_painted_are_refused(people: People) -> None:
    engine = PaidEngine()
    first = queue_paid(engine, people.project, people.olga, key="a", apart=AREAS)
    with pytest.raises(SubmitRefused) as refused:
        queue_paid(
            engine, people.project, people.olga, key="b", picture=first.picture, apart=OVERLAPPING
        )
    assert refused.value.code == "mask_areas"
    assert Edit.objects.count() == 3


def test_what_fails_ends_those_after_it_and_gives_their_money_back(people: People) -> None:
    engine = PaidEngine(script=[None, refusal()])
    edits = queue(engine, people)
    work(engine)
    assert states(edits) == ["succeeded", "failed", "failed"]
    assert [edit.error_code for edit in edits] == ["", "moderation", "area_before"]
    assert len(engine.asked) == 2
    assert [sums(edit) for edit in edits[1:]] == [NO_MONEY] * 2
    # Asked for once more, it goes on with what was done.
    assert edits[2].picture == edits[1].picture == edits[0].results.get()


def test_a_busy_provider_keeps_the_others_waiting(people: People) -> None:
    engine = PaidEngine(early=[busy(retry_after=90)])
    edits = queue(engine, people)
    work(engine)
    assert states(edits) == ["retry_wait", "queued", "queued"]
    make_due()
    work(engine)
    assert states(edits) == ["succeeded"] * 3


def test_nobody_goes_on_before_an_unknown_outcome_is_decided(people: People) -> None:
    engine = PaidEngine(script=[timed_out()])
    edits = queue(engine, people)
    work(engine)
    assert states(edits) == ["unknown", "queued", "queued"]
    decide.again(make_door(people.project, people.olga), edits[0])
    work(engine)
    assert states(edits) == ["succeeded"] * 3
    assert len(engine.executed) == 4
    assert [sums(edit)["settled"] for edit in edits] == [CHARGED] * 3
    assert sums(edits[0])["open"] == ESTIMATE


def test_what_is_kept_as_it_is_ends_those_after_it(people: People) -> None:
    engine = PaidEngine(script=[timed_out()])
    edits = queue(engine, people)
    work(engine)
    decide.keep(make_door(people.project, people.olga), edits[0])
    assert states(edits) == ["failed"] * 3
    assert [sums(edit) for edit in edits[1:]] == [NO_MONEY] * 2


def test_an_answer_that_is_read_again_lets_the_others_begin(people: People) -> None:
    engine = PaidEngine(unreadable=[unusable()])
    edits = queue(engine, people)
    work(engine)
    assert states(edits) == ["billed_unusable", "queued", "queued"]
    decide.read_again(make_door(people.project, people.olga), edits[0])
    work(engine)
    assert states(edits) == ["succeeded"] * 3
    assert len(engine.executed) == 3


def test_cancelling_one_cancels_those_after_it(people: People) -> None:
    edits = queue(PaidEngine(), people)
    cancel.cancel(edits[1])
    assert states(edits) == ["queued", "canceled", "canceled"]
    assert [sums(edit) for edit in edits[1:]] == [NO_MONEY] * 2
    cancel.cancel(edits[0])
    assert states(edits) == ["canceled"] * 3
    cancel.cancel(edits[2])
    assert [sums(edit) for edit in edits] == [NO_MONEY] * 3


def test_one_that_was_sent_is_kept_when_cancelled_and_those_after_it_are_not_sent(
    people: People,
) -> None:
    engine = PaidEngine()
    edits = queue(engine, people)
    Edit.objects.filter(pk=edits[0].pk).update(state=State.AWAITING, fence=1)
    assert cancel.cancel(edits[0]).state == State.AWAITING
    for edit in edits:
        edit.refresh_from_db()
    assert [edit.state for edit in edits] == ["awaiting", "canceled", "canceled"]
    assert [sums(edit)["open"] for edit in edits] == [ESTIMATE, 0, 0]


def test_a_deleted_project_lets_go_of_all_areas(people: People) -> None:
    edits = queue(PaidEngine(), people)
    cancel.cancel_open(people.project)
    assert states(edits) == ["canceled"] * 3


def test_a_deleted_provider_ends_all_areas(people: People) -> None:
    engine = PaidEngine()
    edits = queue(engine, people)
    provider = edits[0].provider
    assert provider
    provider.deleted_at = provider.created_at
    provider.save()
    rescue.sweep(engine)
    assert states(edits) == ["failed"] * 3
    assert [sums(edit) for edit in edits] == [NO_MONEY] * 3


def test_after_a_restore_each_is_decided_and_goes_on_in_order(people: People) -> None:
    engine = PaidEngine()
    edits = queue(engine, people)
    assert restored.hold_paid() == 3
    door = make_door(people.project, people.olga)
    for edit in reversed(edits):
        edit.refresh_from_db()
        decide.again(door, edit)
    assert [edit.waits_for_area for edit in edits[1:]] == [False, False]
    for edit in edits:
        edit.refresh_from_db()
    assert [edit.waits_for_area for edit in edits] == [False, True, True]
    work(engine)
    assert states(edits) == ["succeeded"] * 3
    assert [edit.results.get().parent_id for edit in edits] == [edit.picture_id for edit in edits]
    assert edits[2].picture == edits[1].results.get()


def test_after_a_restore_an_area_may_go_on_without_the_one_before(people: People) -> None:
    engine = PaidEngine()
    edits = queue(engine, people)
    restored.hold_paid()
    door = make_door(people.project, people.olga)
    for edit in edits:
        edit.refresh_from_db()
    decide.again(door, edits[0])
    work(engine)
    decide.keep(door, edits[1])
    decide.again(door, edits[2])
    work(engine)
    assert states(edits) == ["succeeded", "failed", "succeeded"]
    assert edits[2].picture == edits[0].results.get()


def test_reserving_does_not_count_an_area_twice(people: People) -> None:
    edits = queue(PaidEngine(), people)
    for edit in edits:
        ledger.release(edit)
        ledger.release(edit)
    assert [sums(edit) for edit in edits] == [NO_MONEY] * 3
