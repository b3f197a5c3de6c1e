"""Whatever becomes of a call, nothing of it stays behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(autouse=True)
def _nothing_left(data_dir: Path) -> Iterator[None]:
    yield
    assert list((data_dir / "scratch").iterdir()) == []
