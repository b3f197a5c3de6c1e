"""What may be sent at once is written together; whatever stands in the way is not decided here."""

from __future__ import annotations

import errno
from collections import Counter
from concurrent.futures import Future
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db.models.functions import Now

from editor.models import (
    Activity,
    Attempt,
    Edit,
    LedgerEntry,
    Mask,
    Membership,
    Picture,
    Project,
    Provider,
    Role,
    State,
)
from editor.pipeline import carry
from editor.services import media
from tests.making import (
    agree,
    make_api_key,
    make_edit_row,
    make_member,
    make_project,
    make_rows,
)
from tests.pipeline.paid_engine import ESTIMATE, PaidEngine
from tests.pipeline.parcels import OWNER, begin, make_agreed, make_parcel, states
from tests.pipeline.test_paid import settled, sums

if TYPE_CHECKING:
    from collections.abc import Callable

    from editor.pipeline.carry import Parcel
    from tests.conftest import People

pytestmark = pytest.mark.django_db(transaction=True)
RESERVED = {"open": ESTIMATE, "settled": 0}


@pytest.fixture
def engine() -> PaidEngine:
    return PaidEngine(forwards=True)


@pytest.fixture
def provider(people: People) -> Provider:
    return make_agreed(people.project, people.emil)


def test_what_a_provider_has_done_is_not_looked_through(provider: Provider) -> None:
    plan = carry.at_work(provider.pk).explain()
    assert "edit_by_provider (provider_id=? AND state=?)" in plan


type Make = Callable[..., Parcel]


@pytest.fixture
def make(people: People, engine: PaidEngine, provider: Provider) -> Make:
    def one(**how: Any) -> Parcel:
        return make_parcel(people.project, people.emil, engine, provider, **how)

    return one


def test_all_of_it_is_on_record_before_anything_leaves(people: People, make: Make) -> None:
    before = Project.objects.get().pulse
    parcel = make()
    (attempt,) = begin(parcel)
    assert attempt
    edit = settled(Edit.objects.get())
    assert (attempt.edit, attempt.edit.picture, attempt.edit.mask) == (
        edit,
        Picture.objects.get(),
        Mask.objects.get(),
    )
    assert (edit.state, edit.fence, edit.lease_owner) == (State.SENDING, 1, OWNER)
    assert (edit.actor, edit.project, edit.is_over) == (people.emil, people.project, False)
    row = Attempt.objects.get()
    assert (row.edit, row.number, row.fence, row.host) == (edit, 1, 1, "provider.test")
    assert None not in (edit.started_at, edit.lease_until, row.intent_at)
    assert (row.sent_at, row.answer_file) == (None, "")
    assert sums(edit) == RESERVED
    pulse = Project.objects.get().pulse
    assert {pulse} == {edit.pulse, edit.picture.pulse} != {before}
    kinds = Counter(Activity.objects.values_list("kind", flat=True))
    assert {name: kinds[name] for name in ("picture.uploaded", "edit.queued", "edit.sending")} == {
        "picture.uploaded": 1,
        "edit.queued": 1,
        "edit.sending": 1,
    }


def test_those_that_come_together_are_told_apart(make: Make) -> None:
    parcels = [make() for _ in range(5)]
    begun = begin(*parcels)
    assert [one and one.edit.public_id for one in begun] == [
        parcel.edit.public_id for parcel in parcels
    ]
    assert Edit.objects.count() == Picture.objects.count() == Mask.objects.count() == 5
    assert {sums(edit)["open"] for edit in Edit.objects.all()} == {ESTIMATE}


def test_one_picture_for_all_that_bring_its_bytes(make: Make) -> None:
    first = [make(seed=1), make(seed=1), make(seed=2)]
    begin(*first)
    assert [parcel.is_new for parcel in first] == [True, False, True]
    then = [make(seed=1), make(seed=3)]
    begin(*then)
    assert [parcel.is_new for parcel in then] == [False, True]
    assert (Edit.objects.count(), Picture.objects.count()) == (5, 3)
    assert then[0].edit.picture == first[0].lodged.picture
    assert Activity.objects.filter(kind="picture.uploaded").count() == 3


