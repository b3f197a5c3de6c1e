"""The test of a provider: what is kept, what it costs, and what it says."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.utils import timezone

from editor.access import fetch
from editor.models import Activity, LedgerEntry, Project, Provider
from editor.services import budgets, probe_texts, probes
from tests.making import make_provider, make_user
from tests.scripted_probe import GOOD

if TYPE_CHECKING:
    from editor.access.fetch import ProviderRoom
    from tests.conftest import People


@pytest.fixture
def room(people: People) -> ProviderRoom:
    return fetch.provider_room(people.olga, people.project.slug)


@pytest.fixture
def row(people: People) -> Provider:
    rests = {"trouble": "key_rejected", "failures": 4, "open_until": timezone.now()}
    return make_provider(people.project, **rests)


def run(room: ProviderRoom, row: Provider, settings: Any, probe: str) -> Provider:
    settings.PROVIDER_PROBE = f"tests.scripted_probe.{probe}"
    probes.run(room=room, provider=row, name="gpt-image-2")
    return Provider.objects.get(pk=row.pk)


def ledger() -> list[str]:
    rows = LedgerEntry.objects.filter(edit=None).order_by("pk")
    return list(rows.values_list("kind", flat=True))


def test_a_passed_test_is_kept_paid_and_ends_the_trouble(
    room: ProviderRoom, row: Provider, settings: Any
) -> None:
    found = run(room, row, settings, "good")
    assert found.probed_at
    assert found.probe == {"gpt-image-2": {"at": found.probed_at.isoformat(), **GOOD}}
    assert (found.trouble, found.failures, found.open_until) == ("", 0, None)
    assert found.version == row.version
    assert ledger() == ["reserve", "release", "settle"]
    entry = LedgerEntry.objects.get(kind="settle")
    assert (entry.project, entry.actor, entry.provider) == (room.project, room.user, row)
    assert Activity.objects.latest("pk").kind == "provider.tested"


def test_what_the_service_counted_is_what_it_cost(
    room: ProviderRoom, row: Provider, settings: Any
) -> None:
    run(room, row, settings, "counted")
    entry = LedgerEntry.objects.get(kind="settle")
    assert (entry.micros, entry.basis) == (6125, "usage")


@pytest.mark.parametrize(
    ("probe", "trouble", "paid"),
    [
        ("rejected", "key_rejected", False),
        ("moderated", "", False),
        ("broken_off", "key_rejected", True),
        ("out_of_time", "key_rejected", True),
    ],
)
def test_what_a_failed_test_leaves(
    room: ProviderRoom, row: Provider, settings: Any, probe: str, trouble: str, paid: bool
) -> None:
    """An accepted key ends that trouble; what was not executed costs nothing, the rest may."""
    found = run(room, row, settings, probe)
    assert (found.trouble, found.failures) == (trouble, 4)
    assert found.tests["gpt-image-2"]["error"]["code"]
    assert ledger() == ["reserve", "release", *(["settle"] if paid else [])]


def test_two_at_once_are_one_too_many(room: ProviderRoom, row: Provider, settings: Any) -> None:
    cache.add(f"provider-test:{row.pk}", 1)
    with pytest.raises(probes.Busy):
        run(room, row, settings, "good")
    assert ledger() == []
    cache.clear()
    run(room, row, settings, "good")
    run(room, row, settings, "good")


def test_findings_about_what_is_no_longer_so_are_dropped(
    room: ProviderRoom, row: Provider, settings: Any
) -> None:
    Provider.objects.update(version=2)
    assert run(room, row, settings, "good").probe == {}
    assert ledger() == ["reserve", "release", "settle"]


@pytest.mark.parametrize(
    ("change", "level", "says"),
    [
        ({}, "ok", "The mask is obeyed"),
        ({"mask": "ignored"}, "warn", "The mask is ignored"),
        ({"mask": "inverted"}, "danger", "The mask is read the other way round"),
        ({"mask": "unclear"}, "", "Whether the mask is obeyed is unclear"),
        ({}, "ok", "The size is obeyed: 1024 \u00d7 1024"),
        ({"size": [512, 512]}, "warn", "Asked for 1024 \u00d7 1024, the answer has 512 \u00d7 512"),
        ({}, "ok", "Everything stays in its place"),
        ({"shift": 3.25}, "warn", "The answer is shifted by 3.2 pixels"),
        ({"reachable": False}, "danger", "The service cannot be reached"),
        ({"key": False}, "danger", "The key is rejected"),
        ({"error": {"code": "x", "text": "No."}}, "danger", "The test edit did not succeed"),
        ({"error": {"code": "probe_too_slow"}}, "danger", "No answer within two minutes."),
    ],
)
def test_each_finding_has_its_sentence(change: dict[str, Any], level: str, says: str) -> None:
    found = probe_texts.lines({**GOOD, **change})
    assert [f.level for f in found if f.says.startswith(says)] == [level]


def test_what_failed_says_nothing_about_masks() -> None:
    found = probe_texts.lines({**GOOD, "error": {"code": "x", "text": "<b>"}})
    assert not [finding for finding in found if "mask" in finding.says]
    assert found[-1].means == "The service says: “<b>”"
    assert probe_texts.lines({}) == []


def test_one_mishap_is_told_once() -> None:
    error = {"code": "unreachable", "message": "The provider could not be reached."}
    (dead,) = probe_texts.lines({"reachable": False, "error": error, "seconds": 1})
    assert dead.says == "The service cannot be reached"
    refused = {"code": "key_rejected", "text": "Incorrect API key", "status": 401}
    found = probe_texts.lines({"reachable": True, "key": False, "error": refused})
    assert [one.says for one in found] == ["The service answers", "The key is rejected"]
    assert "The service says (401): “Incorrect API key”" in found[1].means


def test_where_all_is_redrawn_no_shift_is_told() -> None:
    found = probe_texts.lines({**GOOD, "mask": "ignored", "shift": 287.1})
    assert not [one for one in found if "shifted" in one.says]


def cost_of_a_test(row: Provider) -> int:
    high = probes.cost(row, "gpt-image-2").high
    assert high
    return high


def test_a_test_needs_room_in_the_projects_budget(
    room: ProviderRoom, row: Provider, people: People, settings: Any
) -> None:
    Project.objects.filter(pk=people.project.pk).update(budget_micros=cost_of_a_test(row) - 1)
    with pytest.raises(budgets.OverBudget):
        run(room, row, settings, "good")
    assert ledger() == []
    Project.objects.filter(pk=people.project.pk).update(budget_micros=cost_of_a_test(row))
    run(room, row, settings, "good")


def test_a_test_of_the_studios_needs_room_in_its_budget(settings: Any, db: None) -> None:
    room = fetch.provider_room(make_user("steve", is_staff=True), "")
    row = make_provider()
    Provider.objects.update(budget_micros=cost_of_a_test(row) - 1)
    with pytest.raises(budgets.OverBudget) as refused:
        run(room, row, settings, "good")
    assert refused.value.budget.whose == budgets.Whose.PROVIDER
    assert ledger() == []


def test_a_mistake_of_ours_leaves_no_reservation(
    room: ProviderRoom, row: Provider, settings: Any
) -> None:
    """What left may have been charged."""
    with pytest.raises(RuntimeError):
        run(room, row, settings, "crashing")
    assert ledger() == ["reserve", "release", "settle"]
    assert LedgerEntry.objects.get(kind="settle").micros == cost_of_a_test(row)


def test_a_test_that_died_is_settled_later_once(room: ProviderRoom, row: Provider) -> None:
    """Its day is that of the reservation, and a young one may still be under way."""
    day = date(2026, 1, 31)
    values: dict[str, Any] = {
        "project": room.project,
        "actor": room.user,
        "provider": row,
        "micros": 7_000,
    }
    values |= {"model": "gpt-image-2", "kind": "reserve", "basis": "estimate", "day": day}
    old, _young = (LedgerEntry.objects.create(**values, probe=uuid4()) for _ in range(2))
    before = timezone.now() - probes.FORGOTTEN_AFTER
    LedgerEntry.objects.filter(pk=old.pk).update(created_at=before)
    probes.settle_forgotten()
    probes.settle_forgotten()
    assert ledger() == ["reserve", "reserve", "release", "settle"]
    settled = LedgerEntry.objects.get(kind="settle")
    assert (settled.probe, settled.micros, settled.day) == (old.probe, 7_000, day)
    assert (settled.project, settled.provider) == (room.project, row)


def test_what_was_found_is_kept_by_model(room: ProviderRoom, row: Provider, settings: Any) -> None:
    """A row from before named its one model; models that are not offered any more are dropped."""
    names = ["gpt-image-2", "gpt-image-1"]
    before = {"model": "gpt-image-1", "mask": "ignored"}
    Provider.objects.update(offered=names, probe=before, probed_at=timezone.now())
    row.refresh_from_db()
    found = run(room, row, settings, "good")
    assert found.tests["gpt-image-1"]["mask"] == "ignored"
    assert found.tests["gpt-image-2"]["mask"] == "obeyed"
    assert [one.model for one in probe_texts.tested(found)] == names
    Provider.objects.update(offered=names[:1])
    row.refresh_from_db()
    assert set(run(room, row, settings, "good").tests) == {"gpt-image-2"}
