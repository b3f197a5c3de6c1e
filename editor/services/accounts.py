"""How allauth behaves here."""

from typing import Any, Never

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils.translation import gettext as _

from editor.models import User


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Sign-up follows PENTIMENTO_SIGNUP."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Whether strangers may make an account."""
        return bool(settings.SIGNUP == "open")

    def respond_user_inactive(self, request: HttpRequest, user: User) -> Never:
        """Refuse in our look; allauth would redirect to a page that does not exist here."""
        raise PermissionDenied(_("This account is closed. Ask the administrator."))

    def add_message(self, request: HttpRequest, level: int, *args: Any, **kwargs: Any) -> None:
        """Keep quiet: "successfully signed in" tells nobody anything new."""
