"""The provider of the server's settings follows them, and its key is stored nowhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import CommandError

from editor.management.prepare import follow_settings
from editor.models import Project, Provider
from editor.services import environment, providers

if TYPE_CHECKING:
    from tests.conftest import People

KEY = "sk-environment-canary-9876"


@pytest.fixture
def given(db: None, settings: Any) -> Any:
    settings.OPENAI_API_KEY, settings.OPENAI_BASE_URL = KEY, ""
    return settings


def row() -> Provider:
    return Provider.objects.get()


def test_without_a_key_there_is_none(db: None) -> None:
    assert environment.sync() is None
    assert not Provider.objects.exists()


def test_a_key_makes_a_provider_that_everybody_may_use(given: Any, people: People) -> None:
    environment.sync()
    made = environment.sync()
    assert made == row()
    assert (made.name, made.preset, made.key_encrypted, made.key_tail) == (
        *("OpenAI", "openai", "", "9876"),
    )
    assert made.offered
    assert list(providers.usable(Project.objects.get())) == [made]
    assert providers.config(made).key == KEY
    assert KEY not in str(Provider.objects.values())


def test_another_address_is_followed_and_named_after_its_machine(given: Any) -> None:
    given.OPENAI_BASE_URL = "http://litellm.lan:4000/v1"
    made = environment.sync()
    assert made
    assert (made.name, made.preset) == ("litellm.lan", "generic")
    assert made.offered
    Provider.objects.update(name="Proxy", probe={"x": {"mask": "obeyed"}}, trouble="key_rejected")
    given.OPENAI_BASE_URL = "https://api.openai.com"
    environment.sync()
    found = row()
    assert (found.name, found.base_url, found.preset) == (
        *("Proxy", "https://api.openai.com", "openai"),
    )
    assert (found.probe, found.trouble, found.version) == ({}, "", 2)


def test_nothing_is_written_while_nothing_changes(given: Any) -> None:
    environment.sync()
    Provider.objects.update(trouble="key_rejected", failures=3)
    environment.sync()
    assert (row().trouble, row().version) == ("key_rejected", 1)


def test_it_goes_and_comes_back_with_the_key(given: Any) -> None:
    environment.sync()
    given.OPENAI_API_KEY = ""
    assert environment.sync() is None
    assert (row().is_enabled, row().key_tail) == (False, "")
    given.OPENAI_API_KEY = KEY
    environment.sync()
    assert row().is_enabled


def test_who_switched_it_off_meant_it(given: Any) -> None:
    environment.sync()
    Provider.objects.update(is_enabled=False)
    environment.sync()
    given.OPENAI_API_KEY = "sk-environment-another-5555"
    environment.sync()
    assert (row().is_enabled, row().key_tail) == (False, "5555")


def test_an_address_that_is_none_stops_the_start(given: Any) -> None:
    given.OPENAI_BASE_URL = "litellm:4000"
    with pytest.raises(CommandError, match="OPENAI_BASE_URL: Write the whole address"):
        follow_settings()


def test_another_key_with_the_same_end_ends_the_trouble(given: Any) -> None:
    environment.sync()
    Provider.objects.update(trouble="key_rejected", failures=3)
    given.OPENAI_API_KEY = f"sk-new-{KEY[-4:]}-and-{KEY[-4:]}"
    environment.sync()
    found = row()
    assert (found.trouble, found.failures, found.version) == ("", 0, 2)
    assert given.OPENAI_API_KEY not in str(Provider.objects.values())
