"""Edits without a picture, as their calls are told."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone

from editor.engines.errors import ErrorClass, Execution
from editor.models import Edit, Project, State
from editor.pipeline import cancel
from tests.api.calling import Came, make_caller
from tests.api.studio import Painter, alone, connect, edited, form, within
from tests.pipeline.paid_engine import fault, timed_out, unusable

if TYPE_CHECKING:
    from tests.api.calling import Caller
    from tests.conftest import People

pytestmark = pytest.mark.django_db(transaction=True)


def refused(code: str = "moderation") -> Exception:
    return fault(code, Execution.NO, error_class=ErrorClass.REFUSED)


@pytest.mark.parametrize(
    ("error", "told", "type_", "retry"),
    [
        (timed_out(), (502, "upstream_outcome_unknown", None), "server_error", "false"),
        (refused(), (400, "moderation_blocked", None), "image_generation_user_error", None),
        (
            fault("size_refused", Execution.NO, error_class=ErrorClass.INPUT),
            (400, "size_refused", None),
            "invalid_request_error",
            None,
        ),
        (
            fault("no_credit", Execution.NO, error_class=ErrorClass.BUDGET),
            (429, "insufficient_quota", None),
            "insufficient_quota",
            "false",
        ),
    ],
)
def test_what_a_provider_did_is_told_by_the_table(
    people: People, caller: Caller, error: Exception, told: Any, type_: str, retry: str | None
) -> None:
    connect(people)
    came = edited(caller, form(), Painter([error]))
    assert came.told == told
    assert came.error["type"] == type_
    assert came.headers.get("x-should-retry") == retry
    assert came.edit == Edit.objects.get().public_id


def test_an_outcome_that_nobody_knows_names_the_edit_and_is_not_sent_again(
    people: People, caller: Caller
) -> None:
    connect(people)
    engine = Painter([timed_out()])
    came = edited(caller, form(), engine)
    edit = Edit.objects.get()
    assert edit.state == State.UNKNOWN
    assert edit.public_id in came.error["message"]
    assert len(engine.executed) == 1
    # An SDK that sends it again all the same is told the same, and nothing is sent.
    again = edited(caller, form(), engine, x_stainless_retry_count="1")
    assert (again.told, again.edit) == (came.told, came.edit)
    assert (len(engine.executed), Edit.objects.count()) == (1, 1)


def test_an_answer_without_use_is_not_asked_for_again(people: People, caller: Caller) -> None:
    connect(people)
    came = edited(caller, form(), Painter(unreadable=[unusable()]))
    assert Edit.objects.get().state == State.BILLED_UNUSABLE
    assert came.told == (502, "upstream_outcome_unknown", None)
    assert came.headers["x-should-retry"] == "false"


def busy_at_last() -> Exception:
    return fault("rate_limited", Execution.NO, retries=0, status=429)


def test_a_provider_that_stays_busy_may_be_asked_again(people: People, caller: Caller) -> None:
    connect(people)
    came = edited(caller, form(), Painter([busy_at_last()]))
    assert came.told == (503, "server_is_overloaded", None)
    assert int(came.headers["retry-after"]) <= 60
    assert "x-should-retry" not in came.headers


def test_without_budget_nothing_is_sent(people: People) -> None:
    connect(people, preset="openai", offered=["gpt-image-2"])
    caller = make_caller(people, budget_micros=1)
    came = alone(lambda: caller.edit(form()))
    assert came.told == (429, "insufficient_quota", None)
    assert came.error["type"] == "insufficient_quota"
    assert came.headers["x-should-retry"] == "false"
    assert not Edit.objects.exists()


def test_without_consent_nothing_leaves(people: People, caller: Caller) -> None:
    connect(people).consents.all().delete()
    came = alone(lambda: caller.edit(form()))
    assert came.told == (403, "consent_needed", "model")
    assert "api.atelier.test" in came.error["message"]
    assert not Edit.objects.exists()


def while_it_waits(people: People, caller: Caller, act: Any) -> Came:
    """The answer of a call whose edit meets that while it runs."""
    connect(people)
    engine = Painter(hold_back=True)

    async def script() -> Came:
        asked = asyncio.create_task(caller.edit(form()))
        await engine.started.wait()
        await sync_to_async(act)()
        engine.release.set()
        return await asked

    return within(script, engine)


def test_an_edit_cancelled_before_it_left_is_told_so(people: People, caller: Caller) -> None:
    connect(people)

    async def script() -> Came:
        asked = asyncio.create_task(caller.edit(form()))
        while not (edit := await Edit.objects.afirst()):
            await asyncio.sleep(0.01)
        await sync_to_async(cancel.cancel)(edit)
        return await asked

    came = alone(script)
    assert came.told == (409, "edit_canceled", None)
    assert came.headers["x-should-retry"] == "false"


def test_an_edit_deleted_meanwhile_is_told_so(people: People, caller: Caller) -> None:
    came = while_it_waits(people, caller, lambda: Edit.objects.all().delete())
    assert came.told == (409, "edit_deleted", None)
    assert came.headers["x-should-retry"] == "false"


def test_a_project_deleted_meanwhile_takes_no_answer_away(people: People, caller: Caller) -> None:
    """Its edit was paid for; whoever waits for it may have it until the project is purged."""
    came = while_it_waits(people, caller, lambda: Project.objects.update(deleted_at=timezone.now()))
    assert came.status == 200


def test_a_call_is_not_held_for_ever_and_a_repeated_one_joins(
    people: People, caller: Caller, settings: Any
) -> None:
    connect(people)
    settings.API_WAIT_SECONDS = 0.2
    engine = Painter(hold_back=True)

    async def script() -> tuple[Came, Came]:
        first = await caller.edit(form())
        engine.release.set()
        settings.API_WAIT_SECONDS = 30
        return first, await caller.edit(form(), x_stainless_retry_count="1")

    first, second = within(script, engine)
    assert first.told == (504, "still_running", None)
    assert "x-should-retry" not in first.headers
    assert (second.status, second.edit) == (200, first.edit)
    assert len(engine.executed) == 1
