"""Sixty-four members' clicks at once, a budget for ten: ten are taken."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Barrier
from typing import TYPE_CHECKING

import pytest
from django.db import connections, transaction

from editor.access.fetch import Door
from editor.engines.costs import CostRange
from editor.engines.plans import Plan, Wanted
from editor.models import (
    ApiKey,
    Edit,
    LedgerEntry,
    LedgerKind,
    Picture,
    Project,
    Provider,
    Role,
    User,
)
from editor.pipeline import submit
from editor.pipeline.intents import ApiCall
from editor.services import budgets
from editor.services.months import Month
from tests.making import (
    make_api_key,
    make_priced_row,
    make_project,
    make_provider_row,
    make_rows,
    make_user,
)
from tests.pipeline.stub_engine import StubEngine

if TYPE_CHECKING:
    from collections.abc import Callable

    from editor.engines.base import Engine

pytestmark = pytest.mark.django_db(transaction=True)

CLICKS, ROOM, PRICE = 64, 10, 210_000


class Priced(StubEngine):
    """An engine whose price is known."""

    def plan(self, wanted: Wanted) -> Plan:
        return Plan(None, {}, (), CostRange(PRICE // 2, PRICE))


@dataclass
class Registry:
    """Knows one engine, whatever it is called."""

    def engine(self, name: str, row: object = None) -> Engine:
        return Priced(id=name, free=False, replay_safe=False)

    def reader(self, name: str) -> Engine:
        return self.engine(name)


@dataclass
class Scene:
    user: User
    project: Project
    picture: Picture
    provider: Provider
    key: ApiKey | None = None


@pytest.fixture
def scene() -> Scene:
    user = make_user("olga")
    project = make_project(user)
    Project.objects.filter(pk=project.pk).update(budget_micros=ROOM * PRICE + PRICE - 1)
    (picture,) = make_rows(project, user, 1)
    return Scene(user, project, picture, make_provider_row())


def at_once(click: Callable[[int], bool]) -> int:
    """Let everybody click at the same moment, each with a connection of its own; count who got in."""
    barrier = Barrier(CLICKS)

    def run(number: int) -> bool:
        barrier.wait()
        try:
            return click(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(CLICKS) as threads:
        return sum(threads.map(run, range(CLICKS)))


def race(scene: Scene) -> None:
    def click(number: int) -> bool:
        door = Door(scene.project, Role.OWNER, scene.user)
        engine = f"{scene.provider.public_id}:brush-1"
        wish = submit.Wish(
            scene.picture,
            engine,
            "a red door",
            None,
            f"click-{number}",
            agreed_host="api.atelier.test",
            call=ApiCall(scene.key) if scene.key else None,
        )
        try:
            submit.submit(door=door, wish=wish, registry=Registry())
        except submit.SubmitRefused as refused:
            assert refused.code == "over_budget"  # noqa: PT017  only one of two outcomes is asked
            return False
        return True

    assert at_once(click) == ROOM
    assert Edit.objects.count() == ROOM
    assert LedgerEntry.objects.filter(kind=LedgerKind.RESERVE, micros=PRICE).count() == ROOM


def test_ten_of_sixty_four_are_taken(scene: Scene) -> None:
    race(scene)


def test_a_keys_budget_takes_ten_of_sixty_four(scene: Scene) -> None:
    Project.objects.update(budget_micros=None)
    room = ROOM * PRICE + PRICE - 1
    scene.key, _ = make_api_key(scene.project, scene.user, budget_micros=room)
    race(scene)
    assert LedgerEntry.objects.filter(api_key=scene.key).count() == ROOM


@pytest.mark.faults
@pytest.mark.parametrize("turn", range(20))
def test_ten_of_sixty_four_are_taken_every_time(scene: Scene, turn: int) -> None:
    race(scene)


def test_the_control_takes_too_many(scene: Scene) -> None:
    """What everybody writes first: look whether there is room, then write."""

    def click(_number: int) -> bool:
        (budget,) = budgets.standing(
            Project.objects.get(pk=scene.project.pk), scene.user.pk, Month.current()
        )
        if budget.left < PRICE:
            return False
        with transaction.atomic():
            edit = make_priced_row(scene.picture, scene.user, scene.provider, PRICE)
            LedgerEntry.objects.create(
                project=scene.project, edit=edit, actor=scene.user, kind="reserve", micros=PRICE
            )
        return True

    assert at_once(click) > ROOM
