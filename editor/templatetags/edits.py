"""Words about edits that only templates need."""

from django import template

from editor.models import Edit
from editor.services import failure_texts

register = template.Library()


@register.filter
def failure_reason(edit: Edit) -> str:
    """Return why the edit failed, in the reader's language."""
    return failure_texts.failure(edit.error_code, edit.error_message)
