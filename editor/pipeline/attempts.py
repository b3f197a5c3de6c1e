"""The rows of attempts: one possible execution each, from its intent to its price.

Every function runs inside the transaction of the step it belongs to.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Now

from editor.engines.base import Answer, Engine
from editor.engines.costs import Cost, CostBasis
from editor.engines.errors import EngineError, ProviderError, Upstream
from editor.engines.plans import Plan
from editor.models import Attempt, Edit, Execution
from editor.models.written import NOW, write_values
from editor.pipeline import ledger, spool
from editor.pipeline.states import Hold

CODE_LENGTH = 60
# How a cost is known that a count may still take the place of.
GUESSES = (CostBasis.ESTIMATE, CostBasis.UNKNOWN)


def begin(hold: Hold, engine: Engine) -> Attempt:
    """Write that one execution may begin now.

    A service that recognises tokens is sent the last one again if its outcome is open; that it
    still does was asked before (resend.py).
    """
    tried_before = hold.fence > 1
    mine = Attempt.objects.filter(edit_id=hold.edit_id).order_by("-number")
    last = mine.first() if tried_before else None
    if last and is_open(last):
        last.fence = hold.fence
        last.save(update_fields=["fence"])
        return last
    return Attempt.objects.create(
        edit_id=hold.edit_id,
        number=last.number + 1 if last else 1,
        fence=hold.fence,
        host=_host(engine),
        intent_at=Now(),
    )


def _host(engine: Engine) -> str:
    return engine.host[:255]


def is_open(attempt: Attempt) -> bool:
    """Whether it was sent before and nobody knows yet what became of it."""
    return attempt.finished_at is None and attempt.error_class != ""


def may_resend(attempt: Attempt, engine: Engine) -> bool:
    """Whether the token of an open attempt may go out again: to the same house, which knows it."""
    return recognises(engine) and attempt.host == _host(engine)


def recognises(engine: Engine | None) -> bool:
    """Whether the same token may be sent again; a free engine simply runs once more."""
    return engine is not None and engine.resend_safe and not engine.replay_safe


def answered(attempt: Attempt, *, answer: Answer, sha256: str, **head: Any) -> None:
    """The answer lies on disk, whole: the engine ran."""
    values = {
        "answer_file": spool.name_of(answer.file),
        "answer_head": dict(answer.head),
        "answer_sha256": sha256,
        "execution": Execution.YES,
        "error_class": "",
        "finished_at": NOW,
    }
    write_values(Attempt, attempt.pk, values | head)


def close(attempt: Attempt | None, execution: Execution, code: str, **fields: Any) -> None:
    """Write how an attempt without a usable answer ended."""
    if attempt is not None:
        Attempt.objects.filter(pk=attempt.pk, fence=attempt.fence, finished_at=None).update(
            execution=execution, error_class=code[:CODE_LENGTH], finished_at=Now(), **fields
        )


def leave_open(attempt: Attempt, code: str, **fields: Any) -> None:
    """Its token will be sent again."""
    mine = Attempt.objects.filter(pk=attempt.pk, fence=attempt.fence, finished_at=None)
    mine.update(error_class=code[:CODE_LENGTH], **fields)


def settle(
    edit: Edit, attempt: Attempt, cost: Cost, usage: Mapping[str, Any] | None = None
) -> None:
    """Write what it cost, once, however often its answer is read.

    Only a provider's count takes the place of anything, and nothing takes the place of a count.
    """
    price = {"cost_micros": cost.micros, "cost_basis": cost.basis}
    mine = Attempt.objects.filter(pk=attempt.pk).exclude(cost_basis=CostBasis.USAGE)
    if usage:
        mine.update(usage=dict(usage))
    if mine.filter(cost_basis="").update(**price):
        ledger.settle(edit, attempt, cost)
    elif cost.basis == CostBasis.USAGE and mine.filter(cost_basis__in=GUESSES).update(**price):
        ledger.correct(edit, attempt, cost)


def estimated(engine: Engine | None, plan: Plan) -> Cost:
    """Return what an execution without a count of tokens probably cost."""
    if engine is not None:
        return engine.cost(plan, None)
    high = plan.cost.high
    return Cost(0, CostBasis.UNKNOWN) if high is None else Cost(high, CostBasis.ESTIMATE)


def moment(seconds_ago: float) -> CombinedExpression:
    """Return so long ago, by the database's clock."""
    return Now() - timedelta(seconds=max(0.0, seconds_ago))


def head_fields(head: Mapping[str, Any], seconds_ago: float) -> dict[str, Any]:
    """Return what an answer's head says about the attempt."""
    if not head:
        return {}
    status = head.get("status")
    return {
        "headers_at": moment(seconds_ago),
        "http_status": status if isinstance(status, int) else None,
        "upstream_request_id": str(head.get("request_id") or "")[:120],
    }


def words(error: EngineError) -> dict[str, Any]:
    """Return what the provider said with an error."""
    said = error.upstream if isinstance(error, ProviderError) else Upstream()
    fields: dict[str, Any] = {"message": said.text[:300]} if said.text else {}
    if said.status is not None:
        fields["http_status"] = said.status
    if said.request_id:
        fields["upstream_request_id"] = said.request_id[:120]
    return fields
