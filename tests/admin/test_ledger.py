"""Staff see where the money of the whole instance goes: amount, provider, model, and how it is known."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse

from editor.models import LedgerEntry
from editor.pipeline import ledger
from tests.making import make_priced_row, make_provider_row, make_rows, make_user

if TYPE_CHECKING:
    from tests.conftest import People


def shown(staff: Client, query: str = "") -> list[str]:
    page = staff.get(reverse("admin:editor_ledgerentry_changelist") + query)
    assert page.status_code == 200
    rows = BeautifulSoup(page.content, "html.parser").select("#result_list tbody tr")
    return [" ".join(row.get_text(" ").split()) for row in rows]


def test_the_ledger_of_all_projects(people: People) -> None:
    (picture,) = make_rows(people.project, people.olga, 1)
    for name, micros in (("Paints", 42_000), ("Relay", None)):
        provider = make_provider_row(name=name)
        ledger.reserve(make_priced_row(picture, people.emil, provider, micros))
    staff = Client()
    staff.force_login(make_user("steve", is_staff=True))
    unknown, known = shown(staff)
    assert "reserved $0.04 an estimate Garden Emil Paints brush-1" in known
    assert "reserved unknown unknown Garden Emil Relay brush-1" in unknown
    assert len(shown(staff, "?basis__exact=unknown")) == 1
    assert len(shown(staff, "?q=paints")) == 1


def test_an_address_cannot_ask_for_a_providers_key(people: People) -> None:
    staff = Client()
    staff.force_login(make_user("steve", is_staff=True))
    page = reverse("admin:editor_ledgerentry_changelist")
    assert staff.get(page, {"provider__key_encrypted__startswith": "g"}).status_code == 400


def test_tests_of_the_instances_providers_are_listed_though_no_project_paid(db: None) -> None:
    steve = make_user("steve", is_staff=True)
    row = make_provider_row(name="Paints")
    values = {"actor": steve, "provider": row, "model": "brush-1", "basis": "estimate"}
    LedgerEntry.objects.create(**values, kind="settle", micros=42_000, probe=uuid4())
    staff = Client()
    staff.force_login(steve)
    (line,) = shown(staff)
    assert "settled $0.04 an estimate - Steve Paints brush-1" in line
