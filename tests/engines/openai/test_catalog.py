from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from editor.engines.openai import entries
from editor.engines.openai.catalog import adapted, catalog, offered, read, unlisted
from editor.engines.openai.manner import Manner
from editor.engines.openai.planning import WORDS, abilities
from editor.engines.openai.provider import Timeouts
from editor.imaging.sizes import is_legal
from tests.architecture import source
from tests.engines.openai.wiring import OWN, TWO, make_provider

if TYPE_CHECKING:
    from editor.engines.openai.catalog import Model

MODELS = sorted(catalog().models.items())
# Families of models, also of those that the catalog does not hold.
FAMILY = re.compile(r"gpt-image|chatgpt-image|dall-e|grok-|gemini|seedream|flux", re.IGNORECASE)
KINDS = {
    *("openai", "azure-v1", "azure-legacy", "apigo", "litellm", "localai", "vllm-omni", "sglang"),
    *("xai", "openrouter", "generic"),
}


def test_the_catalog_knows_every_kind_of_service_that_was_promised() -> None:
    assert set(catalog().presets) == KINDS
    assert catalog().valid_from >= date(2026, 11, 1)


def test_presets_offer_models_that_exist() -> None:
    for name, preset in catalog().presets.items():
        assert set(preset.models) <= catalog().models.keys(), name
        assert set(preset.ends) <= set(preset.models), name
        assert preset.label


def test_no_model_is_named_in_code() -> None:
    for path in source.files("*.py"):
        if not path.is_relative_to(source.ROOT / "editor"):
            continue
        text = path.read_text()
        assert not FAMILY.search(text), path
        assert not [name for name, _ in MODELS if name in text], path


@pytest.mark.parametrize("model", [one for _, one in MODELS], ids=[name for name, _ in MODELS])
def test_every_model_is_whole(model: Model) -> None:
    assert model.label
    assert model.source.startswith("https://")
    assert model.valid_from
    assert model.price
    sizes = model.abilities.sizes
    assert sizes is None or all(is_legal(size, sizes) for size in sizes.listed)
    if model.tokens:
        assert set(model.abilities.qualities) == set(model.tokens["quality"])


@pytest.mark.parametrize("model", [one for _, one in MODELS], ids=[name for name, _ in MODELS])
def test_a_model_said_in_words_is_the_model(model: Model) -> None:
    assert entries.model(model.id, entries.words(model)) == model


def test_a_model_like_another_has_its_values() -> None:
    first, second = (
        catalog().models["gpt-image-2.5-sunburst"],
        catalog().models["gpt-image-2.5-flare"],
    )
    assert first.abilities == second.abilities
    assert first.price == second.price
    assert first.label != second.label


def test_models_that_end_say_so_before_and_after() -> None:
    model = catalog().models["gpt-image-1-mini"]
    assert model.ends == date(2026, 12, 1)
    assert not model.retired(date(2026, 11, 30))
    assert model.retired(date(2026, 12, 1))
    assert model.ends_within(date(2026, 11, 26), 30)
    assert not model.ends_within(date(2026, 10, 1), 30)
    assert not model.ends_within(date(2026, 12, 2), 30)
    assert not catalog().models[TWO].retired(date(2030, 1, 1))


def test_a_service_may_keep_a_model_for_longer() -> None:
    assert offered("azure-v1", "gpt-image-1-mini").ends == date(2027, 4, 7)
    assert offered("openai", "gpt-image-1-mini").ends == date(2026, 12, 1)
    assert offered("nowhere", TWO) == catalog().models[TWO]
    assert offered("openai", OWN) == unlisted(OWN)


def test_a_model_nobody_knows_is_usable() -> None:
    model = unlisted(OWN)
    assert model.price is None
    able = abilities(make_provider("generic"), model)
    assert (able.mask, able.inputs_max, able.n_max, able.sizes) == (True, 16, 10, None)
    assert abilities(make_provider("localai"), model).inputs_max == 1
    assert abilities(make_provider("xai"), model).inputs_max == 3


@pytest.mark.parametrize("name", [f"team/{TWO}", f"{TWO}-2026-04-21", f"a/b/{TWO}-2031-01-01"])
def test_a_known_model_is_known_behind_a_prefix_and_a_day(name: str) -> None:
    found, known = unlisted(name), catalog().models[TWO]
    assert (found.id, found.label) == (name, name)
    assert (found.abilities, found.price, found.tokens) == (
        known.abilities, known.price, known.tokens
    )  # fmt: skip
    assert unlisted(f"{TWO}-turbo").price is None


def test_an_owner_changes_what_they_know_better() -> None:
    model = adapted(
        catalog().models[TWO],
        {
            "label": "Our picture model",
            "n_max": 2,
            "qualities": ["low"],
            "price": {"per_image": 0.05},
            "ends": "2027-01-31",
            "sizes": {"listed": [[512, 512], [768, 768]]},
        },
    )
    assert (model.id, model.label, model.abilities.n_max) == (TWO, "Our picture model", 2)
    assert model.abilities.qualities == ("low",)
    assert model.price
    assert (model.price.per_image, model.price.image_out) == (0.05, None)
    assert model.ends == date(2027, 1, 31)
    assert model.abilities.sizes
    assert not model.abilities.sizes.is_free
    assert model.abilities.inputs_max == 16


