"""What an edit's card says in every state it can be in."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from bs4 import BeautifulSoup
from django.core.cache import caches
from django.db import connection
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from editor.engines.errors import ErrorClass
from editor.models import Edit, Picture, Provider, Role, State, User, Worker
from editor.services import activities, durations, failure_texts, gallery
from tests.making import (
    make_attempt_row,
    make_door,
    make_edit_row,
    make_paid_row,
    make_provider_row,
    make_result_row,
    make_rows,
)

if TYPE_CHECKING:
    from tests.conftest import People


@pytest.fixture
def picture(people: People) -> Picture:
    caches["process"].clear()
    Worker.objects.create(name="w", slots=2)
    return make_rows(people.project, people.olga, 1)[0]


@pytest.fixture
def provider(people: People) -> Provider:
    return make_provider_row()


def card(people: People, edit: Edit, role: Role = Role.OWNER) -> BeautifulSoup:
    (found,) = gallery.edit_cards(make_door(people.project, people.olga, role), only=edit)
    html = render_to_string("components/edit_card.html", {"project": people.project, "edit": found})
    return BeautifulSoup(html, "html.parser")


def text(people: People, edit: Edit, role: Role = Role.OWNER) -> str:
    return plain(card(people, edit, role).get_text(" "))


def plain(words: str) -> str:
    """Words on one line, with a plain hyphen for the dash."""
    return " ".join(words.split()).replace("\N{EN DASH}", "-")


def paid(people: People, picture: Picture, provider: Provider, **fields: Any) -> Edit:
    return make_paid_row(people.project, people.olga, picture, provider, **fields)


def ago(seconds: float) -> Any:
    return timezone.now() - timedelta(seconds=seconds)


def test_who_waits_is_told_how_many_wait_before(
    people: People, picture: Picture, provider: Provider
) -> None:
    other = make_provider_row(name="Other")
    for at in (30, 20):
        paid(people, picture, provider, next_run_at=ago(at))
    paid(people, picture, other, next_run_at=ago(40))
    make_edit_row(people.project, people.olga, picture, next_run_at=ago(50))
    last = paid(people, picture, provider, next_run_at=ago(10))
    assert "Waiting (2 ahead)" in text(people, last)


def test_a_host_is_named_while_it_is_sent_to(
    people: People, picture: Picture, provider: Provider
) -> None:
    assert "Sending to api.atelier.test…" in text(
        people, paid(people, picture, provider, state=State.SENDING)
    )


def test_the_clock_counts_from_sending(
    people: People, picture: Picture, provider: Provider
) -> None:
    edit = paid(people, picture, provider, state=State.AWAITING, started_at=ago(600))
    make_attempt_row(edit, sent_at=ago(42.5))
    clock = card(people, edit).find("elapsed-time")
    assert clock
    assert clock["seconds"] == "42"


@pytest.mark.parametrize(
    ("took", "says"),
    [
        ([3, 4, 4, 5, 9], "usually 4-5 s"),
        ([18, 22, 30, 39, 120], "usually 20-40 s"),
        ([150, 170, 200, 250, 700], "usually 3-4 min"),
        ([4, 4, 4, 4], None),
    ],
)
def test_the_usual_time_is_that_of_the_middle_half(
    people: People, picture: Picture, provider: Provider, took: list[float], says: str | None
) -> None:
    for seconds in took:
        done = paid(people, picture, provider, state=State.SUCCEEDED)
        facts = {"sent_at": ago(seconds + 60), "finished_at": ago(60), "execution": "yes"}
        make_attempt_row(done, **facts)
        failed = paid(people, picture, provider, state=State.FAILED)
        make_attempt_row(failed, sent_at=ago(900), finished_at=ago(1), execution="no")
    edit = paid(people, picture, provider, state=State.AWAITING)
    make_attempt_row(edit)
    assert (says or "nothing") in text(people, edit) + " nothing"
    assert ("usually" in text(people, edit)) is (says is not None)


def test_the_usual_time_is_asked_for_once(
    people: People, picture: Picture, provider: Provider, django_assert_num_queries: Any
) -> None:
    edit = paid(people, picture, provider, state=State.AWAITING)
    with django_assert_num_queries(1):
        durations.usual(edit)
        durations.usual(edit)


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("rate_limited", "Provider busy, next try in 20 s (2 of 5)"),
        ("unreachable", "Provider not reachable, next try in 20 s (2 of 5)"),
    ],
)
def test_a_wait_counts_down(
    people: People, picture: Picture, provider: Provider, code: str, says: str
) -> None:
    edit = paid(people, picture, provider, state=State.RETRY_WAIT, tries=1, next_run_at=ago(-20.3))
    make_attempt_row(edit, error_class=code)
    found = card(people, edit)
    assert says in " ".join(found.get_text().split())
    counter = found.find("count-down")
    assert counter
    assert counter["seconds"] == "20"


def test_the_choices_of_an_unknown_outcome(
    people: People, picture: Picture, provider: Provider
) -> None:
    edit = paid(people, picture, provider, state=State.UNKNOWN)
    make_attempt_row(edit)
    assert "We lost the connection after sending. The provider may have charged this once." in text(
        people, edit
    )
    assert choices(people, edit) == ["Try again - may charge a second time", "Keep as is"]
    assert choices(people, edit, Role.VIEWER) == []


def test_the_choices_of_an_unreadable_answer(
    people: People, picture: Picture, provider: Provider
) -> None:
    edit = paid(people, picture, provider, state=State.BILLED_UNUSABLE)
    attempt = make_attempt_row(edit, answer=b"no picture")
    assert "Provider answered, but the image was unreadable. Probably charged." in text(
        people, edit
    )
    assert choices(people, edit) == ["Read answer again - free", "Try again - charges"]
    # Without the answer there is nothing to read.
    attempt.answer_file = ""
    attempt.save()
    assert choices(people, edit) == ["Try again - charges", "Keep as is"]


def test_an_answer_that_was_read_again_in_vain_says_so(
    people: People, picture: Picture, provider: Provider
) -> None:
    edit = paid(people, picture, provider, state=State.BILLED_UNUSABLE)
    make_attempt_row(edit, answer=b"no picture")
    activities.note("edit.read_again", project=people.project.pk, edit=edit.pk)
    again = "The answer was read again, and its image is still unreadable. Probably charged."
    assert again in text(people, edit)
    # Sent once more since: this answer was not read again yet.
    make_attempt_row(edit, answer=b"no picture either")
    assert "Provider answered, but the image was unreadable." in text(people, edit)


def choices(people: People, edit: Edit, role: Role = Role.OWNER) -> list[str]:
    found = card(people, edit, role).select(".edit-card__actions .button")
    return [plain(button.get_text()) for button in found]


@pytest.mark.parametrize("state", [State.SENDING, State.AWAITING, State.RECEIVED])
def test_cancelling_what_was_sent_may_still_cost(
    people: People, picture: Picture, provider: Provider, state: State
) -> None:
    edit = paid(people, picture, provider, state=state)
    assert choices(people, edit) == ["Cancel - may still be charged"]
    free = make_edit_row(people.project, people.olga, picture, state=state)
    assert choices(people, free) == ["Cancel"]
    Edit.objects.update(cancel_requested_at=timezone.now())
    assert "What arrives is kept." in text(people, edit)
    assert "Cancelling…" in text(people, free)


def test_what_came_after_a_cancel_says_so(
    people: People, picture: Picture, provider: Provider
) -> None:
    edit = paid(
        people, picture, provider, state=State.SUCCEEDED, cancel_requested_at=timezone.now()
    )
    assert "Arrived after cancel" in text(people, edit)


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"trouble": "key_rejected"}, "Paused: key rejected"),
        ({"is_enabled": False}, "Paused: provider switched off"),
        ({"open_until": timezone.now() + timedelta(hours=1)}, "Provider rests until"),
        ({"open_until": timezone.now() - timedelta(hours=1)}, "Waiting"),
    ],
)
def test_a_provider_in_trouble_keeps_edits_waiting(
    people: People, picture: Picture, provider: Provider, facts: dict[str, Any], says: str
) -> None:
    edit = paid(people, picture, provider)
    Provider.objects.update(**facts)
    assert says in text(people, edit)


@pytest.mark.parametrize("error_class", list(ErrorClass))
@pytest.mark.parametrize("code", ["", "something_new"])
def test_every_class_has_a_sentence_and_one_next_step(
    people: People, picture: Picture, provider: Provider, error_class: str, code: str
) -> None:
    edit = paid(
        people, picture, provider, state=State.FAILED, error_code=code, error_class=error_class
    )
    assert len(choices(people, edit)) == 1
    assert failure_texts.explain(code, "", error_class).sentence in text(people, edit)


@pytest.mark.parametrize(
    ("code", "step"),
    [
        ("bad_request", "Change prompt or parameters"),
        ("moderation", "Change the prompt"),
        ("provider_busy", "Try again"),
        ("worker_lost", "Try again"),
    ],
)
def test_the_next_step_follows_from_the_class(
    people: People, picture: Picture, provider: Provider, code: str, step: str
) -> None:
    edit = paid(people, picture, provider, state=State.FAILED, error_code=code)
    make_attempt_row(edit, execution="no", message="the provider's own words")
    (button,) = card(people, edit).select(".edit-card__actions a")
    assert " ".join(button.get_text().split()) == step
    assert str(button["href"]).endswith(f"?from={edit.public_id}")
    quoted = "the provider's own words" in str(card(people, edit).select(".edit-card__quote"))
    assert quoted is (code in {"bad_request", "moderation"})


def test_credit_at_the_provider_is_no_budget_of_ours(
    people: People, picture: Picture, provider: Provider
) -> None:
    facts = {"error_code": "quota", "error_class": "budget"}
    edit = paid(people, picture, provider, state=State.FAILED, **facts)
    assert choices(people, edit) == ["Try again"]
    assert "Ask an owner" not in text(people, edit, Role.EDITOR)


@pytest.mark.parametrize("state", [State.FAILED, State.QUEUED])
def test_a_rejected_key_leads_to_the_provider_whoever_may_mend_it(
    people: People, picture: Picture, provider: Provider, state: State
) -> None:
    edit = paid(people, picture, provider, state=state, error_code="key_rejected")
    Provider.objects.update(trouble="key_rejected", project=people.project, source="owner")
    own = f"/p/{people.project.slug}/providers/{provider.public_id}/"
    assert own in hrefs(people, edit)
    assert "Ask an" not in text(people, edit)
    assert own not in hrefs(people, edit, Role.EDITOR)
    assert "Ask an owner to enter a valid one." in text(people, edit, Role.EDITOR)
    # One that all projects share is the administrators'.
    Provider.objects.update(project=None, source="staff")
    assert "Ask an administrator to enter a valid one." in text(people, edit)
    User.objects.filter(pk=people.olga.pk).update(is_staff=True)
    people.olga.refresh_from_db()
    assert f"/providers/{provider.public_id}/" in hrefs(people, edit, Role.VIEWER)


def test_a_failure_at_a_key_that_is_mended_is_tried_again(
    people: People, picture: Picture, provider: Provider
) -> None:
    edit = paid(people, picture, provider, state=State.FAILED, error_code="key_rejected")
    assert choices(people, edit) == ["Try again"]
    Provider.objects.update(trouble="key_rejected")
    assert choices(people, edit) == ["Try another engine"]


def hrefs(people: People, edit: Edit, role: Role = Role.OWNER) -> list[str]:
    return [str(a["href"]) for a in card(people, edit, role).select(".edit-card__actions a")]


@pytest.mark.parametrize("code", sorted(failure_texts.FAILURES))
def test_no_sentence_says_whether_it_cost_anything(code: str) -> None:
    assert "charged" not in failure_texts.explain(code).sentence


def test_without_the_right_to_it_an_owner_is_asked_for_money(
    people: People, picture: Picture, provider: Provider
) -> None:
    edit = paid(people, picture, provider, state=State.FAILED, error_code="over_budget")
    assert "Ask an owner to raise the budget." in text(people, edit, Role.EDITOR)
    assert "Ask an owner" not in text(people, edit)


@pytest.mark.parametrize(
    ("executions", "says"),
    [
        (["no", "no"], "Nothing was charged."),
        (["unknown", "no"], "The provider may have charged it."),
        (["yes"], "It was probably charged."),
    ],
)
def test_a_failure_says_what_it_cost(
    people: People, picture: Picture, provider: Provider, executions: list[str], says: str
) -> None:
    edit = paid(people, picture, provider, state=State.FAILED, error_code="provider_busy")
    for execution in executions:
        make_attempt_row(edit, execution=execution)
    assert says in text(people, edit)


def test_the_details_name_what_is_needed_and_no_secret(
    people: People, picture: Picture, provider: Provider
) -> None:
    Provider.objects.update(key_encrypted="sealed-canary", key_tail="tail")
    edit = paid(
        people, picture, provider, state=State.FAILED, error_code="bad_request", prompt="a canary"
    )
    make_attempt_row(edit, http_status=400, upstream_request_id="req_7", message="no such size")
    facts_shown = card(people, edit).select_one(".edit-card__facts")
    assert facts_shown
    shown = facts_shown.get_text()
    for line in [
        f"Edit: {edit.public_id}",
        "Code: bad_request",
        "Provider: Atelier (api.atelier.test)",
        "Model: brush-1",
        "Attempt: 1",
        "HTTP status: 400",
        "Request id: req_7",
        "Said by the provider: no such size",
    ]:
        assert line in shown.splitlines()
    assert "canary" not in shown
    assert "tail" not in shown
    assert not card(people, edit, Role.VIEWER).select(".edit-card__facts")


def test_several_results_are_shown_from_the_first(
    people: People, picture: Picture, provider: Provider
) -> None:
    edit = paid(people, picture, provider, state=State.SUCCEEDED)
    attempt = make_attempt_row(edit)
    rows = [
        make_result_row(picture, people.olga, "", edit=edit, attempt=attempt, number=number)
        for number in (2, 1, 3)
    ]
    (button,) = card(people, edit).select(".edit-card__actions a")
    assert "Show the 3 results" in " ".join(button.get_text().split())
    assert rows[1].public_id in str(button["href"])
    article = card(people, edit).article
    assert article
    assert str(article["data-result-ids"]).split() == [rows[index].public_id for index in (1, 0, 2)]


def test_a_preview_has_an_address_of_its_own_each_time(
    people: People, picture: Picture, provider: Provider
) -> None:
    edit = paid(people, picture, provider, state=State.AWAITING)
    assert preview(people, edit) == ""
    attempt = make_attempt_row(edit, partial=b"one")
    first = preview(people, edit)
    assert f"/edits/{edit.public_id}/partial?v=" in first
    attempt.partial_file += "-2"
    attempt.save()
    assert preview(people, edit) not in {"", first}
    Edit.objects.update(state=State.SUCCEEDED)
    assert preview(people, edit) == ""


def preview(people: People, edit: Edit) -> str:
    found = card(people, edit).find("edit-preview")
    assert found
    return str(found["data-src"])


def test_many_cards_cost_as_many_queries_as_few(
    people: People, picture: Picture, provider: Provider
) -> None:
    states = [State.QUEUED, State.RETRY_WAIT, State.AWAITING, State.UNKNOWN, State.FAILED]
    counts = []
    for more in (2, 10):
        for state in states * more:
            edit = paid(people, picture, provider, state=state, finished_at=timezone.now())
            make_attempt_row(edit)
            make_attempt_row(edit, partial=b"one")
        with CaptureQueriesContext(connection) as queries:
            found = gallery.edit_cards(make_door(people.project, people.olga))
            context = {"project": people.project}
            for one in found:
                render_to_string("components/edit_card.html", context | {"edit": one})
        counts.append(len(queries))
    assert len(found) == 60
    # Cards, attempts, results, ledger; and once what this engine usually takes.
    assert counts == [5, 4]


def test_what_it_costs_is_for_those_who_may_see_it(
    people: People, picture: Picture, provider: Provider
) -> None:
    edit = make_paid_row(people.project, people.emil, picture, provider, state=State.UNKNOWN)
    free = make_edit_row(people.project, people.olga, picture, state=State.AWAITING)
    assert card(people, edit).select("[data-testid=cost]")
    assert not card(people, edit, Role.EDITOR).select("[data-testid=cost]")
    assert not card(people, edit, Role.VIEWER).select("[data-testid=cost]")
    assert not card(people, free).select("[data-testid=cost]")
    Edit.objects.update(actor=people.olga)
    assert card(people, edit, Role.EDITOR).select("[data-testid=cost]")


def test_an_area_waits_for_the_one_before(
    people: People, picture: Picture, provider: Provider
) -> None:
    first = paid(people, picture, provider, state=State.AWAITING, area=1, areas=2)
    second = paid(people, picture, provider, after=first, area=2, areas=2)
    Provider.objects.update(trouble="key_rejected")
    said = text(people, second)
    assert said.startswith("Waits for area 1")
    assert "Area 2 of 2" in said
    assert "Paused" not in said
    assert card(people, second).select_one("[data-waits]")
    assert not card(people, first).select_one("[data-waits]")
    Edit.objects.filter(pk=first.pk).update(state=State.UNKNOWN)
    assert "Decide about area 1 first." in text(people, second)


def test_an_area_whose_predecessor_failed_says_so_and_can_be_tried_again(
    people: People, picture: Picture, provider: Provider
) -> None:
    words = {"error_code": "area_before", "error_class": ErrorClass.INPUT}
    edit = paid(people, picture, provider, state=State.FAILED, area=2, areas=2, **words)
    said = text(people, edit)
    assert "The area before was not edited, so this one was not sent. Nothing was charged." in said
    assert "Try again" in said
