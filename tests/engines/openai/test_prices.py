from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from editor.engines.costs import Cost, CostBasis, CostRange
from editor.engines.openai.catalog import adapted, catalog, unlisted
from editor.engines.openai.planning import plan
from editor.engines.openai.prices import area_tokens, charged, drawn_tokens, estimate
from tests.engines.openai.wiring import OWN, TWO, make_model, make_provider, make_wanted

if TYPE_CHECKING:
    from editor.engines.plans import Size
    from editor.imaging.sandbox.wire import JSON

SIZES = ((1024, 1024), (1536, 1024), (2048, 2048), (3840, 2160))
NEWER = "gpt-image-2.5-flare"
NEWEST = "gpt-image-2.6-sunburst"
OLDER = "gpt-image-1.5"
MINI = "gpt-image-1-mini"


@pytest.mark.parametrize(
    ("name", "quality", "dollars"),
    [
        (TWO, "low", (0.006, 0.005, 0.012, 0.011)),
        (NEWER, "low", (0.006, 0.005, 0.012, 0.011)),
        (NEWER, "medium", (0.013, 0.010, 0.027, 0.026)),
        (TWO, "medium", (0.053, 0.041, 0.107, 0.100)),
        (NEWER, "high", (0.053, 0.041, 0.107, 0.100)),
        (NEWER, "xhigh", (0.094, 0.074, 0.190, 0.178)),
        (TWO, "high", (0.211, 0.165, 0.428, 0.400)),
        (NEWER, "max", (0.211, 0.165, 0.428, 0.400)),
    ],
)
def test_the_published_price_of_a_picture(
    name: str, quality: str, dollars: tuple[float, ...]
) -> None:
    model = make_model(name)
    assert model.price
    for size, price in zip(SIZES, dollars, strict=True):
        low, high = drawn_tokens(model.tokens, quality, size)
        assert low == high
        assert round(low * (model.price.image_out or 0) / 1e6, 3) == price


@pytest.mark.parametrize(
    ("factor", "tokens"), [(16, 196), (24, 439), (48, 1756), (64, 3122), (96, 7024)]
)
def test_the_published_tokens_of_a_square(factor: int, tokens: int) -> None:
    assert area_tokens(factor, (1024, 1024)) == tokens


@pytest.mark.parametrize(
    ("quality", "tokens"),
    [("low", (272, 408, 400)), ("medium", (1056, 1584, 1568)), ("high", (4160, 6240, 6208))],
)
def test_the_older_models_count_by_a_table(quality: str, tokens: tuple[int, ...]) -> None:
    rule = make_model(OLDER).tokens
    shapes = ((1024, 1024), (1024, 1536), (1536, 1024))
    assert tuple(drawn_tokens(rule, quality, size)[1] for size in shapes) == tokens


def test_what_nobody_knows_exactly_is_a_range() -> None:
    rule = make_model(NEWEST).tokens
    before = make_model(NEWER).tokens
    low, high = drawn_tokens(rule, "low", (1024, 1024))
    assert low == drawn_tokens(before, "high", (1024, 1024))[0]
    assert low < high
    assert drawn_tokens(rule, "max", (1024, 1024)) == drawn_tokens(before, "max", (1024, 1024))


def micros(
    name: str = TWO,
    *,
    crop: Size = (1024, 1024),
    inputs: tuple[Size, ...] = (),
    prompt: str = "A red hat",
    **asked: JSON,
) -> CostRange:
    wanted = make_wanted(crop, inputs=inputs, prompt=prompt, asked=asked)
    return plan(make_provider(), make_model(name), wanted).cost


def test_an_estimate_is_pictures_text_and_what_is_sent() -> None:
    text, sent, drawn = 3 * 5, 1225 * 8, 1756 * 30
    assert micros(quality="medium") == CostRange(text + sent + drawn, text + sent + drawn)
    assert micros(quality="medium", n=3).high == text + sent + 3 * drawn
    two = micros(quality="medium", inputs=((640, 480), (4000, 3000)))
    assert two.high == text + sent + (1225 + 1838) * 8 + drawn


def test_left_to_the_model_the_quality_makes_a_range() -> None:
    found = micros()
    assert found == CostRange(15 + 9800 + 196 * 30, 15 + 9800 + 7024 * 30)
    assert micros(quality="auto") == found


def test_previews_may_come_and_may_not() -> None:
    plain, streamed = micros(quality="low"), micros(quality="low", partial_images=2)
    assert streamed.low == plain.low
    assert streamed.high == (plain.high or 0) + 2 * 100 * 30


def test_letters_of_other_scripts_count_more() -> None:
    latin, chinese = micros(prompt="hat " * 10), micros(prompt="帽子 " * 10)
    assert (chinese.low or 0) > (latin.low or 0)


def test_high_fidelity_counts_more_tokens() -> None:
    asked = micros(OLDER, quality="low", input_fidelity="high")
    unasked = micros(OLDER, quality="low")
    assert unasked.low == 15 + (65 + 129) * 8 + 272 * 32
    assert asked.low == (unasked.low or 0) + 4096 * 8
    # It may count even unasked.
    assert asked.high == unasked.high == asked.low
    mini = micros(MINI, quality="low")
    assert mini.low == mini.high == 3 * 2 + int((65 + 129) * 2.5) + 272 * 8


