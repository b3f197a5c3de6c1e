"""The page of a provider's test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from cryptography.fernet import Fernet
from django.core.cache import cache
from django.urls import resolve, reverse
from django.utils import timezone

from editor.models import LedgerEntry, Project, Provider
from tests.making import make_provider, make_user

if TYPE_CHECKING:
    from django.test import Client

    from tests.conftest import People

HTMX = {"HX-Request": "true"}


@pytest.fixture
def row(people: People) -> Provider:
    return make_provider(people.project)


@pytest.fixture
def olga(client: Client, people: People, settings: Any) -> Client:
    settings.PROVIDER_PROBE = "tests.scripted_probe.good"
    client.force_login(people.olga)
    return client


def url(row: Provider) -> str:
    assert row.project
    return f"/p/{row.project.slug}/providers/{row.public_id}/test/"


def test_looking_sends_nothing(olga: Client, row: Provider) -> None:
    page = olga.get(url(row)).content.decode()
    assert "Not tested yet." in page
    assert "api.openai.com" in page
    assert "(price unknown)" in page or "(up to $" in page
    assert not LedgerEntry.objects.exists()


def test_the_findings_are_shown_and_stay(olga: Client, row: Provider) -> None:
    response = olga.post(url(row), {"model": "gpt-image-2"}, follow=True)
    assert response.redirect_chain == [(url(row), 302)]
    page = response.content.decode()
    for says in ("The service answers", "The key is accepted", "The mask is obeyed"):
        assert says in page
    assert "It took 23 seconds" in olga.get(url(row)).content.decode()


def test_htmx_gets_the_findings_alone(olga: Client, row: Provider) -> None:
    page = olga.post(url(row), {"model": "gpt-image-2"}, headers=HTMX).content.decode()
    assert page.lstrip().startswith('<div class="probe"')
    assert "The mask is obeyed" in page


@pytest.mark.parametrize("model", ["", "another"])
def test_a_model_must_be_chosen(olga: Client, row: Provider, model: str) -> None:
    assert olga.post(url(row), {"model": model}).status_code == 422
    assert not LedgerEntry.objects.exists()


def test_one_test_at_a_time(olga: Client, row: Provider) -> None:
    cache.add(f"provider-test:{row.pk}", 1)
    response = olga.post(url(row), {"model": "gpt-image-2"})
    assert response.status_code == 422
    assert "under way" in response.content.decode()


def test_a_key_that_cannot_be_read_is_told(olga: Client, row: Provider, settings: Any) -> None:
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    response = olga.post(url(row), {"model": "gpt-image-2"})
    assert response.status_code == 422
    assert "Enter it once more" in response.content.decode()
    assert not LedgerEntry.objects.exists()


def test_it_waits_where_it_holds_up_no_page(row: Provider) -> None:
    for page in (url(row), f"/providers/{row.public_id}/test/"):
        assert "POST" in resolve(page).func.waits_for_sandbox  # type: ignore[attr-defined]


def test_what_the_budget_has_no_room_for_is_told(olga: Client, row: Provider) -> None:
    Project.objects.update(budget_micros=1)
    response = olga.post(url(row), {"model": "gpt-image-2"})
    assert response.status_code == 422
    assert "An owner can raise the budget" in response.content.decode()
    assert not LedgerEntry.objects.exists()


def test_every_models_last_test_is_shown(olga: Client, row: Provider) -> None:
    at = timezone.now().isoformat()
    found = {"gpt-image-1": "ignored", "gpt-image-2": "obeyed"}
    tests = {name: {"at": at, "mask": mask} for name, mask in found.items()}
    Provider.objects.update(offered=list(tests), probe=tests, probed_at=at)
    page = olga.get(url(row)).content.decode()
    for says in ("with gpt-image-1", "The mask is ignored", "with gpt-image-2", "is obeyed"):
        assert says in page


def test_staff_are_told_where_the_cost_stands(client: Client, db: None) -> None:
    client.force_login(make_user("steve", is_staff=True))
    page = client.get(f"/providers/{make_provider().public_id}/test/").content.decode()
    assert reverse("admin:editor_ledgerentry_changelist") in page
