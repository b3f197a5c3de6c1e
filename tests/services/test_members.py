"""Who belongs to a project: never without an owner, whatever happens at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import Http404
from django.utils import timezone

from editor.access.roles import Action, may
from editor.access.words import WORDS, table
from editor.models import Activity, Membership, Role, User
from editor.services import members
from tests.making import make_door, make_member, make_project, make_user

if TYPE_CHECKING:
    from editor.access.fetch import Door
    from tests.conftest import People


CACHE_TABLE = "pentimento_cache"


@pytest.fixture(autouse=True)
def nobody_missed_yet() -> None:
    cache.clear()


def door_of(people: People) -> Door:
    return make_door(people.project, people.olga)


def membership(people: People, user: User) -> Membership:
    return Membership.objects.get(project=people.project, user=user)


def owners(people: People) -> set[str]:
    rows = Membership.objects.filter(project=people.project, role=Role.OWNER)
    return set(rows.values_list("user__name", flat=True))


def last_activity(people: People) -> tuple[str, dict[str, object]]:
    row = Activity.objects.filter(project=people.project).latest("pk")
    return row.kind, row.detail


def test_an_account_is_added_by_its_address_in_any_case(people: People) -> None:
    made = members.add(door=door_of(people), email=" SAM@Example.test ", role=Role.VIEWER)
    assert (made.user, made.role) == (people.sam, Role.VIEWER)
    kind, detail = last_activity(people)
    assert kind == "member.added"
    assert detail == {"member": people.sam.pk, "role": "viewer"}
    assert "example" not in str(detail)


def test_a_member_is_not_added_twice(people: People) -> None:
    with pytest.raises(members.AlreadyMember) as refused:
        members.add(door=door_of(people), email=people.emil.email, role=Role.OWNER)
    assert refused.value.membership.role == Role.EDITOR
    assert membership(people, people.emil).role == Role.EDITOR


def test_a_closed_account_is_not_added(people: People) -> None:
    User.objects.filter(pk=people.sam.pk).update(is_active=False)
    with pytest.raises(members.ClosedAccount):
        members.add(door=door_of(people), email=people.sam.email, role=Role.VIEWER)


def test_misses_are_counted_and_hits_are_not(people: People) -> None:
    door = door_of(people)
    for number in range(members.MAX_MISSES):
        with pytest.raises(members.NoSuchAccount):
            members.add(door=door, email=f"nobody{number}@example.test", role=Role.VIEWER)
    with pytest.raises(members.TooManyMisses):
        members.add(door=door, email=people.sam.email, role=Role.VIEWER)
    other = make_project(people.sam, "Other")
    members.add(door=make_door(other, people.sam), email=people.emil.email, role=Role.VIEWER)


def test_misses_count_for_an_hour_in_the_databases_cache_too(people: People, settings: Any) -> None:
    table = {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": CACHE_TABLE}
    settings.CACHES = {"default": table}
    for _time in range(2):
        with pytest.raises(members.NoSuchAccount):
            members.add(door=door_of(people), email="nobody@example.test", role=Role.VIEWER)
    with connection.cursor() as rows:
        rows.execute(f"SELECT expires FROM {CACHE_TABLE}")  # noqa: S608  a name of ours
        (expires,) = rows.fetchone()
    if isinstance(expires, str):
        expires = datetime.fromisoformat(expires)
    left = expires.replace(tzinfo=UTC) - timezone.now()
    assert timedelta(minutes=58) < left <= timedelta(hours=1, seconds=1)


def test_a_role_changes_at_once(people: People) -> None:
    row = membership(people, people.vito)
    members.change_role(door=door_of(people), membership=row, role=Role.OWNER)
    assert owners(people) == {"Olga", "Vito"}
    assert last_activity(people) == (
        "member.role_changed",
        {"member": people.vito.pk, "before": "viewer", "role": "owner"},
    )


def test_the_same_role_again_is_no_change(people: People) -> None:
    before = Activity.objects.count()
    row = membership(people, people.vito)
    members.change_role(door=door_of(people), membership=row, role=Role.VIEWER)
    assert Activity.objects.count() == before


def test_nobody_changes_their_own_role(people: People) -> None:
    make_member(people.project, "otto", Role.OWNER)
    with pytest.raises(members.OwnRole):
        members.change_role(
            door=door_of(people), membership=membership(people, people.olga), role=Role.EDITOR
        )


def test_the_last_owner_neither_leaves_nor_is_removed(people: People) -> None:
    with pytest.raises(members.LastOwner):
        members.leave(door=door_of(people))
    with pytest.raises(members.LastOwner):
        members.remove(door=door_of(people), membership=membership(people, people.olga))
    assert owners(people) == {"Olga"}
    assert not Activity.objects.filter(kind__in=["member.left", "member.removed"]).exists()


def test_an_owner_whose_account_is_closed_does_not_count(people: People) -> None:
    make_member(people.project, "otto", Role.OWNER)
    User.objects.filter(name="Otto").update(is_active=False)
    assert members.is_last_owner(door_of(people))
    with pytest.raises(members.LastOwner):
        members.leave(door=door_of(people))


def test_who_is_no_owner_leaves_even_where_no_owner_can_sign_in(people: People) -> None:
    User.objects.filter(pk=people.olga.pk).update(is_active=False)
    members.leave(door=make_door(people.project, people.emil, Role.EDITOR))
    assert not Membership.objects.filter(user=people.emil).exists()


def test_an_owner_is_appointed_whoever_they_were(people: People) -> None:
    for user in (people.vito, people.sam):
        members.appoint(project=people.project, user=user)
    assert owners(people) == {"Olga", "Vito", "Sam"}
    assert last_activity(people) == ("member.appointed", {"member": people.sam.pk, "role": "owner"})


def test_projects_that_lose_their_only_owner_are_named(people: People) -> None:
    shared = make_project(people.olga, "Shared")
    Membership.objects.create(project=shared, user=people.sam, role=Role.OWNER)
    assert members.without_owner(people.olga) == [people.project]
    assert members.without_owner(people.vito) == []


def test_an_owner_leaves_when_another_stays(people: People) -> None:
    make_member(people.project, "otto", Role.OWNER)
    assert not members.is_last_owner(door_of(people))
    members.leave(door=door_of(people))
    assert owners(people) == {"Otto"}
    assert last_activity(people) == ("member.left", {"role": "owner"})


def test_who_was_demoted_meanwhile_changes_nothing(people: People) -> None:
    """The door was opened before: it is asked again under the lock."""
    stale = door_of(people)
    make_member(people.project, "otto", Role.OWNER)
    Membership.objects.filter(user=people.olga).update(role=Role.EDITOR)
    with pytest.raises(PermissionDenied):
        members.remove(door=stale, membership=membership(people, people.vito))
    with pytest.raises(PermissionDenied):
        members.add(door=stale, email=people.sam.email, role=Role.OWNER)


def test_who_was_removed_meanwhile_finds_nothing(people: People) -> None:
    stale = door_of(people)
    make_member(people.project, "otto", Role.OWNER)
    row = membership(people, people.vito)
    Membership.objects.filter(user=people.olga).delete()
    with pytest.raises(Http404):
        members.change_role(door=stale, membership=row, role=Role.OWNER)


def test_a_removed_member_is_gone_and_their_work_stays(people: People) -> None:
    members.remove(door=door_of(people), membership=membership(people, people.emil))
    assert not Membership.objects.filter(user=people.emil).exists()
    assert last_activity(people)[0] == "member.removed"
    with pytest.raises(Http404):
        members.remove(door=door_of(people), membership=Membership(pk=999))


def names(people: People, **wanted: object) -> list[str]:
    page = members.people(door=make_door(people.project, people.rita, Role.REVIEWER), **wanted)  # type: ignore[arg-type]
    return [row.user.name for row in page.page]


def test_oneself_comes_first_then_owners_to_viewers(people: People) -> None:
    make_member(people.project, "anna", Role.VIEWER)
    assert names(people) == ["Rita", "Olga", "Emil", "Anna", "Vito"]


@pytest.mark.parametrize(
    ("query", "owner_finds", "viewer_finds"),
    [
        ("OLG", 1, 1),
        ("example.test", 5, 0),
        ("nameless@ex", 1, 0),
        ("nameless", 1, 1),
        ("100%", 0, 0),
    ],
)
def test_addresses_are_searched_only_by_who_may_read_them(
    people: People, query: str, owner_finds: int, viewer_finds: int
) -> None:
    nameless = make_user("nameless")
    User.objects.filter(pk=nameless.pk).update(name="")
    Membership.objects.create(project=people.project, user=nameless, role=Role.VIEWER)
    viewer = make_door(people.project, people.vito, Role.VIEWER)
    found = [
        members.people(door=door, query=query).page.paginator.count
        for door in (door_of(people), viewer)
    ]
    assert found == [owner_finds, viewer_finds]


def test_every_action_is_in_the_table_people_read() -> None:
    lines = {str(line.words): line.allowed for line in table()}
    assert lines == {
        str(words): [may(role, action) for role in Role] for action, words in WORDS.items()
    }
    assert len(lines) == len(Action)
