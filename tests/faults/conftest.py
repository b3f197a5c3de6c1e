"""A fake provider for whoever asks for one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from project import encryption
from tests.faults.fake import NO_TLS, Fake, fake_provider

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def shared_fake() -> Iterator[Fake]:
    with fake_provider() as running:
        yield running


@pytest.fixture
def fake(shared_fake: Fake) -> Fake:
    """One for all tests of a module; each begins with an empty ledger and nothing ordered."""
    shared_fake.forget()
    shared_fake.script(clear=True, drift="", delay=0, done=False)
    return shared_fake


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    headers = {"authorization": "Bearer sk-test", "idempotency-key": "token-1"}
    with httpx.Client(headers=headers, timeout=20, verify=NO_TLS, trust_env=False) as client:
        yield client


@pytest.fixture
def shared_keys(data_dir: Path, settings: Any) -> None:
    """Keys of providers are sealed so that worker processes can open them."""
    settings.ENCRYPTION_KEYS = encryption.keys("", data_dir)
