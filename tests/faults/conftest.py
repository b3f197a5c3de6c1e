"""A fake provider for whoever asks for one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.faults.fake import Fake, fake_provider

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def fake() -> Iterator[Fake]:
    with fake_provider() as running:
        yield running
