"""What an edit asked for, what of it was sent, what came back: parameter by parameter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from editor.engines.plans import Plan
from editor.models import Attempt, Edit, EditInput, Execution
from editor.services import failure_texts, parameter_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from editor.engines.plans import Change

# What is no wish of the member's, or is told elsewhere on the page.
LEFT_OUT: Final = frozenset({"prompt", "model", "user", "stream", "response_format"})
# Names under which `read` tells more than the provider said: counted and measured by ourselves.
COUNT, PIXELS, FORMATS, UNREADABLE = "count", "pixels", "formats", "unreadable"


@dataclass(frozen=True, slots=True)
class Line:
    """One parameter; empty where nothing is known. `reason`: why it was not sent as asked."""

    name: str
    asked: str
    sent: str
    came_back: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Try:
    """One execution, in words; `seconds` from sending to the end of the answer."""

    attempt: Attempt
    says: str
    seconds: float | None
    tokens: str


@dataclass(frozen=True, slots=True)
class Exchange:
    """Everything between the member's wish and the provider's answer."""

    lines: list[Line]
    tries: list[Try]
    inputs: list[EditInput]
    revised_prompt: str
    unreadable: int


def exchange(edit: Edit) -> Exchange | None:
    """Return it for an edit that was asked of a provider, None for others. Two queries."""
    if ":" not in edit.engine:
        return None
    inputs = EditInput.objects.filter(edit=edit).select_related("picture").order_by("number")
    actual: dict[str, Any] = edit.actual
    unreadable = actual.get(UNREADABLE, 0)
    return Exchange(
        lines=lines(edit),
        tries=[_try(attempt) for attempt in edit.attempts.order_by("number")],
        inputs=list(inputs),
        revised_prompt=str(actual.get("revised_prompt") or ""),
        unreadable=unreadable if isinstance(unreadable, int) else 0,
    )


def lines(edit: Edit) -> list[Line]:
    """Return one line for each parameter that was asked for, sent, or answered."""
    plan = Plan.from_json(edit.plan)
    back = _came_back(edit.actual)
    changes = {change.name: change for change in plan.changes}
    used = {*edit.parameters, *plan.fields, *changes, *back} - LEFT_OUT
    known = [name for name in parameter_words.NAMES if name in used]
    return [
        Line(
            name=parameter_words.name(name),
            asked=_value(edit.parameters.get(name, _asked(changes.get(name)))),
            sent=_value(plan.fields.get(name)),
            came_back=_value(back.get(name)),
            reason=reason(changes[name]) if name in changes else "",
        )
        for name in known + sorted(used.difference(known))
    ]


def reason(change: Change) -> str:
    """Return why a parameter is not sent as asked."""
    return f"{capfirst(parameter_words.reason(change.reason))}."


def _asked(change: Change | None) -> Any:
    return change.asked if change else None


def _came_back(actual: Mapping[str, Any]) -> dict[str, Any]:
    """What the provider said of the parameters, and what was counted and measured."""
    said = {name: actual[name] for name in parameter_words.NAMES if name in actual}
    measured: dict[str, Any] = {}
    if isinstance(actual.get(COUNT), int):
        measured["n"] = actual[COUNT]
    if sizes := actual.get(PIXELS):
        measured["size"] = ", ".join(sorted({"x".join(map(str, size)) for size in sizes}))
    if formats := actual.get(FORMATS):
        measured["output_format"] = ", ".join(sorted(set(map(str, formats))))
    return said | measured


def _value(value: Any) -> str:
    """A value as people read it; sizes with the sign between their sides."""
    if value is None or isinstance(value, dict | list):
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if value == "auto":
        return _("automatic")
    text = str(value)
    sides = text.split("x")
    return " \N{MULTIPLICATION SIGN} ".join(sides) if all(map(str.isdecimal, sides)) else text


def _try(attempt: Attempt) -> Try:
    took = attempt.sent_at and attempt.finished_at and attempt.finished_at - attempt.sent_at
    return Try(
        attempt=attempt,
        says=_says(attempt),
        seconds=took.total_seconds() if took else None,
        tokens=_tokens(attempt.usage),
    )


def _says(attempt: Attempt) -> str:
    if attempt.error_class:
        return failure_texts.failure(attempt.error_class, attempt.error_class)
    if attempt.execution == Execution.YES:
        return _("It answered.")
    return _("It is under way.") if attempt.finished_at is None else attempt.get_execution_display()


def _tokens(usage: Mapping[str, Any]) -> str:
    """The tokens as the provider counted them."""
    counted = {name: usage.get(f"{name}_tokens") for name in ("input", "output", "total")}
    if not any(isinstance(count, int) for count in counted.values()):
        return ""
    if counted["total"] is None:
        counted["total"] = (counted["input"] or 0) + (counted["output"] or 0)
    return _("%(total)s tokens: %(input)s in, %(output)s out") % {
        name: "?" if count is None else count for name, count in counted.items()
    }
