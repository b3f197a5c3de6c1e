"""The health page: figures, what they mean, and what to do."""

from __future__ import annotations

import shutil
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from editor.models import Edit, LedgerEntry, Picture, User, Worker
from tests.making import (
    make_attempt_row,
    make_edit_row,
    make_paid_row,
    make_provider_row,
    make_rows,
    make_user,
)

if TYPE_CHECKING:
    from tests.conftest import People

PATH = "/health/"


@pytest.fixture
def staff(db: None) -> Client:
    client = Client()
    client.force_login(make_user("steve", is_staff=True))
    return client


@pytest.fixture
def picture(people: People) -> Picture:
    return make_rows(people.project, people.olga, 1)[0]


def text(client: Client) -> str:
    response = client.get(PATH)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def make_worker(name: str = "w", *, silent: bool = False) -> Worker:
    seen_at = timezone.now() - timedelta(seconds=60 if silent else 0)
    return Worker.objects.create(name=name, slots=2, seen_at=seen_at)


def edits(people: People, picture: Picture, count: int, **fields: Any) -> None:
    for _number in range(count):
        make_edit_row(people.project, people.olga, picture, **fields)


def age(minutes: int) -> None:
    Edit.objects.update(created_at=timezone.now() - timedelta(minutes=minutes))


@pytest.mark.parametrize("name", ["olga", "emil", "rita", "vito", "sam"])
def test_it_is_not_there_for_others(client: Client, people: People, name: str) -> None:
    client.force_login(getattr(people, name))
    assert client.get(PATH).status_code == 404
    assert PATH not in client.get("/").content.decode()


def test_staff_find_it_in_the_menu(staff: Client) -> None:
    page = staff.get("/").content.decode()
    assert f'href="{PATH}"' in page
    assert 'href="/admin/"' in page


def test_everything_in_order(staff: Client) -> None:
    make_worker()
    page = text(staff)
    assert "Everything is in order" in page
    assert "1 worker is running." in page
    assert "No edit failed in the last 24 hours." in page
    assert "0.1.0" in page


def test_no_worker(staff: Client, people: People, picture: Picture) -> None:
    edits(people, picture, 3)
    page = text(staff)
    assert "2 things need you" in page
    assert "manage.py worker" in page
    assert 'data-testid="health-waiting">3<' in page


def test_a_silent_worker(staff: Client) -> None:
    make_worker("busy-7")
    make_worker("lost-8", silent=True)
    page = text(staff)
    assert "1 thing needs you" in page
    assert "1 worker fell silent." in page
    assert "lost-8" in page
    assert "last heard from" in page


@pytest.mark.parametrize(("minutes", "long"), [(1, False), (30, True)])
def test_a_long_queue(
    staff: Client, people: People, picture: Picture, minutes: int, *, long: bool
) -> None:
    make_worker()
    edits(people, picture, 2)
    age(minutes)
    assert ("Edits wait long." in text(staff)) is long


def test_undecided_edits(staff: Client, people: People, picture: Picture) -> None:
    make_worker()
    edits(people, picture, 2, state="unknown")
    assert "2 edits wait for a decision" in text(staff)


def test_money_held_for_undecided_edits(staff: Client, people: People, picture: Picture) -> None:
    make_worker()
    assert 'data-testid="health-held">none<' in text(staff)
    provider = make_provider_row()
    lost = make_paid_row(people.project, people.olga, picture, provider, state="unknown")
    assert 'data-testid="health-held">unknown<' in text(staff)
    decided = make_paid_row(people.project, people.olga, picture, provider, state="failed")
    for edit in (lost, decided):
        LedgerEntry.objects.create(
            edit=edit, attempt=make_attempt_row(edit), kind="hold", micros=210_000, basis="estimate"
        )
    page = text(staff)
    assert 'data-testid="health-undecided">1<' in page
    assert 'data-testid="health-held">$0.21<' in page


@pytest.mark.parametrize(
    ("facts", "says", "badge"),
    [
        ({}, "1 provider is connected.", None),
        ({"is_enabled": False}, "No provider is connected", None),
        ({"failures": 2}, "1 provider is connected.", "2 failures in a row"),
        ({"open_until": timezone.now() + timedelta(hours=1)}, "1 provider rests", "Rests until"),
        ({"open_until": timezone.now() - timedelta(hours=1)}, "1 provider is connected.", None),
        ({"trouble": "key_rejected"}, "1 provider rejects its key", "Key rejected"),
    ],
)
def test_providers(
    staff: Client,
    people: People,
    picture: Picture,
    facts: dict[str, Any],
    says: str,
    badge: str | None,
) -> None:
    make_worker()
    provider = make_provider_row(key_encrypted="canary", **facts)
    make_paid_row(people.project, people.olga, picture, provider)
    page = text(staff)
    assert says in page
    assert ('data-testid="health-provider"' in page) is (badge is not None)
    assert (badge or "") in page
    assert ("1 edit waits" in page) is (badge is not None)
    assert "canary" not in page


def test_a_full_disk(staff: Client, settings: Any) -> None:
    make_worker()
    settings.MIN_FREE_BYTES = 2**62
    page = text(staff)
    assert "The disk is full: uploads and new edits are refused." in page
    assert "note--danger" in page


def test_a_disk_that_fills_up(staff: Client, settings: Any, tmp_path: Any) -> None:
    make_worker()
    settings.MIN_FREE_BYTES = shutil.disk_usage(tmp_path).free // 2
    assert "Make room soon" in text(staff)


@pytest.mark.parametrize(("failed", "many"), [(1, False), (6, True)])
def test_failures_by_code(
    staff: Client, people: People, picture: Picture, failed: int, *, many: bool
) -> None:
    make_worker()
    now = timezone.now()
    edits(people, picture, 10, state="succeeded", finished_at=now)
    facts = {"error_code": "worker_lost", "error_message": "canary", "finished_at": now}
    edits(people, picture, failed, state="failed", **facts)
    edits(people, picture, 9, state="failed", finished_at=now - timedelta(hours=25))
    page = text(staff)
    assert f"{failed} of {10 + failed} edits failed" in page
    assert "worker_lost" in page
    assert "canary" not in page
    assert ("The codes below say why." in page) is many


def test_the_part_that_changes_comes_alone(staff: Client) -> None:
    part = staff.get(PATH, headers={"HX-Request": "true"}).content.decode()
    assert "health-summary" in part
    assert "<html" not in part


def test_it_costs_the_same_with_much_to_tell(
    staff: Client, people: People, picture: Picture
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            text(staff)
        return len(found)

    make_worker()
    edits(people, picture, 1)
    few = queries()
    for number in range(40):
        make_worker(f"w{number}", silent=number % 2 == 0)
        make_provider_row(failures=number, trouble="key_rejected" if number % 2 else "")
    edits(people, picture, 60, state="failed", finished_at=timezone.now())
    assert queries() == few


def test_no_word_of_what_was_asked(staff: Client, people: People, picture: Picture) -> None:
    edits(people, picture, 3, prompt="a canary", state="failed", finished_at=timezone.now())
    page = text(staff)
    assert "canary" not in page
    assert picture.name not in page
    assert User.objects.get(pk=people.olga.pk).email not in page
