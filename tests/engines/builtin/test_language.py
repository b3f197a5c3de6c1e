from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from editor.engines.builtin.language import Facts, read
from editor.engines.builtin.lexicon import FOLDER, abilities, vocabularies
from editor.engines.errors import NeedsMask, NotUnderstood
from tests.engines.builtin.sentences import REFUSED, UNDERSTOOD


def told(prompt: str) -> str:
    """The steps as sentences.py writes them."""
    steps = read(prompt, has_mask=True)["steps"]
    regions = {step.get("region", "") for step in steps}
    assert len(regions) == 1
    region = "background: " if regions == {"background"} else ""
    return region + ", ".join(map(step_told, steps))


def step_told(step: Facts) -> str:
    words = [str(step["do"])]
    if "amount" in step:
        words.append(f"{round(float(step['amount']) * 100, 1):g}")
    if "colour" in step:
        words.append(str(step["colour"]))
    return " ".join(words)


@pytest.mark.parametrize(("prompt", "steps"), UNDERSTOOD, ids=[case[0] for case in UNDERSTOOD])
def test_it_understands(prompt: str, steps: str) -> None:
    assert told(prompt) == steps


@pytest.mark.parametrize(
    ("prompt", "code", "part"), REFUSED, ids=[case[0] or "empty" for case in REFUSED]
)
def test_it_refuses_and_names_the_part(prompt: str, code: str, part: str) -> None:
    with pytest.raises(NotUnderstood) as caught:
        read(prompt, has_mask=True)
    assert caught.value.code == code
    assert part in str(caught.value.params["part"])
    assert str(caught.value.params["part"]) in caught.value.message


def test_a_refusal_says_what_can_be_done_and_how_to_get_more() -> None:
    with pytest.raises(
        NotUnderstood, match=r"remove what you painted over.*needs an image provider"
    ):
        read("add a hat", has_mask=True)


@pytest.mark.parametrize(
    "prompt", ["remove this", "fill", "make it disappear", "blur the face", "make the sky darker",
               "more contrast in the corner", "brighten and remove the car"],
)  # fmt: skip
def test_a_place_needs_a_mask(prompt: str) -> None:
    with pytest.raises(NeedsMask, match="Paint over") as caught:
        read(prompt, has_mask=False)
    assert caught.value.params == {"part": prompt}


@pytest.mark.parametrize(
    "prompt", ["brighter", "blur this", "make the picture darker", "black and white",
               "brighten the whole image", "more contrast"],
)  # fmt: skip
def test_the_whole_picture_needs_none(prompt: str) -> None:
    assert read(prompt, has_mask=False) == read(prompt, has_mask=True)


@pytest.mark.parametrize(
    "prompt", ["remove the background", "white background", "blur the background", "cut out this",
               "make the background blue and blur it"],
)  # fmt: skip
def test_the_background_needs_a_painted_subject(prompt: str) -> None:
    with pytest.raises(NeedsMask, match="Paint over the subject") as caught:
        read(prompt, has_mask=False)
    assert caught.value.code == "needs_subject"


def test_there_are_enough_sentences() -> None:
    assert len({sentence for sentence, *_ in [*UNDERSTOOD, *REFUSED]}) >= 300


@pytest.mark.parametrize("text", vocabularies()[0].suggestions)
def test_every_suggestion_is_understood(text: str) -> None:
    assert read(text, has_mask=True)["steps"]


def test_the_suggestions_show_every_ability() -> None:
    shown = {
        step["do"]
        for text in vocabularies()[0].suggestions
        for step in read(text, has_mask=True)["steps"]
    }
    assert shown == abilities().keys()


def test_every_language_has_words_for_every_instruction() -> None:
    for vocabulary in vocabularies():
        named = {role.do for roles in vocabulary.phrases.values() for role in roles if role.do}
        # A backdrop is asked for by a colour alone.
        assert named == abilities().keys() - {"backdrop"}


def test_an_essay_is_refused_with_a_short_quote() -> None:
    with pytest.raises(NotUnderstood) as caught:
        read("remove this " * 2000, has_mask=True)
    assert len(str(caught.value.params["part"])) <= 80


@settings(deadline=None)
@given(st.text(max_size=80))
def test_any_text_is_read_or_refused(prompt: str) -> None:
    try:
        steps = read(prompt, has_mask=len(prompt) % 2 == 0)["steps"]
    except (NotUnderstood, NeedsMask):
        return
    assert {step["do"] for step in steps} <= abilities().keys()


PROMPTS = [case[0] for case in UNDERSTOOD] + [case[0] for case in REFUSED]
WORDS = [word for prompt in PROMPTS for word in prompt.split()]


@settings(deadline=None)
@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=8))
def test_amounts_are_within_bounds_whatever_the_order(words: list[str]) -> None:
    try:
        steps = read(" ".join(words), has_mask=True)["steps"]
    except (NotUnderstood, NeedsMask):
        return
    for step in steps:
        assert abs(float(step.get("amount", 1.0))) <= abilities()[str(step["do"])].maximum
        assert step.get("amount") != 0
        assert ("colour" in step) == abilities()[str(step["do"])].coloured
    # One edit changes one region.
    assert len({step.get("region") for step in steps}) == 1


def test_the_vocabulary_holds_small_letters_and_no_phrase_twice_in_a_list() -> None:
    assert vocabularies()[0].language == "en"
    assert (FOLDER / "en.toml").read_text(encoding="utf-8").isascii()
    for phrase, roles in vocabularies()[0].phrases.items():
        assert all(word == word.casefold() for word in phrase)
        assert len(set(roles)) == len(roles), phrase


@pytest.mark.parametrize("text", ["1.0," * 8000, "brighter " * 3000, "“" * 31_000 + "brighter"])
def test_a_text_far_too_long_is_refused_before_it_is_read(text: str) -> None:
    with pytest.raises(NotUnderstood) as refusal:
        read(text, has_mask=True)
    assert len(str(refusal.value)) < 1000
