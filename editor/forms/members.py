"""The forms of the members page: adding somebody, another role, searching."""

from typing import Final

from django import forms
from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from editor.forms.focus import focus_first_error
from editor.forms.query import Query
from editor.models import Role
from editor.services import members

QUERY_LENGTH: Final = 120


class AddMemberForm(forms.Form):
    """Somebody's address, and as what they come in."""

    email = forms.EmailField(
        label=gettext_lazy("E-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off", "data-testid": "member-email"}),
    )
    role = forms.ChoiceField(
        label=gettext_lazy("Role"),
        choices=Role.choices,
        initial=Role.EDITOR,
        widget=forms.Select(attrs={"data-testid": "member-role"}),
    )

    def refuse(self, error: members.AddRefused) -> None:
        """Say beside the address why nobody was added, and what to do."""
        self.add_error("email", explain(error))
        focus_first_error(self)


def explain(error: members.AddRefused) -> str:
    """Return why somebody could not be added, in words for an owner."""
    if isinstance(error, members.AlreadyMember):
        return _("%(name)s is a member already (%(role)s). Change the role in the list.") % {
            "name": error.membership.user,
            "role": error.membership.get_role_display(),
        }
    if isinstance(error, members.ClosedAccount):
        return _("This account is closed. Ask the administrator to open it again.")
    if isinstance(error, members.TooManyMisses):
        return _("Too many addresses that nobody here has. Try again in an hour.")
    if settings.SIGNUP == "open":
        return _(
            "Nobody here has this address. Ask them to make an account at %(address)s, then add "
            "them."
        ) % {"address": settings.BASE_URL + reverse("account_signup")}
    return _(
        "Nobody here has this address. Check the spelling, or ask the administrator to make an "
        "account for them."
    )


class RoleForm(forms.Form):
    """Another role for a member."""

    role = forms.ChoiceField(choices=Role.choices)


class MembersQuery(Query):
    """Which members to list."""

    q = forms.CharField(max_length=QUERY_LENGTH, required=False, initial="")
    page = forms.IntegerField(min_value=1, max_value=10**6, required=False, initial=1)
