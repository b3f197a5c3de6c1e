"""What a member may decide about an edit whose outcome is open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils import timezone

from editor.models import Activity, Attempt, Edit, LedgerEntry, Project, Provider, Role, State
from editor.pipeline import decide, ledger, spool
from editor.pipeline.steps import HostChanged
from tests.making import agree, make_door, make_edit_row, make_project, make_rows
from tests.pipeline.paid_engine import MODEL, make_provider

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import People

pytestmark = pytest.mark.django_db


@pytest.fixture
def unknown(people: People) -> Edit:
    """Emil's edit, sent once, with its reservation held."""
    provider = make_provider()
    agree(provider, people.emil)
    (picture,) = make_rows(people.project, people.olga, 1)
    edit = make_edit_row(
        people.project,
        people.emil,
        picture,
        state=State.UNKNOWN,
        provider=provider,
        engine=f"{provider.public_id}:{MODEL}",
        model=MODEL,
        fence=3,
        tries=2,
        rescues=1,
        reserved_micros=50_000,
        error_code="timed_out",
        error_class="unknown",
    )
    ledger.reserve(edit)
    attempt = Attempt.objects.create(
        edit=edit, number=1, fence=3, intent_at=timezone.now(), finished_at=timezone.now()
    )
    ledger.hold(edit, attempt)
    return edit


def kinds(edit: Edit) -> list[str]:
    return list(LedgerEntry.objects.filter(edit=edit).values_list("kind", flat=True))


def unusable(edit: Edit, body: bytes = b"{}") -> Edit:
    file = spool.folder_of(edit, 3) / "answer"
    file.parent.mkdir(parents=True)
    file.write_bytes(body)
    edit.attempts.update(answer_file=spool.name_of(file), execution="yes")
    Edit.objects.filter(pk=edit.pk).update(state=State.BILLED_UNUSABLE)
    edit.refresh_from_db()
    return edit


def test_sending_again_reserves_anew_and_what_was_held_stays(people: People, unknown: Edit) -> None:
    edit = decide.again(make_door(people.project, people.emil), unknown)
    assert (edit.state, edit.confirmations, edit.tries, edit.rescues) == ("queued", 1, 0, 0)
    assert (edit.fence, edit.error_code, edit.started_at) == (4, "", None)
    assert kinds(edit) == ["reserve", "hold", "release", "reserve"]
    assert Activity.objects.get(kind="edit.sent_again").actor == people.emil


def test_keeping_it_as_it_is_ends_it_and_what_was_held_stays(people: People, unknown: Edit) -> None:
    edit = decide.keep(make_door(people.project, people.emil), unknown)
    assert (edit.state, edit.error_code) == ("failed", "timed_out")
    assert edit.attempts.get().execution == "unknown"
    assert edit.finished_at is not None
    assert kinds(edit) == ["reserve", "hold", "release"]


def test_reading_again_costs_nothing(people: People, unknown: Edit) -> None:
    before = kinds(unusable(unknown))
    edit = decide.read_again(make_door(people.project, people.emil), unknown)
    assert (edit.state, edit.lease_until, edit.rescues) == ("received", None, 0)
    assert kinds(edit) == before


def test_an_answer_that_is_gone_is_not_read(people: People, unknown: Edit, data_dir: Path) -> None:
    edit = unusable(unknown)
    (data_dir / "spool" / edit.attempts.get().answer_file).unlink()
    assert not decide.has_answer(edit)
    with pytest.raises(decide.AnswerGone):
        decide.read_again(make_door(people.project, people.emil), edit)


def test_an_unknown_outcome_has_no_answer_to_read(people: People, unknown: Edit) -> None:
    with pytest.raises(decide.NothingToDecide):
        decide.read_again(make_door(people.project, people.emil), unknown)


@pytest.mark.parametrize("act", [decide.again, decide.keep, decide.read_again])
def test_two_clicks_decide_once(people: People, unknown: Edit, act: Any) -> None:
    door, edit = make_door(people.project, people.emil), unusable(unknown)
    act(door, edit)
    with pytest.raises(decide.NothingToDecide):
        act(door, edit)
    assert Edit.objects.get(pk=edit.pk).confirmations <= 1


@pytest.mark.parametrize("act", [decide.again, decide.keep])
@pytest.mark.parametrize("state", ["queued", "awaiting", "received", "succeeded", "failed"])
def test_what_is_decided_or_under_way_is_left_alone(
    people: People, unknown: Edit, act: Any, state: str
) -> None:
    Edit.objects.update(state=state)
    with pytest.raises(decide.NothingToDecide):
        act(make_door(people.project, people.emil), unknown)


@pytest.mark.parametrize("act", [decide.again, decide.keep, decide.read_again])
def test_an_owner_decides_about_any_and_others_about_none(
    people: People, unknown: Edit, act: Any
) -> None:
    edit = unusable(unknown)
    for user in (people.rita, people.vito):
        with pytest.raises(PermissionDenied):
            act(make_door(people.project, user, Role.OWNER), edit)
    with pytest.raises(Http404):
        act(make_door(people.project, people.sam), edit)
    act(make_door(people.project, people.olga), edit)


def test_an_editor_does_not_decide_for_another(people: People, unknown: Edit) -> None:
    Edit.objects.update(actor=people.olga)
    with pytest.raises(PermissionDenied, match="decides"):
        decide.keep(make_door(people.project, people.emil), unknown)


def test_an_edit_of_another_project_does_not_exist(people: People, unknown: Edit) -> None:
    other = make_project(people.sam, "Other")
    with pytest.raises(Http404):
        decide.keep(make_door(other, people.sam), unknown)


def test_in_an_archived_project_nothing_is_sent_but_the_rest_is_decided(
    people: People, unknown: Edit
) -> None:
    Project.objects.update(archived_at=timezone.now())
    door = make_door(people.project, people.emil)
    with pytest.raises(PermissionDenied):
        decide.again(door, unknown)
    assert decide.keep(door, unknown).state == State.FAILED


@pytest.mark.parametrize(
    "change", [{"is_enabled": False}, {"deleted_at": timezone.now()}, {"offered": []}]
)
def test_what_is_no_longer_offered_is_not_sent_again(
    people: People, unknown: Edit, change: dict[str, Any]
) -> None:
    Provider.objects.update(**change)
    with pytest.raises(decide.ProviderGone):
        decide.again(make_door(people.project, people.emil), unknown)
    assert Edit.objects.get().state == State.UNKNOWN


@pytest.mark.parametrize("act", [decide.again, decide.keep, decide.read_again])
def test_an_old_page_decides_nothing_about_a_later_outcome(
    people: People, unknown: Edit, act: Any
) -> None:
    edit = unusable(unknown)
    Edit.objects.update(fence=edit.fence + 2)
    door = make_door(people.project, people.emil)
    with pytest.raises(decide.Stale):
        act(door, edit, fence=edit.fence)
    assert Edit.objects.get().state == State.BILLED_UNUSABLE
    act(door, edit, fence=edit.fence + 2)


def test_nothing_is_sent_again_to_a_host_that_the_member_has_not_agreed_to(
    people: People, unknown: Edit
) -> None:
    Provider.objects.update(base_url="https://elsewhere.test/v1")
    door = make_door(people.project, people.emil)
    with pytest.raises(HostChanged):
        decide.again(door, unknown)
    agree(Provider.objects.get(), people.olga)  # another member's word is not enough
    with pytest.raises(HostChanged):
        decide.again(door, unknown)
    agree(Provider.objects.get(), people.emil)
    assert decide.again(door, unknown).state == State.QUEUED
