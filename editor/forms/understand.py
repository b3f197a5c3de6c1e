"""What is asked while somebody types a prompt."""

from django import forms

from editor.pipeline.submit import PROMPT_LENGTH
from editor.services.engines import choices


class UnderstandForm(forms.Form):
    """The prompt so far, the engine, and whether anything is painted."""

    prompt = forms.CharField(max_length=PROMPT_LENGTH)
    engine = forms.ChoiceField(choices=choices)
    mask = forms.BooleanField(required=False)
