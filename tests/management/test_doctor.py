"""Each check finds the breach it is there for, and only that one."""

import hashlib
import os
import time
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from editor.engines.costs import Cost, CostBasis
from editor.management.checkup import CHECKS
from editor.models import (
    Activity,
    Attempt,
    Edit,
    LedgerEntry,
    Membership,
    Picture,
    Project,
    Provider,
    Role,
    State,
)
from editor.pipeline import attempts, ledger
from editor.services.leftovers import ORPHAN_SECONDS
from tests.making import make_api_key, make_provider_row
from tests.management.scene import Scene, make_edit, make_scene

pytestmark = pytest.mark.django_db


def breaches() -> dict[str, list[str]]:
    found = {name: list(check()) for name, check in CHECKS.items()}
    return {name: lines for name, lines in found.items() if lines}


def raw(model: type[LedgerEntry | Activity]) -> None:
    """Delete rows that the models themselves refuse to delete."""
    model.objects.all()._raw_delete(using="default")


def lose_result(scene: Scene, data: Path) -> None:
    Picture.objects.filter(pk=scene.result.pk).delete()
    for file in (data / "pictures/cc/result").iterdir():
        file.unlink()
    (data / "pictures/cc/result").rmdir()


def run_twice(scene: Scene, data: Path) -> None:
    Attempt.objects.create(edit=scene.edit, number=2, fence=2, intent_at=timezone.now())


def pay_twice(scene: Scene, data: Path) -> None:
    """A rescue is no excuse where money is spent."""
    provider = Provider.objects.create(source="staff", name="Paid", preset="generic")
    Edit.objects.filter(pk=scene.edit.pk).update(provider=provider, rescues=3)
    run_twice(scene, data)
    scene.edit.refresh_from_db()
    ledger.hold(scene.edit, scene.edit.attempts.get(number=2))


def leave_answer(scene: Scene, data: Path) -> None:
    edit = make_edit(scene.project, scene.original, scene.mask, State.RECEIVED)
    file = data / "spool" / edit.public_id / "1" / "answer"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"{}")
    long_ago = timezone.now() - timedelta(seconds=90)
    Edit.objects.filter(pk=edit.pk).update(next_run_at=long_ago)
    Attempt.objects.create(
        edit=edit,
        number=1,
        fence=1,
        intent_at=long_ago,
        execution="yes",
        answer_file=str(file.relative_to(data / "spool")),
        answer_sha256=hashlib.sha256(b"{}").hexdigest(),
    )


def fall_silent(scene: Scene, data: Path) -> None:
    edit = make_edit(scene.project, scene.original, scene.mask, State.CLAIMED)
    Edit.objects.filter(pk=edit.pk).update(
        lease_owner="w1", lease_until=timezone.now() - timedelta(seconds=90)
    )


def send_too_many(scene: Scene, data: Path) -> None:
    provider = make_provider_row(concurrency=1)
    for _ in range(2):
        edit = make_edit(scene.project, scene.original, scene.mask, State.CLAIMED)
        Edit.objects.filter(pk=edit.pk).update(
            provider=provider,
            lease_until=timezone.now() + timedelta(seconds=90),
        )


def change_protected(scene: Scene, data: Path) -> None:
    Picture.objects.filter(pk=scene.result.pk).update(changed_protected_pixels=3)


def forget_area(scene: Scene, data: Path) -> None:
    edit = make_edit(scene.project, scene.original, scene.mask, State.QUEUED)
    Edit.objects.filter(pk=edit.pk).update(after=scene.edit, next_run_at=None)


def forget_answer(scene: Scene, data: Path) -> None:
    edit = make_edit(scene.project, scene.original, scene.mask, State.RECEIVED)
    Edit.objects.filter(pk=edit.pk).update(lease_until=timezone.now() + timedelta(seconds=90))


def damage_original(scene: Scene, data: Path) -> None:
    (data / "pictures" / scene.original.original_file).write_bytes(b"something else")


def lose_alpha(scene: Scene, data: Path) -> None:
    (data / "pictures/cc/result/alpha.png").unlink()


def leave_orphan(scene: Scene, data: Path) -> None:
    make_old(data / "pictures/dd/stranger")


def leave_work(scene: Scene, data: Path) -> None:
    make_old(data / "scratch/job-1")


def leave_render(scene: Scene, data: Path) -> None:
    """A draft whose process died, and no worker swept it up."""
    make_old(data / "renders/.draft.png")


