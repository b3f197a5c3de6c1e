"""Keys at rest: sealed, handed over, rotated, lost."""

from __future__ import annotations

import io
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from editor.management.prepare import complaints
from editor.models import Provider
from editor.services import providers, vault
from tests.making import make_provider

KEY = "sk-canary-0123456789abcdef"


def test_what_is_sealed_opens_and_hides() -> None:
    sealed = vault.seal(KEY)
    assert KEY not in sealed
    assert vault.open_sealed(sealed) == KEY


def test_a_handed_key_is_its_owners_and_for_minutes_only(settings: Any) -> None:
    handed = vault.hand(KEY, 7)
    assert KEY not in handed
    assert vault.take(handed, 7) == KEY
    assert vault.take(handed, 8) == ""
    assert vault.take(handed, "7:sk") == ""
    assert vault.take(vault.seal(KEY), 7) == ""
    assert vault.take("nonsense", 7) == ""
    long_ago = Fernet(settings.ENCRYPTION_KEYS[0]).encrypt_at_time(f"in hand:7:{KEY}".encode(), 9)
    assert vault.take(long_ago.decode(), 7) == ""


@pytest.mark.django_db
def test_a_thousand_keys_are_encrypted_anew(settings: Any) -> None:
    old = settings.ENCRYPTION_KEYS[0]
    Provider.objects.bulk_create(
        Provider(
            source="staff", name=f"P{number}", preset="openai", base_url="https://api.openai.com",
            key_encrypted=vault.seal(f"{KEY}{number}"),
        )
        for number in range(1000)
    )  # fmt: skip
    new = Fernet.generate_key().decode()
    settings.ENCRYPTION_KEYS = [new, old]
    assert providers.config(Provider.objects.earliest("pk")).key == f"{KEY}0"
    out = io.StringIO()
    call_command("rotate_keys", stdout=out)
    assert "1000 keys are encrypted with the newest" in out.getvalue()
    settings.ENCRYPTION_KEYS = [new]
    keys = [providers.config(row).key for row in Provider.objects.order_by("pk")]
    assert keys == [f"{KEY}{number}" for number in range(1000)]
    settings.ENCRYPTION_KEYS = [old]
    assert len(providers.unreadable()) == 1000


@pytest.mark.django_db
def test_a_key_that_cannot_be_read_is_left_and_named(settings: Any) -> None:
    readable, lost = make_provider(name="Here"), make_provider(name="Lost")
    Provider.objects.filter(pk=lost.pk).update(
        key_encrypted=Fernet(Fernet.generate_key()).encrypt(KEY.encode()).decode()
    )
    before = Provider.objects.get(pk=lost.pk).key_encrypted
    with pytest.raises(CommandError, match="1 keys cannot be read: “Lost”"):
        call_command("rotate_keys", stdout=io.StringIO())
    assert Provider.objects.get(pk=lost.pk).key_encrypted == before
    readable.refresh_from_db()
    assert providers.key_is_readable(readable)


@pytest.mark.django_db
def test_a_wrong_encryption_key_is_told_at_the_start(settings: Any) -> None:
    assert complaints() == []
    for name in ("One", "Two"):
        make_provider(name=name)
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    (said,) = complaints()
    assert "2 providers cannot be read: “One”" in said
    assert "PENTIMENTO_ENCRYPTION_KEY" in said
    make_provider(name="Fresh")
    assert "Fresh" not in complaints()[0]


@pytest.mark.django_db
def test_asking_what_cannot_be_read_is_one_query(settings: Any) -> None:
    for _number in range(5):
        make_provider()
    with CaptureQueriesContext(
        connection,
    ) as asked:
        complaints()
    assert len(asked) == 1
