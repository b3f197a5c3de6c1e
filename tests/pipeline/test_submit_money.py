"""An edit without money is not queued, and leaves nothing behind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from editor.engines.costs import CostRange
from editor.engines.plans import Plan, Wanted
from editor.models import Activity, Edit, Mask, Picture, Project, Provider
from editor.pipeline.submit import SubmitRefused, Wish, submit
from tests.making import make_door, make_mask, make_picture, make_provider_row
from tests.pipeline.stub_engine import StubEngine

if TYPE_CHECKING:
    from pathlib import Path

    from editor.engines.base import Engine
    from tests.conftest import People


@dataclass
class Priced(StubEngine):
    high: int | None = None

    def plan(self, wanted: Wanted) -> Plan:
        return Plan(None, {}, (), CostRange(self.high and self.high // 2, self.high))


@dataclass
class Registry:
    high: int | None

    def engine(self, name: str, row: object = None) -> Engine:
        return Priced(id=name, free=False, replay_safe=False, high=self.high)

    def reader(self, name: str) -> Engine:
        return self.engine(name)


@pytest.fixture
def picture(people: People) -> Picture:
    make_provider_row(people.project)
    return make_picture(people.project, people.olga)


def send(people: People, picture: Picture, key: str, high: int | None = 210_000) -> Edit:
    engine = f"{Provider.objects.get().public_id}:brush-1"
    mask = make_mask((picture.width, picture.height), (8, 8, 24, 24))
    wish = Wish(picture, engine, "a red door", mask, key, agreed_host="api.atelier.test")
    return submit(door=make_door(people.project, people.olga), wish=wish, registry=Registry(high))


@pytest.mark.parametrize(
    ("high", "code", "text"),
    [
        (210_000, "over_budget", "This edit may cost up to $0.21; $0.20 of the project"),
        (None, "price_unknown", "Nobody knows what this edit would cost"),
    ],
)
def test_an_edit_without_money_leaves_nothing(
    people: People,
    picture: Picture,
    data_dir: Path,
    high: int | None,
    code: str,
    text: str,
) -> None:
    Project.objects.update(budget_micros=200_000)
    before = set((data_dir / "pictures").glob("*/*"))
    with pytest.raises(SubmitRefused) as refused:
        send(people, picture, "click", high)
    assert refused.value.code == code
    assert refused.value.message.startswith(text)
    assert not Edit.objects.exists()
    assert not Mask.objects.exists()
    assert not Activity.objects.filter(kind="edit.queued").exists()
    assert set((data_dir / "pictures").glob("*/*")) == before


def test_the_same_click_again_is_the_same_edit_though_nothing_is_left(
    people: People, picture: Picture
) -> None:
    Project.objects.update(budget_micros=210_000)
    edit = send(people, picture, "click")
    assert edit.reserved_micros == 210_000
    assert send(people, picture, "click") == edit
    with pytest.raises(SubmitRefused):
        send(people, picture, "another click")
    assert edit.ledger.count() == 1