def test_no_change_is_the_model_itself() -> None:
    model = catalog().models[TWO]
    assert adapted(model, {}) is model
    assert adapted(model, entries.words(model)) == model


def test_a_word_of_nothing_loses_what_the_catalog_says() -> None:
    model = adapted(catalog().models["gpt-image-1.5"], {"ends": None, "price": None, "sizes": None})
    assert (model.ends, model.price, model.abilities.sizes) == (None, None, None)
    emptied = adapted(catalog().models[TWO], {"price": {}, "sizes": {}})
    assert (emptied.price, emptied.abilities.sizes) == (None, None)


def test_a_deployment_with_a_name_of_its_own_can_be_like_a_known_model() -> None:
    model = adapted(unlisted(OWN), {"like": TWO, "n_max": 1})
    known = catalog().models[TWO]
    assert (model.id, model.price, model.tokens) == (OWN, known.price, known.tokens)
    assert (model.abilities.sizes, model.abilities.n_max) == (known.abilities.sizes, 1)


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"colour": "red"}, "colour"),
        ({"like": "no-such-model"}, "like"),
        ({"label": ""}, "label"),
        ({"label": 7}, "label"),
        ({"n_max": 0}, "n_max"),
        ({"n_max": 11}, "n_max"),
        ({"n_max": True}, "n_max"),
        ({"n_max": "3"}, "n_max"),
        ({"inputs_max": 17}, "inputs_max"),
        ({"partial_images_max": 4}, "partial_images_max"),
        ({"mask": "yes"}, "mask"),
        ({"qualities": "low"}, "qualities"),
        ({"qualities": [1]}, "qualities"),
        ({"qualities": ["low", "low"]}, "qualities"),
        ({"ends": "soon"}, "ends"),
        ({"ends": 2027}, "ends"),
        ({"price": 5}, "price"),
        ({"price": {"image_out": -1}}, "price.image_out"),
        ({"price": {"image_out": float("nan")}}, "price.image_out"),
        ({"price": {"image_out": float("inf")}}, "price.image_out"),
        ({"price": {"image_out": "30"}}, "price.image_out"),
        ({"price": {"picture": 1}}, "picture"),
        ({"price": {"reported": 3}}, "price.reported"),
        ({"sizes": {"max_edge": 1024}}, "sizes"),
        ({"sizes": [1024, 1024]}, "sizes"),
        ({"sizes": {"listed": [1024]}}, "sizes.listed"),
        ({"sizes": {"listed": [[0, 1024]]}}, "sizes.listed"),
        ({"sizes": {"step": 16, "max_edge": 8}}, "sizes"),
        ({"sizes": {"step": 16, "max_ratio": 0.5}}, "sizes.max_ratio"),
        ({"sizes": {"step": -16}}, "sizes.step"),
        ({"sizes": {"step": 16, "depth": 3}}, "depth"),
        ({"tokens": {"rule": "guess"}}, "tokens"),
        ({"tokens": {"rule": "area"}}, "tokens.quality"),
        ({"tokens": {"rule": "area", "quality": {"low": "few"}}}, "tokens.quality.low"),
        ({"tokens": {"rule": "table", "quality": {"low": [1, 2]}}}, "tokens.quality.low"),
        ({"tokens": {"rule": "area", "quality": {"low": 1}, "auto": ["high"]}}, "tokens.auto"),
        ({"inputs": {"rule": "step"}}, "inputs.over"),
        ({"inputs": {"rule": "weight"}}, "inputs"),
    ],
)
def test_nonsense_is_refused_by_its_name(changes: dict[str, Any], word: str) -> None:
    with pytest.raises(ValueError, match=re.escape(word)):
        adapted(catalog().models[TWO], changes)


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ('transport = "pigeon"', "transport"),
        ('mask = "inverted"', "mask"),
        ("colour = 3", "colour"),
        ("timeouts = { patience = 3 }", "patience"),
        ("sizes = { step = 16, max_edge = 8 }", "sizes"),
    ],
)
def test_a_manner_that_means_nothing_is_refused(line: str, word: str) -> None:
    with pytest.raises(ValueError, match=word):
        read(f'valid_from = 2026-11-26\n[models]\n[presets.x]\nlabel = "X"\n{line}\n')


def test_what_a_preset_starts_a_provider_with_is_what_providers_have() -> None:
    for name, preset in catalog().presets.items():
        clocks = Timeouts(**Manner.of(preset.manner).timeouts)
        assert clocks.total >= clocks.read, name


def test_fields_of_presets_are_parameters() -> None:
    known = {*WORDS, "n", "size", "output_compression", "partial_images"}
    for name, preset in catalog().presets.items():
        assert set(Manner.of(preset.manner).fields or ()) <= known, name
