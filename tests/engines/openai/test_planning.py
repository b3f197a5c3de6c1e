from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from editor.engines.openai.catalog import adapted, catalog, unlisted
from editor.engines.openai.planning import Reason, abilities, plan, rules
from editor.engines.plans import Change, Plan
from editor.imaging.focus import MOST_PIXELS, Framing, is_even
from editor.imaging.focus import plan as focus_plan
from editor.imaging.sizes import SizeRules, is_legal
from tests.engines.openai.wiring import (
    OWN,
    TWO,
    make_model,
    make_provider,
    make_wanted,
)

if TYPE_CHECKING:
    from editor.engines.plans import Size
    from editor.imaging.sandbox.wire import JSON

OLDER = "gpt-image-1.5"
MINI = "gpt-image-1-mini"


def planned(
    name: str = TWO,
    preset: str = "openai",
    *,
    crop: Size = (1200, 800),
    inputs: int = 0,
    learned: frozenset[str] = frozenset(),
    asked: dict[str, JSON] | None = None,
    **parameters: JSON,
) -> Plan:
    provider = make_provider(preset, learned={name: learned})
    wanted = make_wanted(crop, inputs=((640, 480),) * inputs, asked=(asked or {}) | parameters)
    return plan(provider, make_model(name, preset), wanted)


def changes(found: Plan) -> set[tuple[str, JSON, str]]:
    return {(one.name, one.sent, one.reason) for one in found.changes}


def test_who_asks_for_nothing_gets_the_crop_at_its_own_size() -> None:
    found = planned()
    assert (found.size, found.fields, found.changes) == ((1200, 800), {"size": "1200x800"}, ())


@pytest.mark.parametrize(
    "name",
    [name for name in catalog().models if name.startswith("gpt-image-2")],
)
def test_row_44_input_fidelity_is_dropped_for_models_that_are_always_faithful(name: str) -> None:
    found = planned(name, input_fidelity="high")
    assert "input_fidelity" not in found.fields
    assert Change("input_fidelity", "high", None, "unsupported") in found.changes


def test_row_44_the_mini_takes_low_fidelity_only() -> None:
    assert planned(MINI, input_fidelity="low").fields["input_fidelity"] == "low"
    assert changes(planned(MINI, input_fidelity="high")) == {
        ("input_fidelity", None, "unsupported")
    }
    assert planned(OLDER, input_fidelity="high").fields["input_fidelity"] == "high"


@pytest.mark.parametrize("preset", ["sglang", "xai", "openrouter"])
def test_row_44_a_mask_is_dropped_where_none_is_taken_and_it_is_said(preset: str) -> None:
    found = planned(OWN, preset)
    assert Change("mask", "painted", None, "unsupported") in found.changes
    assert not abilities(make_provider(preset), unlisted(OWN)).mask


def test_row_44_nothing_is_said_of_a_mask_where_it_is_sent() -> None:
    assert not planned().changes


@pytest.mark.parametrize(
    ("asked", "sent"),
    [
        ("1024x1024", (1024, 1024)),
        ("1000x1000", (1008, 1008)),
        ("512x512", (816, 816)),
        ("3840x1024", (3840, 1280)),
        ("9999x9999", (2880, 2880)),
    ],
)
def test_row_45_a_free_size_is_snapped_and_the_mapping_is_kept(asked: str, sent: Size) -> None:
    found = planned(size=asked)
    said = f"{sent[0]}x{sent[1]}"
    assert found.size == sent
    assert found.fields["size"] == said
    assert found.changes == (() if said == asked else (Change("size", asked, said, "snapped"),))


@pytest.mark.parametrize(
    ("crop", "sent"),
    [((1200, 800), (1536, 1024)), ((800, 700), (1024, 1024)), ((9, 90), (1024, 1536))],
)
def test_row_45_a_listed_size_is_the_nearest(crop: Size, sent: Size) -> None:
    found = planned(OLDER, crop=crop, size="auto")
    assert (found.size, found.fields["size"]) == (sent, f"{sent[0]}x{sent[1]}")
    assert found.changes == ()


@given(st.integers(1, 12_000), st.integers(1, 12_000), st.sampled_from(sorted(catalog().models)))
def test_row_45_what_is_planned_is_always_legal(width: int, height: int, name: str) -> None:
    found = planned(name, crop=(width, height))
    legal = make_model(name).abilities.sizes or SizeRules()
    assert is_legal(found.size or (width, height), legal)


