"""Accounts as staff make and change them."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.auth.forms import BaseUserCreationForm
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from editor.models import User

if TYPE_CHECKING:
    _NewUserForm = BaseUserCreationForm[User]
    _UserForm = forms.ModelForm[User]
else:
    _NewUserForm, _UserForm = BaseUserCreationForm, forms.ModelForm

STAFF_LABEL = gettext_lazy("Staff")
STAFF_HELP = gettext_lazy(
    "Sees this administration and the health page; sees no pictures or prompts of projects they "
    "do not belong to."
)


class NewPersonForm(_NewUserForm):
    """Address, name and a first password to hand over."""

    class Meta:
        model = User
        fields = ("email", "name", "is_staff")
        field_classes: dict[str, type[forms.Field]] = {}
        labels = {"is_staff": STAFF_LABEL}
        help_texts = {
            "is_staff": STAFF_HELP,
            "email": gettext_lazy("The person signs in with it."),
        }

    def clean_email(self) -> str:
        """Keep addresses in lower case, as everywhere."""
        email: str = self.cleaned_data["email"]
        return email.strip().lower()


class PersonForm(_UserForm):
    """What staff may change about an account."""

    class Meta:
        model = User
        fields = ("name", "is_active", "is_staff")
        labels = {"is_active": gettext_lazy("May sign in"), "is_staff": STAFF_LABEL}
        help_texts = {
            "is_active": gettext_lazy(
                "Take the tick away to close the account: it is signed out at once. Its projects "
                "and pictures stay, and it can be opened again."
            ),
            "is_staff": STAFF_HELP,
        }

    def clean(self) -> dict[str, Any]:
        """Somebody must be left to run the instance."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        leaves = not (data.get("is_active") and data.get("is_staff"))
        if leaves and not self._other_staff():
            raise ValidationError(
                _("This is the last staff account that may sign in. Make another one staff first.")
            )
        return data

    def _other_staff(self) -> bool:
        """Locked until the admin's transaction ends, so that two cannot take each other's right."""
        staff = User.objects.select_for_update().filter(is_active=True, is_staff=True)
        return any(pk != self.instance.pk for pk in staff.values_list("pk", flat=True))
