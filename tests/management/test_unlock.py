"""Letting somebody in again."""

from __future__ import annotations

from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.core.management import CommandError, call_command

from tests.making import make_user

pytestmark = pytest.mark.django_db


def unlock(email: str) -> str:
    out = StringIO()
    call_command("unlock", email, stdout=out)
    return out.getvalue()


def test_the_second_step_of_one_account_goes_and_its_sessions_end() -> None:
    olga, emil = make_user("olga"), make_user("emil")
    for user in (olga, emil):
        Authenticator.objects.create(user=user, type="totp", data={"secret": "x"})
        Authenticator.objects.create(user=user, type="webauthn", data={"name": "Phone"})
        UserSession.objects.create(user=user, ip="127.0.0.1", session_key=f"of-{user.pk}")
    assert "with the password alone" in unlock("Olga@example.test")
    assert set(Authenticator.objects.values_list("user", flat=True)) == {emil.pk}
    assert UserSession.objects.get().user == emil


def test_without_a_second_step_nothing_happens() -> None:
    make_user("olga")
    assert "nothing was changed" in unlock("olga@example.test")


def test_an_unknown_address_is_named() -> None:
    with pytest.raises(CommandError, match=r"nobody@example\.test"):
        unlock("nobody@example.test")
