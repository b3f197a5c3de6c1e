"""How a result came to be, in words."""

from __future__ import annotations

from typing import Any

import pytest

from editor.engines.builtin.lexicon import abilities
from editor.services.instructions import in_words


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ([], ""),
        ([{"do": "remove"}], "remove what is painted"),
        ([{"do": "brightness", "amount": 0.2}], "brightness +20 %"),
        ([{"do": "contrast", "amount": -0.5}], "contrast -50 %"),
        ([{"do": "black_and_white", "amount": 1.0}], "black and white"),
        ([{"do": "blur", "amount": 0.25}, {"do": "fill"}], "blur 25 %, fill what is painted"),
        ([{"do": "paint_by_hand"}], "paint by hand"),
    ],
)
def test_steps_are_told_in_order(steps: list[dict[str, Any]], words: str) -> None:
    assert in_words({"steps": steps}) == words


def test_an_engine_that_reads_for_itself_has_no_words() -> None:
    assert in_words({}) == ""


def test_every_ability_of_the_built_in_engine_reads_well() -> None:
    for name in abilities():
        assert "_" not in in_words({"steps": [{"do": name, "amount": 0.5}]})
