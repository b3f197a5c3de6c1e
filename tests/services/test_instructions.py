"""What an engine understood, in words."""

from __future__ import annotations

from typing import Any

import pytest

from editor.engines.builtin.language import MESSAGES
from editor.engines.builtin.lexicon import abilities
from editor.engines.errors import NotUnderstood, UnknownEngine
from editor.services.instructions import NAMES, SHORT, in_words, refusal, suggestions


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
        ([{"do": "shadows", "amount": 1.0}], "shadows +100 %"),
        ([{"do": "warmth", "amount": -0.3}], "warmth -30 %"),
        ([{"do": "recolour", "amount": 1.0, "colour": "#008080"}], "recolour to teal"),
        ([{"do": "recolour", "amount": 0.5, "colour": "#123456"}], "recolour to #123456 50 %"),
        ([{"do": "cut_out", "region": "background"}], "remove the background"),
        (
            [{"do": "backdrop", "colour": "#ffffff", "region": "background"}],
            "fill the background with white",
        ),
        (
            [
                {"do": "blur", "amount": 0.5, "region": "background"},
                {"do": "black_and_white", "amount": 1.0, "region": "background"},
            ],
            "blur 50 %, black and white, background only",
        ),
    ],
)
def test_steps_are_told_in_order(steps: list[dict[str, Any]], words: str) -> None:
    assert in_words({"steps": steps}) == words


def test_an_engine_that_reads_for_itself_has_no_words() -> None:
    assert in_words({}) == ""


def test_every_ability_of_the_built_in_engine_reads_well() -> None:
    for name in abilities():
        assert "_" not in in_words({"steps": [{"do": name, "amount": 0.5}]})


@pytest.mark.parametrize("code", MESSAGES)
@pytest.mark.parametrize("short", [False, True])
def test_every_refusal_has_words_that_quote_what_it_is_about(code: str, *, short: bool) -> None:
    error = NotUnderstood("plain", code=code, part="50 %s {x}", abilities=["blur"])
    words = refusal(error, short=short)
    assert "{part" not in words
    assert "{abilities" not in words
    assert words != "plain"
    assert len(words) < 110 or not short
    assert "50 %s {x}" in words or code.startswith("needs")


def test_every_refusal_has_a_short_form() -> None:
    assert SHORT.keys() == MESSAGES.keys()


def test_an_error_of_another_kind_keeps_its_own_words() -> None:
    assert refusal(UnknownEngine("x")) == "There is no engine called “x”."


def test_suggestions_and_the_words_between_them_come_from_the_vocabulary() -> None:
    assert "blur the background" in suggestions().texts
    assert {"and", "then"} <= set(suggestions().joiners)


def test_every_instruction_has_a_name() -> None:
    assert NAMES.keys() == abilities().keys()
