from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from editor.engines.builtin.language import read
from editor.engines.builtin.lexicon import FOLDER, abilities, vocabularies
from editor.engines.errors import NeedsMask, NotUnderstood, Refused

REMOVE = ("remove", None)
FILL = ("fill", None)
GREY = ("black_and_white", 1.0)


def brightness(amount: float) -> tuple[str, float | None]:
    return "brightness", amount


def contrast(amount: float) -> tuple[str, float | None]:
    return "contrast", amount


def blur(amount: float) -> tuple[str, float | None]:
    return "blur", amount


def pixelate(amount: float) -> tuple[str, float | None]:
    return "pixelate", amount


UNDERSTOOD: list[tuple[str, list[tuple[str, float | None]]]] = [
    ("remove this", [REMOVE]),
    ("Remove", [REMOVE]),
    ("please erase the person", [REMOVE]),
    ("clean up this spot", [REMOVE]),
    ("delete the man, his dog and the car", [REMOVE]),
    ("remove the person in the background", [REMOVE]),
    ("remove the background people", [REMOVE]),
    ("remove the lamp post on the left, please", [REMOVE]),
    ("Get rid of the power lines.", [REMOVE]),
    ("Could you remove the woman with the red hat?", [REMOVE]),
    ("I want this gone", [REMOVE]),
    ("I want the car removed", [REMOVE]),
    ("make the person disappear", [REMOVE]),
    ("make this completely disappear", [REMOVE]),
    ("remove the man riding a bike", [REMOVE]),
    ("remove the building", [REMOVE]),
    ("remove the street light", [REMOVE]),
    ("remove the 3 people", [REMOVE]),
    ("remove everything", [REMOVE]),
    ("remove this and that", [REMOVE]),
    ("fill", [FILL]),
    ("fill the hole with the surroundings", [FILL]),
    ("fill in the gap in the wall", [FILL]),
    ("repair the scratches", [FILL]),
    ("content-aware fill", [FILL]),
    ("black and white", [GREY]),
    ("Black-and-white, please", [GREY]),
    ("B&W", [GREY]),
    ("turn this into black and white", [GREY]),
    ("convert to grayscale", [GREY]),
    ("make the picture monochrome", [GREY]),
    ("remove the colour of the car", [GREY]),
    ("50 % black and white", [("black_and_white", 0.5)]),
    ("brighter", [brightness(0.25)]),
    ("a bit brighter", [brightness(0.125)]),
    ("much darker", [brightness(-0.5)]),
    ("make the sky darker", [brightness(-0.25)]),
    ("make the dark car brighter", [brightness(0.25)]),
    ("darken by 30%", [brightness(-0.3)]),
    ("brighten by 12,5 %", [brightness(0.125)]),
    ("lighten the face slightly", [brightness(0.125)]),
    ("darken it more", [brightness(-0.375)]),
    ("make it less bright", [brightness(-0.25)]),
    ("more light", [brightness(0.25)]),
    ("brightness +20%", [brightness(0.2)]),
    ("brightness −20 %", [brightness(-0.2)]),  # noqa: RUF001 - a real minus sign
    ("turn the brightness down", [brightness(-0.25)]),
    ("a little more contrast", [contrast(0.125)]),
    ("lower the contrast of the sky a little", [contrast(-0.125)]),
    ("give it more contrast", [contrast(0.25)]),
    ("contrast +10", [contrast(0.1)]),
    ("blur it strongly", [blur(1.0)]),
    ("blur the licence plate and the face", [blur(0.5)]),
    ("blur the man in the background", [blur(0.5)]),
    ("blur the building", [blur(0.5)]),
    ("add a slight blur", [blur(0.25)]),
    ("apply a blur to the sign", [blur(0.5)]),
    ("make the sign blurry", [blur(0.5)]),
    ("blur 30%", [blur(0.3)]),
    ("pixelate strongly", [pixelate(1.0)]),
    ("pixelate the face a bit", [pixelate(0.25)]),
    ("make it 20 % brighter and blur the face a bit", [brightness(0.2), blur(0.25)]),
    ("make it brighter and more contrasty", [brightness(0.25), contrast(0.25)]),
    ("darken, then pixelate", [brightness(-0.25), pixelate(0.5)]),
    ("make it darker and remove the dog", [REMOVE, brightness(-0.25)]),
    ("blur the car. Then brighten it!", [blur(0.5), brightness(0.25)]),
]

