"""What a member decides about an edit whose outcome nobody knows."""

from django import forms
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Decision(TextChoices):
    """The choices of reliability.md 4.2."""

    AGAIN = "again", _("Try again")
    KEEP = "keep", _("Keep as is")
    READ = "read", _("Read answer again")


OUT_OF_DATE = _("This page is out of date. Reload it and decide again.")


class DecideForm(forms.Form):
    """One of the decisions, and the fence of the edit as it was shown."""

    decision = forms.ChoiceField(
        choices=Decision.choices,
        error_messages={
            "required": _("Choose what shall become of the edit."),
            "invalid_choice": _("Choose what shall become of the edit."),
        },
    )
    fence = forms.IntegerField(
        error_messages={"required": OUT_OF_DATE, "invalid": OUT_OF_DATE},
    )
