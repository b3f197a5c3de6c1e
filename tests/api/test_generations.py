"""Pictures from words alone, and variations: edits of another name."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from editor.api import generations, served, variations
from editor.api.call import GenerationCall, VariationCall
from editor.api.errors import ApiError
from tests.making import make_provider_row, make_upload

if TYPE_CHECKING:
    from editor.engines.plans import Size
    from tests.conftest import People


@pytest.mark.parametrize(
    ("preset", "model", "asked", "drawn"),
    [
        ("openai", "gpt-image-2", None, (1024, 1024)),
        ("openai", "gpt-image-2", (1536, 1024), (1536, 1024)),
        ("localai", "m", None, (512, 512)),
        ("generic", "m", None, (1024, 1024)),
    ],
)
def test_a_generation_is_an_edit_of_a_white_sheet(
    people: People, preset: str, model: str, asked: Size | None, drawn: Size
) -> None:
    make_provider_row(people.project, preset=preset, offered=[model])
    call = GenerationCall(prompt="a red door", model=model, n=2, size=asked, quality="low")
    made = generations.as_edit(call, served.resolve(people.project, model))
    (sheet,) = made.images
    assert Image.open(io.BytesIO(sheet.read())).size == drawn
    assert sheet.name == f"Blank {drawn[0]} x {drawn[1]}.png"
    assert (made.prompt, made.model, made.n, made.size) == ("a red door", model, 2, asked)
    assert (made.quality, made.protect, made.focus, made.mask) == ("low", "off", "off", None)


def test_a_variation_is_an_edit_of_the_whole_picture(people: People) -> None:
    make_provider_row(people.project)
    call = VariationCall(image=make_upload(), n=3)
    made = variations.as_edit(call, served.resolve(people.project, ""))
    assert (made.images, made.n) == ((call.image,), 3)
    assert (made.prompt, made.protect, made.mask) == (variations.PROMPT, "off", None)


def test_the_builtin_engine_refuses_both_and_says_what_to_do(people: People) -> None:
    chosen = served.resolve(people.project, "dall-e-2")
    with pytest.raises(ApiError) as generation:
        generations.as_edit(GenerationCall(prompt="a red door"), chosen)
    with pytest.raises(ApiError) as variation:
        variations.as_edit(VariationCall(image=make_upload()), chosen)
    for error in (generation.value, variation.value):
        assert (error.status, error.code, error.param) == (404, "unsupported_model", "model")
    assert generation.value.message == (
        "'dall-e-2' is the built-in engine here, which cannot draw a picture from nothing. Name "
        "a model of a provider (GET /v1/models lists them), or use POST /v1/images/edits."
    )
