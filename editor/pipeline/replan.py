"""A request without parameters that its service does not take: planned and reserved anew."""

from collections.abc import Collection
from typing import Any

from django.db import transaction

from editor.engines.base import Engine
from editor.engines.costs import CostRange
from editor.imaging.focus import Focus
from editor.models import Edit
from editor.pipeline import ledger
from editor.pipeline.states import Hold, show_change
from editor.services import quotes
from editor.services.quotes import Sketch


@transaction.atomic
def catch_up(hold: Hold, edit: Edit, engine: Engine) -> None:
    """Leave out of a plan made earlier what its service has refused since: it is not sent.

    Raises LostLease, and what reserving raises.
    """
    learned = edit.provider.learned.get(edit.model, ()) if edit.provider else ()
    names = [name for name in learned if name in edit.plan.get("fields", {})]
    if names:
        show_change(hold, **without(edit, engine, *names))


@transaction.atomic
def without(edit: Edit, engine: Engine, *names: str) -> dict[str, Any]:
    """Return what the edit's row must say to be sent without these parameters.

    What a service chooses by itself may cost more than what was asked for: then that is reserved
    instead. Raises what reserving raises; then the old reservation stands.
    """
    for name in names:
        edit.plan = _left_out(edit.plan, name)
    cost = _cost(edit, engine, names)
    if cost.high is None or cost.high > edit.reserved_micros:
        ledger.release(edit)
        edit.plan = {**edit.plan, "cost": [cost.low, cost.high]}
        edit.reserved_micros = max(edit.reserved_micros, cost.high or 0)
        ledger.reserve(edit)
    return {"plan": edit.plan, "reserved_micros": edit.reserved_micros}


def _left_out(plan: dict[str, Any], name: str) -> dict[str, Any]:
    """The plan as it is stored, without the parameter, and why."""
    fields = dict(plan.get("fields", {}))
    if name not in fields:
        return plan
    change = [name, fields.pop(name), None, "refused_before"]
    return {**plan, "fields": fields, "changes": [*plan.get("changes", []), change]}


def _cost(edit: Edit, engine: Engine, names: Collection[str]) -> CostRange:
    inputs = edit.inputs.select_related("picture").order_by("number")
    sketch = Sketch(
        picture=edit.picture,
        prompt=edit.prompt,
        box=edit.mask.box if edit.mask else None,
        parameters={key: value for key, value in edit.parameters.items() if key not in names},
        inputs=[row.picture for row in inputs if row.picture],
    )
    return quotes.planned_for(engine, Focus.from_json(edit.focus), sketch).cost
