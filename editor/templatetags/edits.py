"""Words about edits that only templates need."""

from django import template

from editor.models import Edit
from editor.services import outcomes
from editor.services.outcomes import Outcome

register = template.Library()


@register.filter
def outcome(edit: Edit) -> Outcome:
    """Return what the card of an edit says beside its state."""
    return outcomes.outcome(edit)


@register.filter
def result_ids(edit: Edit) -> str:
    """Return the public ids of what came of an edit, separated by blanks."""
    return " ".join(result.public_id for result in outcomes.outcome(edit).results)