def test_a_picture_of_one_that_is_not_let_in_is_nobodys(
    people: People, engine: PaidEngine, provider: Provider, make: Make
) -> None:
    """Of two with the same bytes the first has no consent: the other brings the picture."""
    stranger = make_parcel(people.project, people.olga, engine, provider, seed=1)
    mine = make(seed=1)
    refused, begun = begin(stranger, mine)
    assert (refused, begun and begun.edit.actor, mine.is_new) == (None, people.emil, True)
    assert Picture.objects.get().folder == mine.lodged.picture.folder


def test_the_same_bytes_in_two_projects_are_two_pictures(
    people: People, engine: PaidEngine, make: Make
) -> None:
    other = make_project(people.emil, "Yard")
    elsewhere = make_parcel(other, people.emil, engine, make_agreed(other, people.emil), seed=1)
    begun = begin(elsewhere, make(seed=1), make(seed=1))
    assert all(begun)
    projects = [one.edit.picture.project for one in begun if one]
    assert projects == [other, people.project, people.project]
    assert Picture.objects.count() == 2


def rest(provider: Provider) -> None:
    Provider.objects.update(open_until=Now() + timedelta(minutes=1), failures=9, trouble="busy")


def rename(provider: Provider) -> None:
    Provider.objects.update(base_url="https://elsewhere.test/v1")


def reprice(provider: Provider) -> None:
    Provider.objects.update(overrides={"brush-1": {"price": {"image_out": 9.0}}})


def switch_off(provider: Provider) -> None:
    Provider.objects.update(is_enabled=False)


def delete(provider: Provider) -> None:
    Provider.objects.update(deleted_at=Now())


def distrust(provider: Provider) -> None:
    provider.consents.all().delete()


def lower(_provider: Provider) -> None:
    Membership.objects.filter(user__name="Emil").update(role=Role.VIEWER)


def leave(_provider: Provider) -> None:
    Membership.objects.filter(user__name="Emil").delete()


def archive(_provider: Provider) -> None:
    Project.objects.update(archived_at=Now())


def fill(provider: Provider) -> None:
    Provider.objects.update(concurrency=0)


@pytest.mark.parametrize(
    "change",
    [rest, rename, reprice, switch_off, delete, distrust, lower, leave, archive, fill],
)
def test_whatever_stands_in_the_way_is_for_the_usual_way(
    provider: Provider, make: Make, change: Callable[[Provider], None]
) -> None:
    parcels = [make(), make()]
    change(provider)
    assert begin(*parcels) == [None, None]
    rows = (Edit, Attempt, Picture, Mask, LedgerEntry)
    assert [model.objects.count() for model in rows] == [0] * 5


def test_a_failure_that_passed_meanwhile_is_no_change(provider: Provider, make: Make) -> None:
    parcel = make()
    Provider.objects.update(failures=1)
    assert all(begin(parcel))


@pytest.mark.parametrize("state", [State.QUEUED, State.RETRY_WAIT])
def test_nobody_overtakes_those_who_wait(
    people: People, provider: Provider, make: Make, state: State
) -> None:
    waits = make_edit_row(
        people.project,
        people.emil,
        make_rows(people.project, people.emil, 1)[0],
        state=state,
        provider=provider,
        next_run_at=Now() - timedelta(seconds=1),
    )
    parcel = make()
    assert begin(parcel) == [None]
    # What waits for its time is no queue.
    Edit.objects.filter(pk=waits.pk).update(next_run_at=Now() + timedelta(minutes=1))
    assert all(begin(parcel))


def test_no_more_than_its_provider_takes_at_once(
    people: People, engine: PaidEngine, provider: Provider
) -> None:
    Provider.objects.update(concurrency=3)
    provider.refresh_from_db()
    parcels = [make_parcel(people.project, people.emil, engine, provider) for _ in range(5)]
    assert [one is not None for one in begin(*parcels[:2])] == [True, True]
    assert [one is not None for one in begin(*parcels[2:])] == [True, False, False]
    assert states() == [State.SENDING] * 3


def test_a_picture_in_the_trash_is_for_the_usual_way(make: Make) -> None:
    begin(make(seed=1))
    Picture.objects.update(trashed_at=Now())
    assert [one is not None for one in begin(make(seed=1), make(seed=2))] == [False, True]