def test_a_tall_picture_has_more_tiles() -> None:
    square = micros(MINI, quality="low", crop=(1024, 1024))
    tall = micros(MINI, quality="low", crop=(1024, 1536))
    assert (tall.low or 0) - (square.low or 0) == int((408 - 272) * 8 + 129 * 2.5)


def test_prices_by_the_picture() -> None:
    wanted = make_wanted((900, 900), inputs=((640, 480),) * 5, asked={"n": 2})
    model = make_model("grok-imagine-image-2.0", "xai")
    found = plan(make_provider("xai"), model, wanted)
    assert found.cost == CostRange(2 * 60_000 + 3 * 10_000, 2 * 60_000 + 3 * 10_000)


@pytest.mark.parametrize("price", [None, {}, {"image_in": 8.0}, {"reported": "cost"}])
def test_an_unknown_price_is_no_price(price: dict[str, float] | None) -> None:
    model = adapted(make_model(TWO), {"price": price})
    assert estimate(model, {}, None, make_wanted()) == CostRange(None, None)
    assert not estimate(unlisted(OWN), {}, None, make_wanted()).is_known


def test_a_price_without_a_rule_for_tokens_says_nothing_beforehand() -> None:
    model = adapted(unlisted(OWN), {"price": {"image_out": 30.0}})
    assert not estimate(model, {}, None, make_wanted()).is_known


def test_every_model_with_a_price_has_an_estimate_or_says_it_afterwards() -> None:
    for name, model in catalog().models.items():
        known = estimate(model, {}, (1024, 1024), make_wanted()).is_known
        assert known or (model.price and model.price.reported), name


USAGE: dict[str, JSON] = {
    "input_tokens": 1300,
    "output_tokens": 2000,
    "total_tokens": 3300,
    "input_tokens_details": {"text_tokens": 100, "image_tokens": 1200},
    "output_tokens_details": {"text_tokens": 500, "image_tokens": 1500},
}


def test_a_usage_is_multiplied_with_the_prices() -> None:
    found = charged(make_model(OLDER), USAGE)
    assert found is not None
    assert found.basis == CostBasis.USAGE
    assert found.micros == 100 * 5 + 1200 * 8 + 500 * 10 + 1500 * 32


@pytest.mark.parametrize("details", [None, {}, "none", {"text_tokens": None}])
def test_row_47_without_details_all_that_was_drawn_is_picture(details: JSON) -> None:
    usage = USAGE | {"output_tokens_details": details}
    found = charged(make_model(OLDER), usage)
    assert found is not None
    assert found.micros == 100 * 5 + 1200 * 8 + 2000 * 32


def test_row_47_without_details_all_that_was_sent_is_picture() -> None:
    found = charged(make_model(TWO), {"input_tokens": 1300, "output_tokens": 2000})
    assert found is not None
    assert found.micros == 1300 * 8 + 2000 * 30


@pytest.mark.parametrize(
    "usage",
    [
        None,
        {},
        {"total_tokens": 3300},
        {"input_tokens": 1, "output_tokens": "many"},
        {"input_tokens": 1, "output_tokens": -5},
        {"input_tokens": True, "output_tokens": 5},
        {"input_tokens": float("nan"), "output_tokens": 5},
        {"input_tokens": 1, "output_tokens": 10**30},
    ],
)
def test_row_47_a_usage_that_says_nothing_is_none(usage: dict[str, JSON] | None) -> None:
    assert charged(make_model(TWO), usage) is None


@pytest.mark.parametrize(
    ("name", "usage"),
    [
        (TWO, {"input_tokens": 0, "output_tokens": 0}),
        (TWO, {"input_tokens": 1300, "output_tokens": 0}),
        ("grok-imagine-image-2.0", {"cost_in_usd_ticks": 0}),
        ("google/gemini-3.1-flash-image", {"cost": 0}),
    ],
)
def test_a_zero_from_a_service_with_a_price_says_nothing(name: str, usage: dict[str, JSON]) -> None:
    assert charged(make_model(name), usage) is None


def test_a_model_that_is_free_may_say_so() -> None:
    free = adapted(make_model(TWO), {"price": {"text_in": 0, "image_in": 0, "image_out": 0}})
    found = charged(free, {"input_tokens": 0, "output_tokens": 0})
    assert found == Cost(0, CostBasis.USAGE)
    told = adapted(free, {"price": {"per_image": 0, "reported": "cost"}})
    assert charged(told, {"cost": 0}) == Cost(0, CostBasis.USAGE)


def test_what_a_service_says_it_charged_counts_most() -> None:
    model = make_model("grok-imagine-image-2.0")
    found = charged(model, {"cost_in_usd_ticks": 700_000_000})
    assert found is not None
    assert found.micros == 70_000
    relay = make_model("google/gemini-3.1-flash-image")
    told = charged(relay, USAGE | {"cost": 0.0391})
    assert told is not None
    assert told.micros == 39_100
    assert charged(relay, USAGE) is None


def test_pictures_are_counted_where_they_have_a_price() -> None:
    found = charged(make_model("grok-imagine-image"), None, count=2, inputs=3)
    assert found is not None
    assert (found.micros, found.basis) == (2 * 20_000 + 3 * 2_000, CostBasis.USAGE)


def test_no_price_no_cost() -> None:
    assert charged(unlisted(OWN), USAGE) is None
