"""What the canvas sends."""

from django import forms
from django.utils.translation import gettext_lazy as _

from editor.pipeline.submit import IDEM_LENGTH, PROMPT_LENGTH


class EditForm(forms.Form):
    """One edit: prompt, engine, the painted mask if any, and the key of this intent."""

    prompt = forms.CharField(
        max_length=PROMPT_LENGTH, error_messages={"required": _("Write what should change.")}
    )
    engine = forms.CharField(max_length=200)
    mask = forms.FileField(required=False, allow_empty_file=True)
    idem = forms.CharField(max_length=IDEM_LENGTH)