@pytest.mark.parametrize("asked", ["1024", "0x100", "wide", "1024X1024", 7, "-5x5"])
def test_a_size_that_is_none_counts_as_automatic(asked: JSON) -> None:
    found = planned(size=asked)
    assert found.changes == (Change("size", asked, "1200x800", "invalid"),)


def test_a_model_nobody_knows_draws_at_the_size_it_is_given() -> None:
    assert planned(OWN, "generic").size is None
    assert planned(OWN, "generic").fields == {}
    asked = planned(OWN, "generic", size="1000x600")
    assert (asked.size, asked.fields) == ((1000, 600), {"size": "1000x600"})


def test_a_crop_that_is_too_large_for_a_model_nobody_knows_is_made_smaller() -> None:
    found = planned(OWN, "generic", crop=(6000, 4000))
    assert found.size is not None
    assert found.size[0] * found.size[1] <= 8_294_400
    assert found.size[0] / found.size[1] == pytest.approx(1.5, rel=0.01)
    huge = planned(OWN, "generic", size="99999x99999")
    assert huge.fields["size"] == "2880x2880"


def test_where_the_size_is_no_field_the_picture_has_it() -> None:
    found = planned(OWN, "localai", size="1024x1024")
    assert (found.size, found.fields) == ((512, 512), {})
    assert changes(found) == {("size", None, "unsupported")}
    assert planned(OWN, "localai", size="512x512").changes == ()


def test_where_a_service_knows_aspects_the_nearest_is_sent() -> None:
    found = planned(OWN, "xai", size="1920x1080")
    assert found.fields["aspect_ratio"] == "16:9"
    assert changes(found) >= {("size", "16:9", "snapped")}
    assert "aspect_ratio" not in planned(OWN, "xai").fields
    assert planned(OWN, "openrouter").fields["aspect_ratio"] == "3:2"
    assert planned(OWN, "openrouter").size == (1536, 1024)


def test_a_free_model_behind_a_service_of_aspects_is_drawn_at_one_of_them() -> None:
    found = planned(f"openai/{TWO}", "openrouter", crop=(1000, 740))
    assert (found.size, found.fields["aspect_ratio"]) == ((1280, 960), "4:3")
    listed = adapted(unlisted(OWN), {"sizes": {"listed": [[512, 512]]}})
    assert plan(make_provider("openrouter"), listed, make_wanted()).size == (512, 512)


@pytest.mark.parametrize(
    ("asked", "sent"),
    [
        ({"n": 3}, {"n": 3}),
        ({"n": "3"}, {"n": 3}),
        ({"n": 1}, {}),
        ({"quality": "high"}, {"quality": "high"}),
        ({"quality": "auto", "background": None, "moderation": ""}, {}),
        (
            {"output_format": "webp", "output_compression": "0"},
            {"output_format": "webp", "output_compression": 0},
        ),
        ({"partial_images": 2}, {"partial_images": 2, "stream": True}),
        ({"partial_images": 0}, {}),
        ({"moderation": "low"}, {"moderation": "low"}),
    ],
)
def test_what_is_taken_is_sent_by_its_name(asked: dict[str, JSON], sent: dict[str, JSON]) -> None:
    found = planned(asked=asked)
    assert found.fields == sent | {"size": "1200x800"}
    assert found.changes == ()


@pytest.mark.parametrize(
    ("asked", "change"),
    [
        ({"n": 12}, ("n", 10, "over_limit")),
        ({"n": 0}, ("n", None, "invalid")),
        ({"n": "many"}, ("n", None, "invalid")),
        ({"n": True}, ("n", None, "invalid")),
        ({"partial_images": 7}, ("partial_images", 3, "over_limit")),
        ({"quality": "xhigh"}, ("quality", None, "unsupported")),
        ({"background": "transparent"}, ("background", None, "unsupported")),
        ({"output_format": "gif"}, ("output_format", None, "unsupported")),
        ({"output_compression": 80}, ("output_compression", None, "needs_lossy_format")),
        (
            {"output_format": "jpeg", "output_compression": 101},
            ("output_compression", None, "invalid"),
        ),
        ({"complexity": "high"}, ("complexity", None, "unsupported")),
    ],
)
def test_what_is_changed_is_said(asked: dict[str, JSON], change: tuple[str, JSON, str]) -> None:
    found = planned(asked=asked)
    assert changes(found) == {change}
    name, sent, _ = change
    assert found.fields.get(name) == sent


