"""The name others see, and the address to sign in with."""

from typing import Any

from allauth.account import forms as allauth_forms
from django import forms
from django.utils.translation import gettext_lazy as _

from editor.forms.manners import relabel


class NameForm(forms.Form):
    """A display name; without one the address stands in."""

    name = forms.CharField(
        label=_("Name"),
        max_length=120,
        required=False,
        help_text=_("Shown to the members of your projects instead of your address."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )


class AddressForm(allauth_forms.AddEmailForm):  # type: ignore[misc]
    """The address to change to; it counts once the code sent there was typed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        relabel(self, email=_("New address"))
        del self.fields["email"].widget.attrs["autofocus"]
