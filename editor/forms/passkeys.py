"""Naming passkeys."""

from typing import Any

from allauth.mfa.webauthn import forms as allauth_forms
from django import forms
from django.utils.translation import gettext_lazy as _

NAME_LENGTH = 80


def _name_field(help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=_("Name"),
        max_length=NAME_LENGTH,
        help_text=help_text,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True}),
    )


class AddForm(allauth_forms.AddWebAuthnForm):  # type: ignore[misc]
    """A name, and what the browser made. Every passkey signs in by itself: one kind, no boxes."""

    name = _name_field(_("So that you know it again, such as “My phone”."))
    passwordless = forms.BooleanField(widget=forms.HiddenInput, initial=True, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].required = False

    def clean_passwordless(self) -> bool:
        """Ask the device for finger, face or PIN whatever the page sent."""
        return True


class RenameForm(allauth_forms.EditWebAuthnForm):  # type: ignore[misc]
    """Another name."""

    name = _name_field()
