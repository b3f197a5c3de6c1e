"""What is asked while somebody types a prompt."""

from django import forms

from editor.pipeline.submit import PROMPT_LENGTH
from editor.services.engines import planning_registry


def engines() -> list[tuple[str, str]]:
    """Return the engines that can be asked."""
    return [(engine.id, engine.label) for engine in planning_registry().engines()]


class UnderstandForm(forms.Form):
    """The prompt so far, the engine, and whether anything is painted."""

    prompt = forms.CharField(max_length=PROMPT_LENGTH)
    engine = forms.ChoiceField(choices=engines)
    mask = forms.BooleanField(required=False)