def test_one_intent_is_begun_once(make: Make) -> None:
    parcels = [make(idem_key="same"), make(), make(idem_key="same"), make()]
    assert [one is not None for one in begin(*parcels)] == [True, True, False, True]
    assert begin(make(idem_key="same")) == [None]
    assert (Edit.objects.count(), Attempt.objects.count(), Picture.objects.count()) == (3, 3, 3)
    assert LedgerEntry.objects.count() == 3
    settled(Edit.objects.all()[0])


@pytest.mark.parametrize("room", [0, 1, 3])
def test_a_budget_lets_in_what_it_has_room_for(people: People, make: Make, room: int) -> None:
    cap = room * ESTIMATE + ESTIMATE // 2
    key, _token = make_api_key(people.project, people.emil, budget_micros=cap)
    parcels = [make(api_key=key) for _ in range(4)] + [make()]
    begun = [one is not None for one in begin(*parcels)]
    assert begun == [number < room for number in range(4)] + [True]
    assert Edit.objects.filter(api_key=key).count() == room
    assert LedgerEntry.objects.filter(api_key=key, kind="reserve").count() == room


@pytest.mark.parametrize("whose", ["project", "member", "one member"])
def test_every_budget_is_asked(people: People, make: Make, whose: str) -> None:
    if whose == "one member":
        Membership.objects.filter(user=people.emil).update(budget_micros=ESTIMATE)
    else:
        name = "budget_micros" if whose == "project" else "member_budget_micros"
        Project.objects.update(**{name: ESTIMATE})
    assert [one is not None for one in begin(make(), make())] == [True, False]


def test_a_member_without_an_agreement_keeps_nobody_out(
    people: People, engine: PaidEngine, provider: Provider, make: Make
) -> None:
    nina = make_member(people.project, "nina", Role.EDITOR)
    parcels = [make(), make_parcel(people.project, nina, engine, provider), make()]
    assert [one is not None for one in begin(*parcels)] == [True, False, True]
    agree(provider, nina)
    assert all(begin(parcels[1]))


@pytest.mark.parametrize("count", [1, 8])
def test_what_is_asked_of_the_database(
    make: Make, django_assert_num_queries: Any, count: int
) -> None:
    begin(make())
    parcels = [make() for _ in range(count)]
    with django_assert_num_queries(14 + count - 1):
        assert all(begin(*parcels))


def test_projects_are_locked_in_one_order(
    people: People, engine: PaidEngine, make: Make, django_assert_max_num_queries: Any
) -> None:
    """Whoever comes first: two processes that begin for the same two never wait for each other."""
    other = make_project(people.emil, "Yard")
    assert other.pk > people.project.pk
    elsewhere = make_parcel(other, people.emil, engine, make_agreed(other, people.emil))
    here = make()
    with django_assert_max_num_queries(40) as asked:
        assert all(begin(elsewhere, here))
    reads = [one["sql"] for one in asked if '"editor_membership"' in one["sql"]]
    assert len(reads) == 2
    assert [other.slug in sql for sql in reads] == [False, True]


def test_files_of_one_that_is_not_begun_stay_for_whoever_dropped_them(make: Make) -> None:
    parcel = make()
    Provider.objects.update(concurrency=0)
    assert begin(parcel) == [None]
    assert parcel.lodged.image.exists()
    assert carry.FENCE == 1


def test_files_that_do_not_reach_the_disk_stop_their_own_call_alone(make: Make) -> None:
    parcels = [make(), make(), make()]
    failed: Future[None] = Future()
    failed.set_exception(OSError(errno.ENOSPC, "no room"))
    lodged = parcels[1].lodged
    put = media.Put(lodged.put.names, [failed])
    parcels[1] = replace(parcels[1], lodged=replace(lodged, put=put))
    one, other, third = carry.begin_each(parcels, owner=OWNER, lease_seconds=30)
    assert isinstance(one, Attempt)
    assert isinstance(other, media.DiskFull)
    assert isinstance(third, Attempt)
    assert Edit.objects.count() == Picture.objects.count() == 2
    assert not media.path(lodged.picture.folder).exists()
