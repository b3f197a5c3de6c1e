"""Whose address counts as proved."""

from __future__ import annotations

from importlib import import_module
from types import SimpleNamespace

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.core.management import call_command
from django.db import connection

from editor.models import User
from tests.making import PASSWORD, make_user

pytestmark = pytest.mark.django_db


def kept() -> set[tuple[str, bool, bool]]:
    return set(EmailAddress.objects.values_list("email", "verified", "primary"))


def test_an_account_made_at_the_terminal_has_its_address_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    call_command("createsuperuser", email="Root@example.test", interactive=False, verbosity=0)
    assert kept() == {("root@example.test", True, True)}


def test_older_accounts_get_theirs_and_are_trusted_as_they_are() -> None:
    """A database from before: some accounts without a row, one with an unproved one."""
    make_user("olga")
    EmailAddress.objects.update(verified=False)
    User.objects.bulk_create([User(email="old@example.test"), User(email="Older@example.test")])
    migration = import_module("editor.migrations.0005_email_addresses")
    for _twice in range(2):
        migration.vouch(apps, SimpleNamespace(connection=connection))
    assert kept() == {
        ("olga@example.test", True, True),
        ("old@example.test", True, True),
        ("older@example.test", True, True),
    }
