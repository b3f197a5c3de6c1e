"""What a model takes of a call, and what it is told it does not."""

from __future__ import annotations

from typing import Any

import pytest

from editor.api import fields
from editor.api.call import EditCall, GenerationCall
from editor.api.errors import ApiError
from editor.engines.openai.catalog import catalog
from editor.engines.plans import Abilities
from tests.making import make_upload

FREE = catalog().models["gpt-image-2.5-flare"].abilities
LISTED = catalog().models["gpt-image-1.5"].abilities
BUILT_IN = Abilities()


def call(count: int = 1, **said: Any) -> EditCall:
    return EditCall(images=tuple(make_upload() for _ in range(count)), prompt="a", **said)


def refused(abilities: Abilities, count: int = 1, **said: Any) -> str | None:
    with pytest.raises(ApiError) as caught:
        fields.check(call(count, **said), abilities, "a-model")
    error = caught.value
    assert (error.status, error.code) == (400, "invalid_value")
    assert "'a-model'" in error.message
    return error.param


@pytest.mark.parametrize(
    ("abilities", "size"),
    [
        *((abilities, None) for abilities in (FREE, LISTED, BUILT_IN)),
        *((FREE, size) for size in [(1024, 1024), (1536, 864), (3840, 2160)]),
        *((LISTED, size) for size in [(1024, 1024), (1536, 1024), (1024, 1536)]),
        *((BUILT_IN, size) for size in [(16, 16), (8192, 8192), (1001, 333), (512, 512)]),
    ],
)
def test_sizes(abilities: Abilities, size: tuple[int, int] | None) -> None:
    fields.check(call(size=size), abilities, "a-model")


@pytest.mark.parametrize(
    ("abilities", "size"),
    [
        *((FREE, size) for size in [(1000, 1000), (4096, 1024), (3840, 1024), (512, 512)]),
        *((LISTED, size) for size in [(1536, 864), (512, 512), (1024, 1025)]),
        *((BUILT_IN, size) for size in [(15, 100), (100, 8193), (99999, 1)]),
    ],
)
def test_sizes_that_are_not_drawn(abilities: Abilities, size: tuple[int, int]) -> None:
    assert refused(abilities, size=size) == "size"


def test_words_of_a_model_that_lists_them() -> None:
    fields.check(call(quality="xhigh", background="opaque"), FREE, "a-model")
    assert refused(LISTED, quality="xhigh") == "quality"
    assert refused(FREE, quality="hd") == "quality"
    fields.check(call(input_fidelity="high"), LISTED, "a-model")
    low = Abilities(fidelities=("low",), backgrounds=("opaque",), moderations=("auto",))
    assert refused(low, input_fidelity="high") == "input_fidelity"
    assert refused(low, background="transparent") == "background"
    assert refused(low, moderation="low") == "moderation"


def test_words_that_a_model_never_heard_of_are_let_be() -> None:
    wishes = call(quality="hd", background="opaque", input_fidelity="high", moderation="low")
    fields.check(wishes, BUILT_IN, "a-model")


def test_how_many() -> None:
    fields.check(call(n=10, count=16), FREE, "a-model")
    assert refused(BUILT_IN, n=2) == "n"
    assert refused(BUILT_IN, count=2) == "image"
    fields.check(GenerationCall(prompt="a", n=1), BUILT_IN, "a-model")
