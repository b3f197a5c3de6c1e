"""Codes of the authenticator app, and recovery codes in their place."""

from typing import Any

from allauth.mfa.base import forms as allauth_forms
from allauth.mfa.totp import forms as totp_forms
from django.utils.translation import gettext_lazy as _

from editor.forms.manners import code_field


class AuthenticateForm(allauth_forms.AuthenticateForm):  # type: ignore[misc]
    """The second step of a sign-in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        code_field(self, _("Code from your app, or a recovery code"))


class ReauthenticateForm(allauth_forms.ReauthenticateForm):  # type: ignore[misc]
    """A code instead of the password, before something that matters."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        code_field(self, _("Code from your app, or a recovery code"))


class ActivateForm(totp_forms.ActivateTOTPForm):  # type: ignore[misc]
    """The first code of a new app."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        code_field(self, _("Code from your app"))
        self.fields["code"].widget.attrs["inputmode"] = "numeric"

    @property
    def secret_in_groups(self) -> str:
        """The secret as people type it: four letters at a time."""
        secret = self.secret
        return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
