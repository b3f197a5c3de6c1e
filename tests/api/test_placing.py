"""The same call twice: when it is one edit, and when it is two (reliability.md 4.8)."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from editor.engines.errors import Execution
from editor.models import Edit, Mask, Picture, State
from tests.api.calling import Came, make_caller
from tests.api.studio import Painter, alone, connect, edited, form, within
from tests.making import make_api_key
from tests.pipeline.paid_engine import fault

if TYPE_CHECKING:
    from tests.api.calling import Caller
    from tests.conftest import People

pytestmark = pytest.mark.django_db(transaction=True)
BUSY = {"retries": 0, "status": 429}


def asked_twice(
    caller: Caller, *, second: Any = None, engine: Any = None, **how: Any
) -> list[Came]:
    """One call after the other."""

    async def script() -> list[Came]:
        first = await caller.edit(form(), **how)
        return [first, await caller.edit(second or form(), **how)]

    return within(script, engine)


def test_the_same_key_is_one_edit_and_the_same_answer(people: People, caller: Caller) -> None:
    connect(people)
    engine = Painter()
    first, second = asked_twice(caller, engine=engine, idempotency_key="k-1")
    assert (first.status, Edit.objects.count(), len(engine.executed)) == (200, 1, 1)
    assert first.body == second.body
    assert first.edit == second.edit
    assert Mask.objects.count() == 1


def test_the_same_key_at_once_is_one_edit(people: People, caller: Caller, data_dir: Any) -> None:
    connect(people)
    engine = Painter()

    async def script() -> list[Came]:
        calls = [caller.edit(form(), idempotency_key="k-1") for _ in range(32)]
        return list(await asyncio.gather(*calls))

    answers = within(script, engine)
    assert {one.status for one in answers} == {200}
    assert len({one.body for one in answers}) == len({one.edit for one in answers}) == 1
    assert (Edit.objects.count(), Picture.objects.filter(kind="original").count()) == (1, 1)
    assert len(engine.executed) == 1
    kept = {path.parent.name for path in (data_dir / "pictures").rglob("*") if path.is_file()}
    named = {row.folder for row in [*Picture.objects.all(), *Mask.objects.all()]}
    assert kept == {folder.rsplit("/", 1)[-1] for folder in named}


@pytest.mark.parametrize(
    "other",
    [
        form(prompt="sepia"),
        form(mask=False),
        form(seed=1),
        form(size="40x30"),
        form(response_format="url"),
        form(output_format="jpeg"),
        form(user="somebody"),
    ],
    ids=["prompt", "mask", "picture", "size", "url", "format", "user"],
)
def test_the_same_key_for_something_else_is_refused(caller: Caller, other: Any) -> None:
    first, second = asked_twice(caller, second=other, idempotency_key="k-1")
    assert first.status == 200
    assert second.told == (422, "idempotency_mismatch", None)
    assert (Edit.objects.count(), Mask.objects.count()) == (1, 1)


def test_keys_of_others_are_others(people: People, caller: Caller) -> None:
    """Another key of the same member, and another member's."""
    second = make_caller(people)
    third = type(caller)(*make_api_key(people.project, people.olga))

    async def script() -> list[Came]:
        return [await one.edit(form(), idempotency_key="k-1") for one in (caller, second, third)]

    answers = within(script)
    assert len({one.edit for one in answers}) == Edit.objects.count() == 3


def test_a_key_is_forgotten_after_a_day(caller: Caller) -> None:
    first = edited(caller, form(), idempotency_key="k-1")
    Edit.objects.update(created_at=timezone.now() - timedelta(hours=23, minutes=59))
    assert edited(caller, form(), idempotency_key="k-1").edit == first.edit
    Edit.objects.update(created_at=timezone.now() - timedelta(hours=24, minutes=1))
    other = edited(caller, form(prompt="sepia"), idempotency_key="k-1")
    assert (other.status, other.edit == first.edit) == (200, False)
    assert Edit.objects.count() == 2


def test_a_refused_call_uses_no_key_up(caller: Caller) -> None:
    first = edited(caller, form(size="7x7"), idempotency_key="k-1")
    second = edited(caller, form(prompt="how is the weather"), idempotency_key="k-1")
    assert (first.status, second.status) == (400, 400)
    assert not Edit.objects.exists()
    assert edited(caller, form(), idempotency_key="k-1").status == 200


def test_after_busy_the_same_key_asks_anew(people: People, caller: Caller) -> None:
    connect(people)
    engine = Painter([fault("rate_limited", Execution.NO, **BUSY)])
    first, second = asked_twice(caller, engine=engine, idempotency_key="k-1")
    assert (first.status, second.status) == (503, 200)
    assert first.edit != second.edit
    states = set(Edit.objects.values_list("state", flat=True))
    assert states == {State.FAILED, State.SUCCEEDED}


def test_a_key_that_is_too_long(caller: Caller) -> None:
    came = alone(lambda: caller.edit(form(), idempotency_key="k" * 256))
    assert came.told == (400, "invalid_value", None)


def test_an_sdk_that_tries_again_joins_what_runs(people: People, caller: Caller) -> None:
    connect(people)
    engine = Painter(hold_back=True)

    async def script() -> list[Came]:
        first = asyncio.create_task(caller.edit(form()))
        await engine.started.wait()
        second = asyncio.create_task(caller.edit(form(), x_stainless_retry_count="1"))
        third = asyncio.create_task(caller.edit(form(), x_stainless_retry_count="2"))
        await asyncio.sleep(0)
        engine.release.set()
        return [await first, await second, await third]

    answers = within(script, engine)
    assert {one.status for one in answers} == {200}
    assert len({one.body for one in answers}) == Edit.objects.count() == len(engine.executed) == 1


def test_it_joins_for_ten_minutes_after_the_end(caller: Caller) -> None:
    first = edited(caller, form())
    past = timezone.now() - timedelta(minutes=30)
    Edit.objects.update(created_at=past, finished_at=timezone.now() - timedelta(minutes=9))
    assert edited(caller, form(), x_stainless_retry_count="1").edit == first.edit
    Edit.objects.update(finished_at=timezone.now() - timedelta(minutes=11))
    assert edited(caller, form(), x_stainless_retry_count="1").edit != first.edit


@pytest.mark.parametrize("count", ["0", "", "00", "-1", "x", "1.0"])
def test_what_is_no_retry_is_a_new_edit(caller: Caller, count: str) -> None:
    first = edited(caller, form())
    assert edited(caller, form(), x_stainless_retry_count=count).edit != first.edit


def test_a_retry_of_something_else_or_of_another_key_is_a_new_edit(
    people: People, caller: Caller
) -> None:
    first = edited(caller, form())
    other = edited(caller, form(prompt="sepia"), x_stainless_retry_count="1")
    stranger = edited(make_caller(people), form(), x_stainless_retry_count="1")
    assert len({first.edit, other.edit, stranger.edit}) == 3


def test_a_retry_of_what_failed_is_a_new_edit(people: People, caller: Caller) -> None:
    first = edited(caller, form())
    Edit.objects.update(state=State.FAILED, error_class="busy")
    assert edited(caller, form(), x_stainless_retry_count="1").edit != first.edit


def test_unknown_models_and_masks_that_do_not_fit_leave_nothing(
    caller: Caller, data_dir: Any
) -> None:
    assert alone(lambda: caller.edit(form(model="gpt-9"))).told == (404, "model_not_found", "model")
    assert not Picture.objects.exists()
    assert not [path for path in (data_dir / "pictures").rglob("*") if path.is_file()]
