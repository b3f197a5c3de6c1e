"""Signing in and up, and proving that one is who one was."""

from typing import Any

from allauth.account import forms as allauth_forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from editor.forms.manners import code_field, relabel


class LoginForm(allauth_forms.LoginForm):  # type: ignore[misc]
    """Address and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        relabel(self, login=_("E-mail address"), password=_("Password"))
        self.fields["login"].widget.attrs["autocomplete"] = "username"
        self.fields["password"].help_text = ""


class SignupForm(allauth_forms.SignupForm):  # type: ignore[misc]
    """Address and password twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        relabel(
            self, email=_("E-mail address"), password1=_("Password"), password2=_("Password again")
        )
        self.fields["email"].widget.attrs["autocomplete"] = "username"

    def validate_unique_email(self, value: str) -> str:
        """Hide that an address is known where a mail can tell its owner; else say it."""
        email: str = super().validate_unique_email(value)
        if self.account_already_exists and not settings.MAIL_IS_SENT:
            raise allauth_forms.get_adapter().validation_error("email_taken")
        return email


class ReauthenticateForm(allauth_forms.ReauthenticateForm):  # type: ignore[misc]
    """The password once more."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        relabel(self, password=_("Password"))
        self.fields["password"].help_text = ""


class AddressCodeForm(allauth_forms.ConfirmEmailVerificationCodeForm):  # type: ignore[misc]
    """The code from the mail that proves an address."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        code_field(self, _("Code from the mail"))
