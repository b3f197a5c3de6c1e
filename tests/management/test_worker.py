"""What a worker says and does before it begins."""

from __future__ import annotations

import io
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command

from editor.models import Provider
from tests.making import make_provider

pytestmark = pytest.mark.django_db(transaction=True)


def test_it_names_keys_that_it_cannot_read_and_goes_on(settings: Any) -> None:
    make_provider(name="Ours")
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    out, err = io.StringIO(), io.StringIO()
    call_command("worker", drain=True, stdout=out, stderr=err)
    assert "“Ours”" in err.getvalue()
    assert "Worker ready" in out.getvalue()


def test_the_settings_provider_is_there_before_it_begins(settings: Any) -> None:
    settings.OPENAI_API_KEY = "sk-environment-0123456789"
    err = io.StringIO()
    call_command("worker", drain=True, stdout=io.StringIO(), stderr=err)
    assert Provider.objects.get().source == "environment"
    assert err.getvalue() == ""


def test_an_address_that_is_none_stops_it(settings: Any) -> None:
    settings.OPENAI_API_KEY, settings.OPENAI_BASE_URL = "sk-x", "litellm:4000"
    with pytest.raises(CommandError, match="OPENAI_BASE_URL"):
        call_command("worker", drain=True, stdout=io.StringIO())
