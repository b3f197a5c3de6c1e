"""Two people, one moment: a project is never left without an owner, nobody comes in twice."""

from __future__ import annotations

import threading
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.http import Http404

from editor.models import Activity, Membership, Project, Role, User
from editor.services import members
from tests.making import make_door, make_member, make_project, make_user

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.django_db(transaction=True)

TURNS = 100
REFUSALS = (members.LastOwner, members.AlreadyMember, PermissionDenied, Http404)


def race(*acts: Callable[[], object]) -> Counter[str]:
    """Do all of it at once, each in a thread and connection of its own; count what came of it."""
    barrier = threading.Barrier(len(acts))
    outcomes: Counter[str] = Counter()

    def run(act: Callable[[], object]) -> None:
        connection.ensure_connection()
        barrier.wait()
        try:
            act()
            outcomes["done"] += 1
        except REFUSALS as refusal:
            outcomes[type(refusal).__name__] += 1
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


@pytest.fixture
def pair() -> tuple[Project, User, User]:
    olga = make_user("olga")
    project = make_project(olga)
    return project, olga, make_member(project, "otto", Role.OWNER)


def reset(project: Project, *owners: User) -> None:
    for owner in owners:
        Membership.objects.update_or_create(
            project=project, user=owner, defaults={"role": Role.OWNER}
        )


def count_owners(project: Project) -> int:
    return Membership.objects.filter(project=project, role=Role.OWNER).count()


def naive_leave(project: Project, user: User, met: threading.Barrier) -> None:
    """What everybody writes first: count, then go. `met` is the moment in between."""
    owners = Membership.objects.filter(project=project, role=Role.OWNER)
    if owners.exclude(user=user).exists():
        met.wait()
        with transaction.atomic():
            owners.filter(user=user).delete()


def test_the_control_loses_both_owners(pair: tuple[Project, User, User]) -> None:
    project, olga, otto = pair
    met = threading.Barrier(2)
    race(lambda: naive_leave(project, olga, met), lambda: naive_leave(project, otto, met))
    assert count_owners(project) == 0


def test_of_two_last_owners_one_leaves(pair: tuple[Project, User, User]) -> None:
    project, olga, otto = pair
    for _turn in range(TURNS):
        reset(project, olga, otto)
        outcomes = race(
            lambda: members.leave(door=make_door(project, olga)),
            lambda: members.leave(door=make_door(project, otto)),
        )
        assert outcomes == {"done": 1, "LastOwner": 1}
        assert count_owners(project) == 1
    assert Activity.objects.filter(kind="member.left").count() == TURNS


def test_two_owners_demote_each_other(pair: tuple[Project, User, User]) -> None:
    project, olga, otto = pair
    for _turn in range(TURNS):
        reset(project, olga, otto)
        rows = {m.user_id: m for m in Membership.objects.filter(project=project)}
        outcomes = race(
            lambda: members.change_role(
                door=make_door(project, olga),
                membership=rows[otto.pk],  # noqa: B023  the race ends within the turn
                role=Role.VIEWER,
            ),
            lambda: members.remove(
                door=make_door(project, otto),
                membership=rows[olga.pk],  # noqa: B023
            ),
        )
        assert outcomes["done"] == 1
        assert count_owners(project) == 1


def test_the_same_person_is_added_once(pair: tuple[Project, User, User]) -> None:
    project, olga, otto = pair
    sam = make_user("sam")
    for _turn in range(TURNS // 4):
        Membership.objects.filter(user=sam).delete()
        outcomes = race(
            *(
                lambda by=by: members.add(
                    door=make_door(project, by), email=sam.email, role=Role.VIEWER
                )
                for by in (olga, otto)
            )
        )
        assert outcomes == {"done": 1, "AlreadyMember": 1}
        assert Membership.objects.filter(user=sam).count() == 1
