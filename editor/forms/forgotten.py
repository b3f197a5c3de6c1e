"""Three steps to a new password: address, code from the mail, password."""

from typing import Any

from allauth.account import forms as allauth_forms
from django.utils.translation import gettext_lazy as _

from editor.forms.manners import code_field, relabel


class AskForm(allauth_forms.ResetPasswordForm):  # type: ignore[misc]
    """The address of the account; whether there is one is not told."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        relabel(self, email=_("E-mail address"))


class CodeForm(allauth_forms.ConfirmPasswordResetCodeForm):  # type: ignore[misc]
    """The code from the mail."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        code_field(self, _("Code from the mail"))


class NewPasswordForm(allauth_forms.ResetPasswordKeyForm):  # type: ignore[misc]
    """The new password, twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        relabel(self, password1=_("New password"), password2=_("New password again"))