def make_old(folder: Path) -> None:
    folder.mkdir(parents=True)
    long_ago = time.time() - ORPHAN_SECONDS - 60
    os.utime(folder, (long_ago, long_ago))


def move_unseen(scene: Scene, data: Path) -> None:
    raw(Activity)


def lose_ledger(scene: Scene, data: Path) -> None:
    LedgerEntry.objects.filter(kind="release")._raw_delete(using="default")


def settle_again(scene: Scene, data: Path) -> None:
    LedgerEntry.objects.create(project=scene.project, edit=scene.edit, kind="settle", micros=0)
    LedgerEntry.objects.create(project=scene.project, edit=scene.edit, kind="settle", micros=0)


def reserve_twice(scene: Scene, data: Path) -> None:
    edit = make_edit(scene.project, scene.original, scene.mask, State.QUEUED)
    LedgerEntry.objects.create(project=scene.project, edit=edit, kind="reserve", micros=0)


def give_back_too_much(scene: Scene, data: Path) -> None:
    edit = make_edit(scene.project, scene.original, scene.mask, State.CANCELED)
    LedgerEntry.objects.create(project=scene.project, edit=edit, kind="release", micros=5)


def forget_reservation(scene: Scene, data: Path) -> None:
    edit = make_edit(scene.project, scene.original, scene.mask, State.QUEUED)
    LedgerEntry.objects.filter(edit=edit)._raw_delete(using="default")


def forget_charge(scene: Scene, data: Path) -> None:
    edit = make_edit(scene.project, scene.original, scene.mask, State.UNKNOWN)
    Edit.objects.filter(pk=edit.pk).update(provider=make_provider_row(scene.project))
    Attempt.objects.create(edit=edit, number=1, fence=1, intent_at=timezone.now())
    LedgerEntry.objects.create(project=scene.project, edit=edit, kind="release", micros=0)


def count_otherwise(scene: Scene, data: Path) -> None:
    edit = make_edit(scene.project, scene.original, scene.mask, State.FAILED)
    Edit.objects.filter(pk=edit.pk).update(provider=make_provider_row(scene.project))
    edit.refresh_from_db()
    attempt = Attempt.objects.create(edit=edit, number=1, fence=1, intent_at=timezone.now())
    attempts.settle(edit, attempt, Cost(5, CostBasis.ESTIMATE))
    Attempt.objects.filter(pk=attempt.pk).update(cost_micros=4, cost_basis="usage")


def take_back_what_is_not_there(scene: Scene, data: Path) -> None:
    for _time in range(2):
        LedgerEntry.objects.create(project=scene.project, edit=scene.edit, kind="reverse", micros=0)


def break_test_off(scene: Scene, data: Path) -> None:
    """No worker came by to settle it."""
    row = LedgerEntry.objects.create(
        provider=make_provider_row(), kind="reserve", micros=5, probe=uuid4()
    )
    long_ago = timezone.now() - timedelta(hours=3)
    LedgerEntry.objects.filter(pk=row.pk).update(created_at=long_ago)


def overspend(scene: Scene, data: Path) -> None:
    Project.objects.update(budget_micros=50)
    commit(scene, reserved=51, charged=None)


def overspend_alone(scene: Scene, data: Path) -> None:
    Membership.objects.create(project=scene.project, user=scene.user, role=Role.EDITOR)
    long_ago = timezone.now() - timedelta(days=40)
    Membership.objects.update(budget_micros=50, created_at=long_ago)
    commit(scene, reserved=51, charged=None)


def overspend_a_key(scene: Scene, data: Path) -> None:
    Membership.objects.create(project=scene.project, user=scene.user, role=Role.OWNER)
    key, _ = make_api_key(scene.project, scene.user, budget_micros=50)
    commit(scene, reserved=51, charged=None)
    LedgerEntry.objects.filter(micros=51).update(api_key=key)


def commit(scene: Scene, *, reserved: int, charged: int | None) -> None:
    """An edit on its way, or charged, in the plain words of the ledger."""
    state = State.QUEUED if charged is None else State.FAILED
    edit = make_edit(scene.project, scene.original, scene.mask, state)
    Edit.objects.filter(pk=edit.pk).update(reserved_micros=reserved)
    LedgerEntry.objects.filter(edit=edit).update(micros=reserved, actor=scene.user)
    if charged is not None:
        for kind, micros in (("settle", charged), ("release", reserved)):
            LedgerEntry.objects.create(
                project=scene.project, edit=edit, actor=scene.user, kind=kind, micros=micros
            )


