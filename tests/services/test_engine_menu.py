"""What a project's members may choose from."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from editor.models import Provider
from editor.services import engine_menu
from tests.making import make_project

if TYPE_CHECKING:
    from editor.models import Project
    from tests.conftest import People


def make(project: Project | None, name: str, **fields: object) -> Provider:
    values: dict[str, Any] = {
        "source": "owner" if project else "staff",
        "project": project,
        "preset": "generic",
        "base_url": f"https://{name.lower()}.example/v1",
        "offered": ["m"],
    }
    return Provider.objects.create(name=name, **values | fields)


def notes(project: Project) -> dict[str, tuple[str, bool]]:
    groups = engine_menu.menu(project)[1:]
    return {group.label: (entry.note, entry.blocked) for group in groups for entry in group.entries}


def test_the_houses_own_come_first_then_those_one_may_use(people: People) -> None:
    make(people.project, "Ours")
    make(None, "Everybody")
    make(make_project(people.sam, "Sam's"), "Theirs")
    make(people.project, "Off", is_enabled=False)
    make(people.project, "Gone", deleted_at=timezone.now())
    groups = engine_menu.menu(people.project)
    assert groups[0].host == ""
    assert [entry.id for entry in groups[0].entries] == ["builtin"]
    assert {(group.label, group.host) for group in groups[1:]} == {
        ("Ours", "ours.example"),
        ("Everybody", "everybody.example"),
    }


def test_trouble_is_told(people: People) -> None:
    now = timezone.now()
    make(people.project, "Fine", open_until=now - timedelta(minutes=1))
    make(people.project, "Rejected", trouble="key_rejected")
    make(people.project, "Resting", open_until=now + timedelta(minutes=5))
    found = notes(people.project)
    assert found["Fine"] == ("", False)
    assert found["Rejected"] == ("key rejected", True)
    note, is_blocked = found["Resting"]
    assert note.startswith("busy, resting until ")
    assert not is_blocked


def test_the_end_of_a_model_is_told() -> None:
    day = date(2026, 12, 1)
    assert engine_menu.farewell(None, day) == ""
    assert engine_menu.farewell(day, day - timedelta(days=1)) == "ends on 12/01/2026"
    assert engine_menu.farewell(day, day) == "ended on 12/01/2026"


def test_the_menu_is_one_query(people: People, django_assert_num_queries: Any) -> None:
    for number in range(6):
        make(people.project, f"P{number}", offered=[f"m{each}" for each in range(10)])
    with django_assert_num_queries(1):
        assert len(engine_menu.menu(people.project)) == 7


def test_how_many_pictures_an_engine_takes_is_told_with_it(people: People) -> None:
    make(people.project, "Ours", preset="openai", offered=["gpt-image-2"])
    make(None, "One", overrides={"m": {"inputs_max": 1}})
    groups = engine_menu.menu(people.project)
    found = {group.label: entry.pictures for group in groups for entry in group.entries}
    assert found == {"On this server": 1, "Ours": 16, "One": 1}
