"""What is asked while somebody types a prompt."""

from django import forms

from editor.pipeline.wishes import PROMPT_LENGTH


class UnderstandForm(forms.Form):
    """The prompt so far, the engine, and whether anything is painted."""

    prompt = forms.CharField(max_length=PROMPT_LENGTH)
    engine = forms.CharField(max_length=200)
    mask = forms.BooleanField(required=False)