def test_a_sound_instance_passes(data_dir: Path) -> None:
    make_scene()
    out = StringIO()
    call_command("doctor", stdout=out)
    assert out.getvalue() == f"All {len(CHECKS)} checks passed.\n"


@pytest.mark.parametrize(
    ("harm", "name", "text"),
    [
        (lose_ledger, "ledger", "still has a reservation"),
        (settle_again, "ledger", "settled twice"),
        (reserve_twice, "ledger", "reserved twice"),
        (give_back_too_much, "ledger", "released 5 of 0"),
        (forget_reservation, "ledger", "has no reservation"),
        (forget_charge, "ledger", "neither settled nor held"),
        (count_otherwise, "ledger", "was counted, and the ledger says something else"),
        (take_back_what_is_not_there, "ledger", "took back what was not settled"),
        (break_test_off, "ledger", "a test of provider"),
        (overspend, "budgets", "committed 51 of 50"),
        (overspend_alone, "budgets", "committed 51 of 50"),
        (overspend_a_key, "budgets", "committed 51 of 50"),
        (run_twice, "runs", "may have run 2 times"),
        (pay_twice, "runs", "may have run 2 times"),
        (fall_silent, "leases", "held by w1"),
        (leave_answer, "leases", "waits to be finished"),
        (forget_area, "areas", "waits for edit"),
        (send_too_many, "providers", "2 edits are out at provider"),
        (lose_result, "results", "succeeded with 0 results"),
        (change_protected, "protection", "3 protected pixels"),
        (forget_answer, "answers", "names no answer"),
        (damage_original, "files", "another content than recorded"),
        (lose_alpha, "files", "cannot be read: No such file"),
        (leave_orphan, "orphans", "pictures/dd/stranger belongs to no row"),
        (leave_work, "leftovers", "scratch/job-1 was left behind"),
        (leave_render, "cache", "renders/.draft.png belongs to no picture"),
        (move_unseen, "record", "came to its state without a record"),
    ],
)
def test_each_check_finds_its_breach(
    data_dir: Path, harm: Callable[[Scene, Path], None], name: str, text: str
) -> None:
    harm(make_scene(), data_dir)
    found = breaches()
    assert list(found) == [name]
    assert text in found[name][0]


def test_a_charge_above_the_promised_price_breaks_no_budget(data_dir: Path) -> None:
    scene = make_scene()
    Project.objects.update(budget_micros=50)
    commit(scene, reserved=50, charged=70)
    assert not breaches()


def test_an_estimate_that_was_taken_back_breaks_no_budget(data_dir: Path) -> None:
    scene = make_scene()
    Project.objects.update(budget_micros=50)
    commit(scene, reserved=50, charged=70)
    edit = LedgerEntry.objects.latest("pk").edit
    for kind, micros in (("reverse", 70), ("settle", 51)):
        LedgerEntry.objects.create(
            project=scene.project, edit=edit, actor=scene.user, kind=kind, micros=micros
        )
    assert not breaches()
    commit(scene, reserved=1, charged=None)
    assert list(breaches()) == ["budgets"]


def test_a_budget_cut_in_the_course_of_the_month_breaks_nothing(data_dir: Path) -> None:
    scene = make_scene()
    Project.objects.update(budget_micros=50)
    commit(scene, reserved=60, charged=60)
    Activity.objects.create(project=scene.project, kind="budget.changed")
    assert not breaches()


def test_a_provider_may_have_out_what_it_takes(data_dir: Path) -> None:
    send_too_many(make_scene(), data_dir)
    Provider.objects.update(concurrency=2)
    assert not breaches()


def test_young_folders_may_still_get_their_row(data_dir: Path) -> None:
    make_scene()
    (data_dir / "pictures/dd/upload-under-way").mkdir(parents=True)
    assert not breaches()


def test_a_breach_is_a_line_and_exit_status_1(data_dir: Path) -> None:
    damage_original(make_scene(), data_dir)
    out = StringIO()
    with pytest.raises(CommandError, match="1 breaches found") as error:
        call_command("doctor", stdout=out)
    assert error.value.returncode == 1
    assert out.getvalue().startswith("files: picture ")
    assert len(out.getvalue().splitlines()) == 1