REFUSED: list[tuple[str, str, str]] = [
    # New content is for providers.
    ("add a hat", "not_understood", "add a hat"),
    ("make her smile", "not_understood", "make her smile"),
    ("replace with a dog", "not_understood", "replace with a dog"),
    ("change the sky to sunset", "not_understood", "change the sky to sunset"),
    ("make the sky blue", "not_understood", "make the sky blue"),
    ("draw a house", "not_understood", "draw a house"),
    ("more flowers", "not_understood", "more flowers"),
    ("fill the glass", "not_understood", "fill the glass"),
    ("fill it with grass", "not_understood", "fill it with grass"),
    ("put sunglasses on the dog", "not_understood", "put sunglasses on the dog"),
    ("make this person younger", "not_understood", "make this person younger"),
    # A part that is not understood stops the whole.
    ("remove the dog and put a cat there", "not_understood", "put a cat there"),
    ("remove the man and add a tree", "not_understood", "add a tree"),
    ("remove the man and sharpen the car", "not_understood", "sharpen the car"),
    ("remove this man sharpen the car", "not_understood", "remove this man sharpen the car"),
    ("remove the man and dog", "bare_word", "dog"),
    ("make the sky blue and brighter", "not_understood", "make the sky blue"),
    ("brighter like a sunset", "not_understood", "brighter like a sunset"),
    ("brighten the sky into sunset", "not_understood", "brighten the sky into sunset"),
    ("brighten the sky with stars", "not_understood", "brighten the sky with stars"),
    ("remove this 🙂", "not_understood", "remove this 🙂"),
    ("remove the man so that the sky is pink", "not_understood", ""),
    # Negation and exceptions cannot be drawn.
    ("don't remove this", "not_understood", "don't remove this"),
    ("do not blur the face", "not_understood", "do not blur the face"),
    ("remove everything except the dog", "not_understood", "remove everything except the dog"),
    ("blur everything but the face", "not_understood", "blur everything but the face"),
    # The background has to be found first.
    ("remove the background", "needs_background", "remove the background"),
    ("blur the background a bit", "needs_background", "blur the background a bit"),
    ("more contrast in the background", "needs_background", "more contrast in the background"),
    # One mask, one place.
    ("darken the sky and brighten the grass", "two_places", "brighten the grass"),
    ("remove the man and blur the sky", "two_places", "blur the sky"),
    # Amounts.
    ("blur 500%", "amount_out_of_range", "blur 500 %"),
    ("brighten by 0%", "amount_out_of_range", "brighten by 0 %"),
    ("make it darker 20% 30%", "not_understood", "make it darker 20 % 30 %"),
    ("blur 5 px", "not_understood", "blur 5 px"),
    ("set brightness to 50%", "not_understood", "set brightness to 50 %"),
    ("remove 50%", "not_understood", "remove 50 %"),
    ("make it disappear a bit", "not_understood", "make it disappear a bit"),
    ("less blurry", "not_understood", "less blurry"),
    # Whole words, whole sentences, known abilities only.
    ("removed", "not_understood", "removed"),
    ("blurfoo", "not_understood", "blurfoo"),
    ("contrast", "not_understood", "contrast"),
    ("remove the noise", "not_understood", "remove the noise"),
    ("sharpen", "not_understood", "sharpen"),
    ("this", "not_understood", "this"),
    ("please", "not_understood", "please"),
    ("", "not_understood", ""),
    ("제거해 주세요", "not_understood", "제거해 주세요"),
    ("删除这个", "not_understood", "删除这个"),
]


@pytest.mark.parametrize(("prompt", "steps"), UNDERSTOOD, ids=[case[0] for case in UNDERSTOOD])
def test_it_understands(prompt: str, steps: list[tuple[str, float | None]]) -> None:
    found = read(prompt, has_mask=True)["steps"]
    assert [(step["do"], step.get("amount")) for step in found] == steps


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
    with pytest.raises(NotUnderstood, match=r"remove what you painted over.*add a provider"):
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


def test_an_essay_is_refused_with_a_short_quote() -> None:
    with pytest.raises(NotUnderstood) as caught:
        read("remove this " * 2000, has_mask=True)
    assert len(str(caught.value.params["part"])) <= 80


@settings(deadline=None)
@given(st.text(max_size=80))
def test_any_text_is_read_or_refused(prompt: str) -> None:
    try:
        steps = read(prompt, has_mask=True)["steps"]
    except Refused:
        return
    assert {step["do"] for step in steps} <= abilities().keys()


PROMPTS = [case[0] for case in UNDERSTOOD] + [case[0] for case in REFUSED]
WORDS = [word for prompt in PROMPTS for word in prompt.split()]


@settings(deadline=None)
@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=8))
def test_amounts_are_within_bounds_whatever_the_order(words: list[str]) -> None:
    try:
        steps = read(" ".join(words), has_mask=True)["steps"]
    except Refused:
        return
    for step in steps:
        assert abs(float(step.get("amount", 1.0))) <= abilities()[str(step["do"])].maximum
        assert step.get("amount") != 0


def test_the_vocabulary_holds_small_letters_and_no_phrase_twice_in_a_list() -> None:
    assert vocabularies()[0].language == "en"
    assert (FOLDER / "en.toml").read_text(encoding="utf-8").isascii()
    for phrase, roles in vocabularies()[0].phrases.items():
        assert all(word == word.casefold() for word in phrase)
        assert len(set(roles)) == len(roles), phrase
