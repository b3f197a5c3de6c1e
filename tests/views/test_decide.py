"""An edit whose outcome nobody knows: what its member is asked, and what comes of the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from editor.models import Activity, Edit, LedgerEntry, LedgerKind, Project, Provider, State
from tests.making import make_attempt_row, make_paid_row, make_provider_row, make_rows

if TYPE_CHECKING:
    from editor.models import User
    from tests.conftest import People


@pytest.fixture
def lost(people: People) -> Edit:
    return undecided(people, people.emil)


def undecided(people: People, user: User, state: str = State.UNKNOWN, **fields: Any) -> Edit:
    (picture,) = make_rows(people.project, people.olga, 1)
    provider = make_provider_row()
    facts = {"state": state, "error_code": "answer_cut_off", "reserved_micros": 210_000}
    edit = make_paid_row(people.project, user, picture, provider, **facts)
    make_attempt_row(edit, host="api.atelier.test", **fields)
    return edit


def path(edit: Edit) -> str:
    return reverse("decide_edit", args=[edit.project.slug, edit.public_id])


def send(user: User, edit: Edit, decision: str, *, htmx: bool = True, **more: Any) -> Any:
    client = Client()
    client.force_login(user)
    headers = {"HX-Request": "true"} if htmx else {}
    data = {"decision": decision, "fence": edit.fence} | more
    return client.post(path(edit), data, headers=headers)


def test_the_question_says_what_it_may_cost(people: People, lost: Edit) -> None:
    client = Client()
    client.force_login(people.emil)
    page = BeautifulSoup(client.get(path(lost)).content, "html.parser")
    text = " ".join(page.get_text(" ").split())
    assert "api.atelier.test may have charged this edit once already" in text
    assert "Sending it again costs: $0.04\N{EN DASH}0.21" in text
    assert page.select("[data-testid=confirm-again]")
    part = client.get(path(lost), headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert "confirm-again" in part


def test_an_unknown_cost_is_never_nothing(people: People, lost: Edit) -> None:
    Edit.objects.update(plan={"size": None, "fields": {}, "changes": [], "cost": [None, None]})
    client = Client()
    client.force_login(people.emil)
    text = client.get(path(lost)).content.decode()
    assert "unknown cost" in text
    assert "$0.00" not in text


def test_again_queues_it_under_a_new_reservation(people: People, lost: Edit) -> None:
    response = send(people.emil, lost, "again")
    assert 'data-state="queued"' in response.content.decode()
    lost.refresh_from_db()
    assert (lost.state, lost.confirmations) == (State.QUEUED, 1)
    (reserved,) = LedgerEntry.objects.filter(edit=lost, kind=LedgerKind.RESERVE)
    assert reserved.micros == 210_000
    assert Activity.objects.filter(kind="edit.queued").exists()


def test_keep_ends_it_and_says_that_it_may_have_been_charged(people: People, lost: Edit) -> None:
    card = send(people.emil, lost, "keep").content.decode()
    assert 'data-state="failed"' in card
    assert "The provider may have charged it." in card
    lost.refresh_from_db()
    assert lost.finished_at is not None


def test_read_again_goes_on_without_the_provider(people: People) -> None:
    edit = undecided(people, people.emil, State.BILLED_UNUSABLE, answer=b"{}")
    card = send(people.emil, edit, "read").content.decode()
    assert 'data-state="received"' in card
    assert not LedgerEntry.objects.filter(edit=edit).exists()


def test_an_answer_that_is_gone_is_not_read_again(people: People) -> None:
    edit = undecided(people, people.emil, State.BILLED_UNUSABLE)
    response = send(people.emil, edit, "read")
    assert response.status_code == 422
    assert response["HX-Retarget"] == f"#ask-{edit.public_id}"
    assert "no longer kept" in response.content.decode()
    edit.refresh_from_db()
    assert edit.state == State.BILLED_UNUSABLE


def test_a_provider_that_is_gone_is_not_asked_again(people: People, lost: Edit) -> None:
    Provider.objects.update(is_enabled=False)
    response = send(people.emil, lost, "again")
    assert response.status_code == 422
    assert "no longer offered here" in response.content.decode()
    lost.refresh_from_db()
    assert lost.state == State.UNKNOWN


def test_an_archived_project_pays_nothing_more(people: People, lost: Edit) -> None:
    Project.objects.update(archived_at=timezone.now())
    client = Client()
    client.force_login(people.emil)
    page = client.get(reverse("gallery", args=[people.project.slug])).content.decode()
    assert "decide-again" not in page
    assert send(people.emil, lost, "again").status_code == 403
    assert send(people.emil, lost, "keep").status_code == 200


@pytest.mark.parametrize("decision", ["", "both"])
def test_nonsense_is_asked_again(people: People, lost: Edit, decision: str) -> None:
    response = send(people.emil, lost, decision, htmx=False)
    assert response.status_code == 422
    assert "Choose what shall become of the edit." in response.content.decode()
    lost.refresh_from_db()
    assert lost.state == State.UNKNOWN


def test_who_comes_second_learns_that_it_is_decided(people: People, lost: Edit) -> None:
    assert send(people.emil, lost, "again").status_code == 200
    response = send(people.olga, lost, "keep")
    assert response.status_code == 422
    assert "Somebody has decided already." in response.content.decode()
    lost.refresh_from_db()
    assert lost.state == State.QUEUED


def test_without_htmx_it_goes_back_to_the_gallery(people: People, lost: Edit) -> None:
    response = send(people.emil, lost, "keep", htmx=False)
    assert response["Location"] == reverse("gallery", args=[people.project.slug])


def test_an_editor_decides_about_own_edits_only(people: People) -> None:
    theirs = undecided(people, people.olga)
    assert send(people.emil, theirs, "keep").status_code == 403
    assert send(people.olga, undecided(people, people.emil), "keep").status_code == 200
    theirs.refresh_from_db()
    assert theirs.state == State.UNKNOWN


def test_every_form_of_a_decision_says_which_outcome_it_is_about(people: People) -> None:
    edit = undecided(people, people.emil, State.BILLED_UNUSABLE, answer=b"{}")
    Edit.objects.update(fence=7)
    client = Client()
    client.force_login(people.emil)
    for url in (path(edit), reverse("gallery", args=[people.project.slug])):
        page = BeautifulSoup(client.get(url).content, "html.parser")
        fields = page.select(f"form[action='{path(edit)}'] [name=fence]")
        assert [field["value"] for field in fields] == ["7"]


def test_an_old_page_decides_nothing_and_shows_the_question_as_it_is_now(
    people: People, lost: Edit
) -> None:
    Edit.objects.update(fence=lost.fence + 2)
    response = send(people.emil, lost, "again")
    assert response.status_code == 422
    assert "decided meanwhile and sent again" in response.content.decode()
    assert f'name="fence" value="{lost.fence + 2}"' in response.content.decode()
    assert send(people.emil, lost, "again", fence="").status_code == 422
    lost.refresh_from_db()
    assert (lost.state, lost.confirmations) == (State.UNKNOWN, 0)


def test_a_provider_that_moved_is_not_sent_the_edit_again(people: People, lost: Edit) -> None:
    Provider.objects.update(base_url="https://elsewhere.test/v1")
    response = send(people.emil, lost, "again")
    assert response.status_code == 422
    assert "The provider has another address by now" in response.content.decode()
