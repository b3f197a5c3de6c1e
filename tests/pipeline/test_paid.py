"""Edits that cost money, through the local dispatch: what every kind of error means."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from asgiref.sync import sync_to_async
from django.db.models.functions import Now

from editor.engines.errors import EngineError, ErrorClass, Execution, Trouble
from editor.imaging.sandbox.client import JobCrashed
from editor.management.checkup import CHECKS
from editor.models import Activity, Attempt, Edit, EditInput, LedgerEntry, Picture, Provider, State
from editor.pipeline import cancel, decide, endings
from editor.pipeline.dispatch.local import Lanes, LocalDispatch, Timing
from editor.pipeline.states import Hold
from tests.making import make_door, make_picture
from tests.pipeline.paid_engine import (
    CHARGED,
    ESTIMATE,
    MODEL,
    PaidEngine,
    busy,
    fault,
    make_provider,
    queue_paid,
    timed_out,
    unusable,
)
from tests.sandboxes import shared

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from editor.imaging.sandbox.client import Sandbox
    from tests.conftest import People

pytestmark = pytest.mark.django_db(transaction=True)
TIMING = Timing(lease=5, heartbeat=0.2, rescue=0.2, tick=0.02, grace=0.1, paid_grace=0.3)


@pytest.fixture(scope="module", autouse=True)
def sandbox() -> Sandbox:
    """Ready before a test counts its time."""
    shared().start()
    return shared()


def work(
    engine: Any,
    script: Callable[[LocalDispatch], Coroutine[Any, Any, None]] | None = None,
    timing: Timing = TIMING,
) -> None:
    """Run a worker until nothing is due, or as `script` says."""

    async def main() -> None:
        dispatch = LocalDispatch(
            registry=engine, sandbox=shared(), lanes=Lanes(2, 8), timing=timing
        )
        async with asyncio.timeout(60), asyncio.TaskGroup() as group:
            group.create_task(dispatch.run(drain=script is None))
            if script:
                await script(dispatch)
                dispatch.stop()

    asyncio.run(main())


def run(engine: PaidEngine, people: People, **wish: Any) -> Edit:
    edit = queue_paid(engine, people.project, people.olga, **wish)
    work(engine)
    return settled(edit)


def settled(edit: Edit) -> Edit:
    """The edit as it is now; everything that must hold holds."""
    edit.refresh_from_db()
    breaches = {name: list(check()) for name, check in CHECKS.items()}
    assert {name: lines for name, lines in breaches.items() if lines} == {}
    return edit


def make_due() -> None:
    """What waits for its time has waited."""
    Edit.objects.filter(state="retry_wait").update(next_run_at=Now())
    Edit.objects.filter(state="received").update(next_run_at=Now())


def sums(edit: Edit) -> dict[str, int]:
    """What the ledger says: open reservation, holds, and what was settled."""
    found = {"reserve": 0, "release": 0, "hold": 0, "settle": 0, "reverse": 0}
    for kind, micros in LedgerEntry.objects.filter(edit=edit).values_list("kind", "micros"):
        found[kind] += micros
    open_now = found["reserve"] + found["hold"] - found["release"]
    return {"open": open_now, "settled": found["settle"] - found["reverse"]}


def test_a_good_edit_is_paid_once_and_all_is_written_down(people: People, data_dir: Any) -> None:
    engine = PaidEngine()
    edit = run(engine, people)
    attempt = edit.attempts.get()
    assert (edit.state, edit.error_code, edit.actual) == ("succeeded", "", {"size": [40, 40]})
    assert engine.executed == [str(attempt.client_token)]
    assert (attempt.execution, attempt.host, attempt.http_status) == ("yes", "provider.test", 200)
    assert (attempt.upstream_request_id, attempt.usage) == ("req-1", {"output_tokens": 100})
    assert (attempt.cost_micros, attempt.cost_basis) == (CHARGED, "usage")
    times = [attempt.intent_at, attempt.sent_at, attempt.headers_at, attempt.finished_at]
    assert None not in times
    assert times == sorted(time for time in times if time)
    result = edit.results.get()
    assert (result.attempt, result.number, result.changed_protected_pixels) == (attempt, 1, 0)
    assert sums(edit) == {"open": 0, "settled": CHARGED}
    assert not list((data_dir / "spool").iterdir())


def test_the_member_is_a_name_that_means_nothing_and_stays(people: People) -> None:
    engine = PaidEngine()
    run(engine, people, key="a")
    run(engine, people, key="b")
    first, second = (request.user for request in engine.seen)
    assert first == second
    assert len(first) == 32
    assert people.olga.email not in first


def test_several_pictures_of_one_answer_are_several_results(people: People) -> None:
    edit = run(PaidEngine(count=3), people)
    assert list(edit.results.order_by("number").values_list("number", flat=True)) == [1, 2, 3]
    assert edit.results.values("attempt").distinct().count() == 1
    assert sums(edit)["settled"] == CHARGED


def test_further_pictures_are_shown_upright_in_their_order(people: People) -> None:
    inputs = tuple(make_picture(people.project, people.olga) for _number in range(2))
    engine = PaidEngine()
    run(engine, people, inputs=inputs)
    names = [file.name for file in engine.seen[0].inputs]
    assert names == ["input-2.png", "input-3.png"]


def test_an_input_that_was_purged_fails_before_anything_leaves(people: People) -> None:
    engine = PaidEngine()
    inputs = (make_picture(people.project, people.olga),)
    edit = queue_paid(engine, people.project, people.olga, inputs=inputs)
    EditInput.objects.update(picture=None)
    work(engine)
    assert (settled(edit).state, edit.error_code) == ("failed", "input_gone")
    assert engine.asked == []


def test_what_was_proven_not_to_run_waits_and_runs_again(people: People) -> None:
    engine = PaidEngine(early=[busy(retry_after=90)])
    edit = run(engine, people)
    assert (edit.state, edit.tries, edit.error_class) == ("retry_wait", 1, "busy")
    waits = Edit.objects.filter(next_run_at__gt=Now() + timedelta(seconds=85))
    assert waits.filter(next_run_at__lt=Now() + timedelta(seconds=95)).exists()
    attempt = edit.attempts.get()
    assert (attempt.execution, attempt.message, attempt.http_status) == ("no", "slow down", 429)
    make_due()
    work(engine)
    assert settled(edit).state == State.SUCCEEDED
    assert len(set(engine.asked)) == 2
    assert sums(edit) == {"open": 0, "settled": CHARGED}


def test_after_the_last_try_it_fails_and_costs_nothing(people: People) -> None:
    engine = PaidEngine(early=[busy() for _number in range(9)])
    edit = run(engine, people)
    for _turn in range(8):
        make_due()
        Provider.objects.update(open_until=None, failures=0)
        work(engine)
    assert (settled(edit).state, edit.error_code, edit.error_class) == (
        "failed",
        "provider_busy",
        "busy",
    )
    assert len(engine.asked) == 6
    assert sums(edit) == {"open": 0, "settled": 0}


def test_after_half_an_hour_it_fails(people: People) -> None:
    engine = PaidEngine(early=[busy(), busy()])
    edit = run(engine, people)
    Edit.objects.update(started_at=Now() - timedelta(minutes=31))
    make_due()
    work(engine)
    assert (settled(edit).state, edit.error_code) == ("failed", "provider_busy")


def test_a_refusal_fails_with_the_providers_words(people: People) -> None:
    refusal = fault(
        "moderation_blocked",
        Execution.NO,
        error_class=ErrorClass.REFUSED,
        status=400,
        text="Your request was rejected.",
    )
    edit = run(PaidEngine(script=[refusal]), people)
    assert (edit.state, edit.error_code, edit.error_class) == (
        "failed",
        "moderation_blocked",
        "refused",
    )
    assert edit.attempts.get().message == "Your request was rejected."
    assert sums(edit) == {"open": 0, "settled": 0}


def test_an_unknown_outcome_is_held_and_never_sent_again(people: People, data_dir: Any) -> None:
    engine = PaidEngine(script=[timed_out()])
    edit = run(engine, people)
    work(engine)
    assert (edit.state, edit.error_code, edit.error_class) == ("unknown", "timed_out", "unknown")
    assert (edit.attempts.get().execution, len(engine.asked)) == ("unknown", 1)
    assert sums(edit) == {"open": ESTIMATE, "settled": 0}
    assert (data_dir / "spool" / edit.public_id).is_dir()


def test_a_mistake_of_ours_after_the_request_left_is_an_unknown_outcome(people: People) -> None:
    edit = run(PaidEngine(script=[RuntimeError("a mistake of ours")]), people)
    assert (edit.state, edit.error_code) == ("unknown", "internal")


def test_a_service_that_recognises_tokens_is_sent_the_same_again(people: People) -> None:
    engine = PaidEngine(script=[timed_out()], resend_safe=True)
    edit = run(engine, people)
    assert (edit.state, edit.attempts.get().finished_at) == ("retry_wait", None)
    assert sums(edit) == {"open": ESTIMATE, "settled": 0}
    make_due()
    work(engine)
    assert settled(edit).state == State.SUCCEEDED
    assert (len(engine.asked), len(set(engine.asked)), edit.attempts.count()) == (2, 1, 1)


def test_a_resend_that_never_gets_through_stays_unknown(people: People) -> None:
    """The first of them may have run: that the last did not says nothing."""
    engine = PaidEngine(script=[timed_out()], resend_safe=True)
    edit = run(engine, people)
    engine.early = [busy() for _number in range(9)]
    for _turn in range(6):
        make_due()
        Provider.objects.update(open_until=None, failures=0)
        work(engine)
    assert settled(edit).state == State.UNKNOWN
    assert (edit.attempts.get().execution, sums(edit)["open"]) == ("unknown", ESTIMATE)


def test_a_resend_that_waits_is_not_cancelled_for_free(people: People) -> None:
    engine = PaidEngine(script=[timed_out(), timed_out()], resend_safe=True)
    edit = run(engine, people)
    assert cancel.cancel(edit).state == State.RETRY_WAIT
    make_due()
    work(engine)
    assert settled(edit).state == State.UNKNOWN
    assert len(engine.asked) == 1
    assert sums(edit) == {"open": ESTIMATE, "settled": 0}


def test_an_unusable_answer_is_settled_by_estimate_and_can_be_read_again(people: People) -> None:
    engine = PaidEngine(unreadable=[unusable()])
    edit = run(engine, people)
    assert (edit.state, edit.error_code) == ("billed_unusable", "answer_unreadable")
    assert sums(edit) == {"open": 0, "settled": ESTIMATE}
    assert decide.has_answer(edit)
    decide.read_again(make_door(people.project, people.olga), edit)
    work(engine)
    assert settled(edit).state == State.SUCCEEDED
    assert (len(engine.asked), engine.read_times, edit.results.count()) == (1, 2, 1)
    assert sums(edit) == {"open": 0, "settled": CHARGED}


def test_an_answer_that_was_cut_off_by_us_was_paid_for(people: People) -> None:
    engine = PaidEngine(script=[fault("answer_too_large", Execution.YES, status=200)])
    edit = run(engine, people)
    assert (edit.state, edit.attempts.get().execution) == ("billed_unusable", "yes")
    assert sums(edit) == {"open": 0, "settled": ESTIMATE}
    with pytest.raises(decide.AnswerGone):
        decide.read_again(make_door(people.project, people.olga), edit)


def test_an_answer_that_breaks_its_reader_is_laid_aside(people: People) -> None:
    engine = PaidEngine(unreadable=[JobCrashed("memory", "") for _number in range(9)])
    edit = run(engine, people)
    assert (edit.state, edit.rescues, engine.read_times) == ("billed_unusable", 3, 4)
    assert (len(engine.asked), sums(edit)) == (1, {"open": 0, "settled": ESTIMATE})


def test_a_reader_that_broke_once_is_forgiven(people: People) -> None:
    engine = PaidEngine(unreadable=[JobCrashed("memory", "")])
    edit = run(engine, people)
    assert (edit.state, len(engine.asked), engine.read_times) == ("succeeded", 1, 2)


def test_a_full_disk_while_finishing_is_waited_for(people: People) -> None:
    engine = PaidEngine(unreadable=[JobCrashed("exception", "", 28)])
    edit = run(engine, people)
    assert (edit.state, edit.rescues, edit.lease_until) == ("received", 0, None)
    make_due()
    work(engine)
    assert (settled(edit).state, len(engine.asked)) == ("succeeded", 1)


def test_nothing_is_sent_when_the_answer_would_not_fit(people: People) -> None:
    engine = PaidEngine(max_answer_bytes=2**60)
    edit = run(engine, people)
    assert (edit.state, edit.error_code, edit.error_class) == ("queued", "disk_full", "busy")
    assert Edit.objects.filter(next_run_at__gt=Now() + timedelta(seconds=20)).exists()
    assert (engine.asked, edit.attempts.count()) == ([], 0)


def test_a_parameter_that_is_not_known_is_left_out_once(people: People) -> None:
    error = fault(
        "unknown_parameter",
        Execution.NO,
        error_class=ErrorClass.INPUT,
        retries=1,
        status=400,
        unknown_parameter="moderation",
    )
    engine = PaidEngine(script=[error], fields={"moderation": "low", "quality": "high"})
    edit = run(engine, people)
    work(engine)
    assert settled(edit).state == State.SUCCEEDED
    assert [dict(request.fields) for request in engine.seen] == [
        {"n": 1, "moderation": "low", "quality": "high"},
        {"n": 1, "quality": "high"},
    ]
    assert edit.plan["changes"] == [["moderation", "low", None, "refused_before"]]
    assert Provider.objects.get().learned == {MODEL: ["moderation"]}
    assert list(edit.attempts.values_list("execution", flat=True)) == ["no", "yes"]


def test_a_second_unknown_parameter_is_not_left_out_by_itself(people: People) -> None:
    errors: list[Any] = [
        fault(
            "unknown_parameter",
            Execution.NO,
            error_class=ErrorClass.INPUT,
            retries=0,
            unknown_parameter=name,
        )
        for name in ("moderation", "quality")
    ]
    engine = PaidEngine(script=errors, fields={"moderation": "low", "quality": "high"})
    edit = run(engine, people)
    assert (len(engine.asked), edit.state, edit.error_class) == (2, "failed", "input")


def test_cancel_stops_nothing_that_was_sent_and_what_arrives_is_kept(people: People) -> None:
    engine = PaidEngine(hold_back=True)
    edit = queue_paid(engine, people.project, people.olga)

    async def script(_dispatch: LocalDispatch) -> None:
        await engine.started.wait()
        await sync_to_async(cancel.cancel)(edit)
        await asyncio.sleep(0.1)
        engine.release.set()
        while await Edit.objects.open().aexists():
            await asyncio.sleep(0.02)

    work(engine, script)
    assert settled(edit).state == State.SUCCEEDED
    assert edit.cancel_requested_at is not None


def test_a_stopped_worker_waits_for_what_was_sent(people: People) -> None:
    engine = PaidEngine(seconds=0.5)
    edit = queue_paid(engine, people.project, people.olga)

    async def script(_dispatch: LocalDispatch) -> None:
        await engine.started.wait()

    work(engine, script, Timing(5, 0.2, 0.2, tick=0.02, grace=0.1, paid_grace=20))
    assert settled(edit).state == State.SUCCEEDED


def test_after_the_grace_the_outcome_is_unknown(people: People) -> None:
    engine = PaidEngine(hold_back=True)
    edit = queue_paid(engine, people.project, people.olga)

    async def script(_dispatch: LocalDispatch) -> None:
        await engine.started.wait()

    work(engine, script)
    assert (settled(edit).state, edit.error_class) == ("unknown", "unknown")
    assert sums(edit) == {"open": ESTIMATE, "settled": 0}


def test_an_answer_that_comes_after_the_edit_was_given_up_is_taken(people: People) -> None:
    engine = PaidEngine(hold_back=True)
    edit = queue_paid(engine, people.project, people.olga)

    async def script(_dispatch: LocalDispatch) -> None:
        await engine.started.wait()
        await sync_to_async(give_up)(edit)
        await asyncio.sleep(0.1)  # long enough for the worker to see that it lost the lease
        engine.release.set()
        while await Edit.objects.exclude(state="succeeded").aexists():
            await asyncio.sleep(0.02)

    work(engine, script)
    assert (settled(edit).state, len(engine.asked)) == ("succeeded", 1)
    assert sums(edit) == {"open": 0, "settled": CHARGED}
    assert Activity.objects.filter(kind="edit.late_answer").count() == 1


def test_an_answer_that_comes_after_a_decision_is_a_further_result(people: People) -> None:
    engine = PaidEngine(hold_back=True)
    edit = queue_paid(engine, people.project, people.olga)

    async def script(_dispatch: LocalDispatch) -> None:
        await engine.started.wait()
        await sync_to_async(give_up)(edit)
        await sync_to_async(decide.again)(make_door(people.project, people.olga), edit)
        while len(engine.asked) < 2:
            await asyncio.sleep(0.02)
        engine.release.set()
        while await Picture.objects.filter(edit=edit).acount() < 2:
            await asyncio.sleep(0.02)
        while await Edit.objects.open().aexists():
            await asyncio.sleep(0.02)

    work(engine, script)
    assert settled(edit).state == State.SUCCEEDED
    assert (edit.results.values("attempt").distinct().count(), len(set(engine.asked))) == (2, 2)
    assert sums(edit) == {"open": 0, "settled": 2 * CHARGED}


def give_up(edit: Edit) -> None:
    """As a sweep does when a worker fell silent."""
    edit.refresh_from_db()
    attempt = Attempt.objects.get(edit=edit)
    endings.give_back(edit, Hold.on(edit), State.UNKNOWN, attempt)


def test_previews_are_kept_and_shown(people: People) -> None:
    engine = PaidEngine(previews=3, script=[None])
    edit = run(engine, people)
    assert edit.attempts.get().partial_file.endswith("partial-2.b64")


def test_a_rejected_key_pauses_the_provider(people: People) -> None:
    error = fault(
        "key_rejected",
        Execution.NO,
        error_class=ErrorClass.OURS,
        status=401,
        trouble=Trouble.KEY_REJECTED,
    )
    engine = PaidEngine(early=[error])
    second = queue_paid(engine, people.project, people.olga, key="second")
    Edit.objects.update(next_run_at=Now() + timedelta(hours=1))
    first = run(engine, people)
    make_due()
    work(engine)
    assert (first.state, settled(second).state) == ("failed", "queued")
    assert Provider.objects.get().trouble == "key_rejected"


def test_an_engine_that_is_gone_fails_before_anything_leaves(people: People) -> None:
    class Gone(PaidEngine):
        def engine(self, name: str, row: object = None) -> PaidEngine:
            raise EngineError("gone", code="unknown_engine")

    edit = queue_paid(PaidEngine(), people.project, people.olga)
    work(Gone())
    assert (settled(edit).state, edit.error_code) == ("failed", "unknown_engine")


def test_what_waits_for_a_deleted_provider_ends(people: People) -> None:
    make_provider(open_until=Now() + timedelta(hours=1))
    engine = PaidEngine()
    edit = queue_paid(engine, people.project, people.olga)
    Provider.objects.update(deleted_at=Now())

    async def script(_dispatch: LocalDispatch) -> None:
        while await Edit.objects.open().aexists():
            await asyncio.sleep(0.02)

    work(engine, script)
    assert (settled(edit).state, sums(edit)["open"]) == ("failed", 0)
