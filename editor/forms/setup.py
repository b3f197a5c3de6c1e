"""The form of the first account."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import (
    password_validators_help_text_html,
    validate_password,
)
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from editor.models import User
from editor.services.setup import token_matches


class SetupForm(forms.Form):
    """E-mail address and password twice; also the token from the terminal when the server is public."""

    email = forms.EmailField(
        label=gettext_lazy("E-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    password1 = forms.CharField(
        label=gettext_lazy("Password"),
        strip=False,
        help_text=password_validators_help_text_html(),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    password2 = forms.CharField(
        label=gettext_lazy("Password again"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    token = forms.CharField(
        label=gettext_lazy("Set-up token"),
        help_text=gettext_lazy(
            "Printed in the terminal in which the server was started: it proves that the server "
            "is yours."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, asks_token: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not asks_token:
            del self.fields["token"]

    def clean_token(self) -> str:
        """Refuse any but the one that was printed."""
        given: str = self.cleaned_data["token"].strip()
        if not token_matches(given):
            raise ValidationError(_("This is not the token printed in the terminal."))
        return given

    def clean(self) -> dict[str, Any]:
        """Both passwords are the same and good enough."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        first, second = data.get("password1"), data.get("password2")
        if first and second and first != second:
            self.add_error("password2", _("The two passwords differ."))
        elif first and second:
            self._check_strength(first, User(email=data.get("email", "")))
        return data

    def _check_strength(self, password: str, user: User) -> None:
        try:
            validate_password(password, user)
        except ValidationError as error:
            self.add_error("password1", error)
