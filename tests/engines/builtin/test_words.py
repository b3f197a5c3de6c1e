from __future__ import annotations

import pytest

from editor.engines.builtin.lexicon import vocabularies
from editor.engines.builtin.words import Kind

ENGLISH = vocabularies()[0]


@pytest.mark.parametrize(
    ("prompt", "tokens"),
    [
        ("remove the lamp post", ["remove", "the", "lamp", "post"]),
        ("a little bit brighter", ["a little bit", "brighter"]),
        ("Make the picture black-and-white!", ["Make", "the picture", "black and white", "!"]),
        ("+20%, -3 %", ["+20", "%", ",", "-3", "%"]),
        ("12,5 %", ["12,5", "%"]),
        ("don\u2019t", ["don't"]),
        ("\u201cremove\u201d (this)", ["remove", "this"]),
        ("this - darker", ["this", "-", "darker"]),
        ("\uff22\uff4c\uff55\uff52", ["Blur"]),
        ("", []),
    ],
)
def test_prompts_are_cut_at_the_longest_phrase(prompt: str, tokens: list[str]) -> None:
    assert [token.text for token in ENGLISH.tokens(prompt)] == tokens


def test_a_word_may_have_several_roles() -> None:
    (blur,) = ENGLISH.tokens("blur")
    assert blur.has(Kind.VERB)
    assert blur.has(Kind.NOUN)
    assert not blur.has(Kind.OUTCOME)


def test_directions_have_signs() -> None:
    brighter, darker = ENGLISH.tokens("brighter darker")
    values = [token.role(Kind.OUTCOME) for token in (brighter, darker)]
    assert [(role.do, role.value) for role in values if role] == [
        ("brightness", 1.0),
        ("brightness", -1.0),
    ]


def test_numbers_and_unknown_words() -> None:
    number, word, riding = ENGLISH.tokens("12,5 giraffe riding")
    role = number.role(Kind.NUMBER)
    assert role is not None
    assert role.value == 12.5
    assert word.roles == ()
    assert riding.has(Kind.DESCRIBING)
