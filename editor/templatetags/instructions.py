"""Instructions in words, for cards of edits."""

from typing import Any

from django import template

from editor.services import instructions

register = template.Library()


@register.filter
def understood(instruction: dict[str, Any]) -> str:
    """Return what an engine understood, or nothing where it reads prompts for itself."""
    return instructions.in_words(instruction)
