"""How allauth behaves here, and what an account may change about itself."""

import logging
from typing import Any, ClassVar, Never

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from django.conf import settings
from django.contrib.messages import constants
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from editor.models import User

logger = logging.getLogger(__name__)
# What is worth a toast; allauth has a message for everything ("successfully signed in").
NEWS: dict[str, Promise] = {
    "account/messages/password_changed.txt": gettext_lazy(
        "Your password is changed. Every other device is signed out."
    ),
    "account/messages/password_set.txt": gettext_lazy("Your password is set."),
    "account/messages/email_confirmed.txt": gettext_lazy("Your e-mail address is confirmed."),
    "mfa/messages/totp_activated.txt": gettext_lazy("Two-step sign-in is on."),
    "mfa/messages/totp_deactivated.txt": gettext_lazy("The authenticator app is removed."),
    "mfa/messages/webauthn_added.txt": gettext_lazy("The passkey is added."),
    "mfa/messages/webauthn_removed.txt": gettext_lazy("The passkey is removed."),
    "usersessions/messages/sessions_logged_out.txt": gettext_lazy(
        "Every other device is signed out."
    ),
}
PROOFS: dict[str, Promise] = {
    "reauthenticate": gettext_lazy("Use the password"),
    "mfa_reauthenticate": gettext_lazy("Use a code"),
    "mfa_reauthenticate:webauthn": gettext_lazy("Use a passkey"),
}
TOO_MANY = gettext_lazy("Too many attempts. Wait five minutes and try again.")


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Sign-up follows PENTIMENTO_SIGNUP; texts and mails are ours."""

    error_messages: ClassVar[dict[str, Any]] = DefaultAccountAdapter.error_messages | {
        "duplicate_email": gettext_lazy("This is your address already."),
        "email_password_mismatch": gettext_lazy("The e-mail address or the password is wrong."),
        "email_taken": gettext_lazy("There is an account with this address already."),
        "enter_current_password": gettext_lazy("This is not your present password."),
        "incorrect_code": gettext_lazy("This code is wrong, or its time has run out."),
        "incorrect_password": gettext_lazy("The password is wrong."),
        "rate_limited": TOO_MANY,
        "too_many_login_attempts": TOO_MANY,
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Whether strangers may make an account."""
        return signup_is_open()

    def is_email_verified(self, request: HttpRequest, email: str) -> bool:
        """Where no mail can be sent, nobody can prove an address: it is taken on trust."""
        return not settings.MAIL_IS_SENT or bool(super().is_email_verified(request, email))

    def get_login_stages(self) -> list[str]:
        """Leave out the mailed code where it would never arrive."""
        stages: list[str] = super().get_login_stages()
        if settings.MAIL_IS_SENT:
            return stages
        return [stage for stage in stages if not stage.endswith(".EmailVerificationStage")]

    def pre_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse | None:
        """An account without any kept address was made by hand; its maker vouched for it."""
        User.objects.vouch_for(user)
        response: HttpResponse | None = super().pre_login(request, user, **kwargs)
        return response

    def get_reauthentication_methods(self, user: User) -> list[dict[str, Any]]:
        """Name the ways to prove oneself in our words."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        return [method | {"description": PROOFS[method["id"]]} for method in methods]

    def respond_user_inactive(self, request: HttpRequest, user: User) -> Never:
        """Refuse in our look; allauth would redirect to a page that does not exist here."""
        raise PermissionDenied(_("This account is closed. Ask the administrator."))

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        """Say what is news, and errors; keep quiet about the rest.

        Who is not signed in is on a page that says it already.
        """
        news = NEWS.get(message_template or "") if request.user.is_authenticated else None
        text = message or news
        if text:
            super().add_message(request, level, message=str(text), extra_tags=extra_tags)
        elif level >= constants.ERROR:
            super().add_message(request, level, message_template, message_context, extra_tags)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a mail whose links lead to the address people type.

        Raises ImmediateHttpResponse with a page that says so when the mail server refuses.
        """
        links = {
            "studio_url": settings.BASE_URL,
            "profile_url": settings.BASE_URL + reverse("profile"),
            "forgotten_url": settings.BASE_URL + reverse("account_reset_password"),
        }
        try:
            super().send_mail(template_prefix, email, context | links)
        except OSError as error:
            logger.exception("Mail could not be sent: %s", template_prefix)
            page = render(self.request, "account/mail_failed.html", status=503)
            raise ImmediateHttpResponse(page) from error

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Tell of a change that is made already; a mail server that is down does not undo it."""
        try:
            super().send_notification_mail(*args, **kwargs)
        except ImmediateHttpResponse:
            logger.warning("A notice about a change of an account was not sent.")


def signup_is_open() -> bool:
    """Whether strangers may make an account."""
    return bool(settings.SIGNUP == "open")


def mail_is_sent() -> bool:
    """Whether mail reaches people; else only the administrator finds it, in the log."""
    return bool(settings.MAIL_IS_SENT)


def rename(*, user: User, name: str) -> None:
    """Give the account the name that others see."""
    user.name = name
    user.save(update_fields=["name"])