def test_transparency_needs_a_format_that_holds_it() -> None:
    found = planned(OLDER, background="transparent", output_format="jpeg")
    assert changes(found) == {("background", None, "needs_alpha_format")}
    assert found.fields["output_format"] == "jpeg"
    assert planned(OLDER, background="transparent").fields["background"] == "transparent"


@pytest.mark.parametrize(
    ("name", "preset", "inputs", "change"),
    [
        (TWO, "openai", 15, None),
        (TWO, "openai", 18, ("inputs", 15, "over_limit")),
        (OWN, "xai", 5, ("inputs", 2, "over_limit")),
        (OWN, "localai", 1, ("inputs", None, "unsupported")),
    ],
)
def test_pictures_beyond_the_limit_stay_here(
    name: str, preset: str, inputs: int, change: tuple[str, JSON, str] | None
) -> None:
    found = {one for one in changes(planned(name, preset, inputs=inputs)) if one[0] == "inputs"}
    assert found == ({change} if change else set())


def test_what_a_service_refused_before_is_not_asked_again() -> None:
    learned = frozenset({"moderation", "size", "n", "stream"})
    found = planned(learned=learned, moderation="low", size="1024x1024", n=2, partial_images=1)
    assert found.fields == {}
    assert found.size == (1024, 1024)
    assert changes(found) == {
        ("moderation", None, "refused_before"),
        ("size", None, "refused_before"),
        ("n", None, "refused_before"),
        ("partial_images", None, "refused_before"),
    }


def test_a_mask_that_was_refused_before_is_said_to_be() -> None:
    found = planned(learned=frozenset({"mask"}))
    assert changes(found) == {("mask", None, "refused_before")}


def test_a_field_that_a_service_always_wants_can_be_refused_too() -> None:
    assert planned(OWN, "apigo").fields == {"response_format": "b64_json"}
    assert planned(OWN, "apigo", learned=frozenset({"response_format"})).fields == {}


def test_abilities_are_what_both_the_model_and_the_service_know() -> None:
    able = abilities(make_provider("vllm-omni"), make_model(TWO))
    assert (able.qualities, able.moderations, able.partial_images_max) == ((), (), 0)
    assert able.mask
    assert able.formats == ("png", "jpeg", "webp")
    assert abilities(make_provider(), make_model(TWO)) == make_model(TWO).abilities


def test_what_an_owner_changed_counts() -> None:
    model = adapted(make_model(TWO), {"n_max": 2, "sizes": {"listed": [[512, 512]]}})
    found = plan(make_provider(), model, make_wanted(asked={"n": 4}))
    assert (found.size, found.fields["n"]) == ((512, 512), 2)


def test_the_crop_grows_to_what_the_model_draws() -> None:
    wide = rules(make_provider(), make_model(OLDER))
    crop = focus_plan((4000, 3000), (1000, 1000, 1400, 1300), wide)
    assert crop.size[0] / crop.size[1] == pytest.approx(1.5, abs=0.01)
    found = plan(make_provider(), make_model(OLDER), make_wanted(crop.size))
    assert found.size == (1536, 1024)


SIZED = [name for name, model in catalog().models.items() if model.abilities.sizes is not None]


@settings(max_examples=60)
@given(
    st.sampled_from(SIZED),
    st.integers(40, 9000),
    st.integers(40, 9000),
    st.tuples(*[st.floats(0, 1)] * 4),
    st.none() | st.floats(1.1, 4),
)
def test_what_any_model_of_the_catalog_is_sent_is_legal_and_of_the_crops_shape(
    name: str, width: int, height: int, places: tuple[float, ...], context: float | None
) -> None:
    (left, right), (top, bottom) = sorted(places[:2]), sorted(places[2:])
    x0, y0 = int(left * (width - 1)), int(top * (height - 1))
    mask = (x0, y0, max(x0 + 1, round(right * width)), max(y0 + 1, round(bottom * height)))
    provider, model = make_provider(), make_model(name)
    found = rules(provider, model)
    assert found.sizes
    crop = focus_plan((width, height), mask, found, Framing(context=context))
    drawn = plan(provider, model, make_wanted(crop.size)).size
    assert drawn
    assert is_legal(drawn, found.sizes)
    if crop.size[0] * crop.size[1] < MOST_PIXELS // 4:
        assert is_even(crop.size, drawn)


def test_a_plan_survives_json() -> None:
    found = planned(n=12, size="1000x1000", inputs=2)
    assert Plan.from_json(found.to_json()) == found


def test_every_reason_has_a_word_of_its_own() -> None:
    assert len({reason.value for reason in Reason}) == 7
