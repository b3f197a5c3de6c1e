"""What browsers send of passkeys, and their names.

fido2 takes what it is given at its word; each of these forms first makes sure that a credential
has the shape it should have, so that nonsense is an error of the form.
"""

import binascii
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn import forms as allauth_forms
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from fido2.webauthn import AuthenticationResponse, RegistrationResponse

NAME_LENGTH = 80
CREDENTIAL_LENGTH = 20_000
TEXTS = ("id", "rawId", "type")


class CredentialField(forms.CharField):
    """JSON of one credential, read by fido2 as a trial."""

    widget = forms.HiddenInput

    def __init__(self, kind: type[AuthenticationResponse | RegistrationResponse]) -> None:
        super().__init__(max_length=CREDENTIAL_LENGTH)
        self.kind = kind

    def clean(self, value: Any) -> dict[str, Any]:
        """Return the credential. Raises ValidationError for anything else."""
        try:
            credential = forms.JSONField().clean(super().clean(value))
            _check_shape(credential)
            self.kind.from_dict(credential)
        except (
            *(ArithmeticError, AttributeError, LookupError, RecursionError, TypeError),
            *(ValidationError, ValueError, binascii.Error),
        ) as error:
            raise get_adapter().validation_error("incorrect_code") from error
        return dict(credential)


def _check_shape(credential: Any) -> None:
    """Raise ValueError unless it is texts where texts belong; fido2 would stumble later."""
    texts = [credential[name] for name in TEXTS]
    texts += [value for key, value in credential["response"].items() if key != "transports"]
    if not all(isinstance(text, str) for text in texts):
        raise ValueError("A part of the credential is no text.")
    if not isinstance(credential.get("clientExtensionResults", {}), dict):
        raise ValueError("The extensions are no object.")


class LoginForm(allauth_forms.LoginWebAuthnForm):  # type: ignore[misc]
    """A passkey instead of address and password."""

    credential = CredentialField(AuthenticationResponse)


class StepForm(allauth_forms.AuthenticateWebAuthnForm):  # type: ignore[misc]
    """A passkey after the password."""

    credential = CredentialField(AuthenticationResponse)


class ConfirmForm(allauth_forms.ReauthenticateWebAuthnForm):  # type: ignore[misc]
    """A passkey before something that matters."""

    credential = CredentialField(AuthenticationResponse)


def _name_field(help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=_("Name"),
        max_length=NAME_LENGTH,
        help_text=help_text,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True}),
    )


class AddForm(allauth_forms.AddWebAuthnForm):  # type: ignore[misc]
    """A name, and what the browser made. Every passkey signs in by itself: one kind, no boxes."""

    credential = CredentialField(RegistrationResponse)
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
