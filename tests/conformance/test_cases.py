"""Every case, by every client that can ask it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.conformance import cases
from tests.conformance.registry import CASES, CLIENTS
from tests.conformance.table import PROPERTY

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conformance.scene import Scene

PLAYED = [
    pytest.param(case.number, client, id=f"{case.number}-{client}")
    for _number, case in sorted(CASES.items())
    for client in CLIENTS
    if client not in case.not_for
]


def test_all_cases_are_there() -> None:
    assert sorted(CASES) == cases.NUMBERS


@pytest.mark.parametrize(("number", "scene"), PLAYED, indirect=["scene"])
def test_case(number: int, scene: Scene, record_property: Callable[[str, object], None]) -> None:
    record_property(PROPERTY, f"{number} {scene.client.name}")
    CASES[number].play(scene)
