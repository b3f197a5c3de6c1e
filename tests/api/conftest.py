"""Whatever becomes of a call, nothing of it stays behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.api.calling import Caller, make_caller

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import People


@pytest.fixture(autouse=True)
def _nothing_left(data_dir: Path) -> Iterator[None]:
    yield
    assert list((data_dir / "scratch").iterdir()) == []


@pytest.fixture
def caller(people: People) -> Caller:
    """A program with a key of Emil's."""
    return make_caller(people)
