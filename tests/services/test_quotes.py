"""What is said before the click, with an engine whose plan the test decides on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from editor.engines.builtin.engine import Builtin
from editor.engines.costs import CostRange
from editor.engines.openai.engine import OpenAICompatible
from editor.engines.plans import Abilities, Change, Plan
from editor.imaging.focus import Focus, Framing
from editor.imaging.sizes import SizeRules
from editor.models import Picture, Provider
from editor.services import providers, quotes
from editor.services.quotes import Sketch
from tests.making import make_row, make_rows

if TYPE_CHECKING:
    from editor.engines.plans import Wanted
    from tests.conftest import People

KNOWN = CostRange(40_000, 210_000)
PLAN = Plan((512, 384), {}, (), KNOWN)
TAKES = Abilities(n_max=4, inputs_max=3, qualities=("low", "high"))


@dataclass
class Planner:
    """An engine that plans as it is told, and keeps what was wanted of it."""

    provider: Provider
    plan_made: Plan
    abilities: Abilities = TAKES
    wanted: Wanted | None = None

    def __post_init__(self) -> None:
        real = OpenAICompatible(providers.config(self.provider), "brush-1")
        self.id, self.host, self.rules = real.id, real.host, real.rules

    def plan(self, wanted: Wanted) -> Plan:
        self.wanted = wanted
        return self.plan_made


@pytest.fixture
def provider(people: People) -> Provider:
    return Provider.objects.create(
        source="owner",
        project=people.project,
        name="Paints",
        preset="generic",
        base_url="https://paints.example/v1",
        offered=["brush-1"],
    )


@pytest.fixture
def pictures(people: People) -> list[Picture]:
    return make_rows(people.project, people.olga, 5)


def quote(
    provider: Provider,
    picture: Picture,
    *,
    plan: Plan = PLAN,
    abilities: Abilities = TAKES,
    inputs: tuple[Picture, ...] = (),
    left: int | None = None,
) -> quotes.Quote:
    engine: Any = Planner(provider, plan, abilities)
    sketch = Sketch(picture, "a red door", (100, 100, 200, 180), {"quality": "high"}, inputs)
    return quotes.quote(engine=engine, provider=provider, sketch=sketch, left_micros=left)


def priced(cost: CostRange) -> Plan:
    return Plan((512, 384), {}, (), cost)


def changed(*changes: Change) -> Plan:
    return Plan((512, 384), {}, changes, KNOWN)


def test_it_says_what_it_costs_and_what_leaves(provider: Provider, pictures: list[Picture]) -> None:
    found = quote(provider, pictures[0], inputs=(pictures[1], pictures[2]))
    assert found.price == "about $0.04\u20130.21"
    assert (found.host, found.drawn, found.is_whole) == ("paints.example", (512, 384), False)
    left, top, right, bottom = found.crop.box
    assert (left < 100, top < 100, right > 200, bottom > 180) == (True, True, True, True)
    assert found.further == 2
    assert (found.changes, found.warnings, found.blocked, found.left) == ((), (), "", "")


def test_the_engine_is_asked_with_the_crop_and_the_wish(
    provider: Provider, pictures: list[Picture]
) -> None:
    engine: Any = Planner(provider, Plan(None, {}, (), KNOWN))
    sketch = Sketch(pictures[0], "door", (100, 100, 200, 180), {"n": 2}, (pictures[1],))
    crop, _plan = quotes.planned(engine, {}, sketch)
    assert engine.wanted.crop == crop.size != (640, 480)
    assert engine.wanted.has_mask
    assert engine.wanted.inputs == ((640, 480),)
    assert engine.wanted.parameters == {"n": 2}


def test_the_crop_gets_the_aspect_of_the_size_that_was_asked_for(
    provider: Provider, people: People
) -> None:
    picture = make_row(people.project, people.olga, "door.jpg", width=6000, height=4000)
    takes = Abilities(sizes=SizeRules(listed=((1024, 1024), (1536, 1024))))
    engine: Any = Planner(provider, PLAN, takes)
    sketch = Sketch(picture, "door", (1000, 1000, 1900, 1400), {"size": "1024x1024"})
    crop, _plan = quotes.planned(engine, {}, sketch)
    assert crop.size[0] == crop.size[1] > 900


def test_the_built_in_engine_gets_a_crop_that_depends_on_the_mask_alone(people: People) -> None:
    engine = Builtin()
    box, found = (3000, 2000, 3120, 2100), []
    for width, height in ((3500, 2500), (6000, 4000), (10_000, 8000)):
        name = f"{width}.jpg"
        picture = make_row(people.project, people.olga, name, width=width, height=height)
        instruction = engine.understand("remove this", has_mask=True)
        found.append(quotes.planned(engine, instruction, Sketch(picture, "remove this", box))[0])
    assert found == [Focus((2880, 1900, 3240, 2200), 3.0, 0, Framing())] * 3


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            Change("size", "1000x800", "1008x800", "snapped"),
            "Size: 1008 \u00d7 800 is sent, not 1000 \u00d7 800: the nearest that this model draws.",
        ),
        (
            Change("quality", "high", None, "unsupported"),
            "Quality \u201cHigh\u201d is not sent: this model does not take it.",
        ),
        (
            Change("n", 9, 4, "over_limit"),
            "Results: 4 is sent, not 9: that is the most this model takes.",
        ),
        (
            Change("moderation", "low", None, "refused_before"),
            "Moderation \u201cLess strict\u201d is not sent: this service refused it before.",
        ),
        (
            Change("glitter", "much", None, "never heard of"),
            "glitter \u201cmuch\u201d is not sent: this model takes it in another way.",
        ),
    ],
)
def test_whatever_is_not_sent_as_asked_is_named(
    provider: Provider, pictures: list[Picture], change: Change, sentence: str
) -> None:
    assert quote(provider, pictures[0], plan=changed(change)).changes == (sentence,)


def test_an_unknown_cost_is_not_a_price(provider: Provider, pictures: list[Picture]) -> None:
    found = quote(provider, pictures[0], plan=priced(CostRange(None, None)))
    assert (found.price, found.is_known) == ("unknown cost", False)


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (41_000, 41_000, "about $0.04"),
        (6_000, 211_000, "about $0.006\u20130.21"),
        (None, 1_200_000, "up to $1.20"),
    ],
)
def test_the_range_in_words(
    provider: Provider, pictures: list[Picture], low: int | None, high: int, words: str
) -> None:
    assert quote(provider, pictures[0], plan=priced(CostRange(low, high))).price == words


def test_what_costs_nothing_says_so(provider: Provider, pictures: list[Picture]) -> None:
    assert quote(provider, pictures[0], plan=priced(CostRange(0, 0))).price == "free"


@pytest.mark.parametrize("why", ["probe", "abilities", "plan"])
def test_a_mask_that_is_not_obeyed_is_warned_of(
    provider: Provider, pictures: list[Picture], why: str
) -> None:
    provider.probe = {"brush-1": {"mask": "ignored"}} if why == "probe" else {}
    abilities = Abilities(mask=False) if why == "abilities" else TAKES
    plan = changed(Change("mask", "painted", None, "unsupported")) if why == "plan" else PLAN
    found = quote(provider, pictures[0], abilities=abilities, plan=plan)
    assert len(found.warnings) == 1
    assert "does not obey the mask" in found.warnings[0]
    assert found.changes == ()


def test_a_mask_that_is_obeyed_is_not(provider: Provider, pictures: list[Picture]) -> None:
    provider.probe = {"brush-1": {"mask": "obeyed"}}
    assert quote(provider, pictures[0]).warnings == ()


def test_an_inverted_mask_is_warned_of(provider: Provider, pictures: list[Picture]) -> None:
    provider.probe = {"brush-1": {"mask": "inverted"}}
    (warning,) = quote(provider, pictures[0]).warnings
    assert "protected instead of" in warning


def test_a_resting_provider_only_makes_one_wait(
    provider: Provider, pictures: list[Picture]
) -> None:
    provider.open_until = timezone.now() + timedelta(minutes=5)
    found = quote(provider, pictures[0])
    assert "Paints is busy: the edit waits until" in found.warnings[0]
    assert found.blocked == ""


def test_a_rejected_key_blocks(provider: Provider, pictures: list[Picture]) -> None:
    provider.trouble = "key_rejected"
    assert "rejects its key" in quote(provider, pictures[0]).blocked


@pytest.mark.parametrize(("count", "words"), [(3, "Remove 1."), (4, "Remove 2 of them.")])
def test_too_many_pictures_block(
    provider: Provider, pictures: list[Picture], count: int, words: str
) -> None:
    blocked = quote(provider, pictures[0], inputs=tuple(pictures[1 : count + 1])).blocked
    assert "takes at most 3 pictures" in blocked
    assert blocked.endswith(words)


def test_the_picture_itself_does_not_go_along(provider: Provider, pictures: list[Picture]) -> None:
    assert "The picture you edit" in quote(provider, pictures[0], inputs=(pictures[0],)).blocked


@pytest.mark.parametrize(
    ("left", "cost", "words"),
    [
        (210_000, KNOWN, ""),
        (209_999, KNOWN, "This may cost $0.21, and $0.20 of this month's budget is left."),
        (-5, KNOWN, "This may cost $0.21, and $0.00 of this month's budget is left."),
        (99, CostRange(None, None), "nobody knows what this edit would cost"),
        (None, CostRange(None, None), ""),
    ],
)
def test_what_is_over_the_budget_blocks(
    provider: Provider, pictures: list[Picture], left: int | None, cost: CostRange, words: str
) -> None:
    blocked = quote(provider, pictures[0], plan=priced(cost), left=left).blocked
    assert words in blocked
    assert bool(blocked) == bool(words)


@pytest.mark.parametrize("shape", ["by model", "from before"])
def test_another_models_test_says_nothing_of_this_one(
    provider: Provider, pictures: list[Picture], shape: str
) -> None:
    found = {"mask": "ignored", "error": None}
    for name, warned in (("brush-2", False), ("brush-1", True)):
        provider.probe = {name: found} if shape == "by model" else {"model": name, **found}
        assert bool(quote(provider, pictures[0]).warnings) == warned


@pytest.mark.parametrize(
    ("cap", "cost", "words"),
    [
        (None, CostRange(None, None), ""),
        (210_000, KNOWN, ""),
        (209_999, KNOWN, "The studio\u2019s budget for Paints has no room this month"),
        (10**9, CostRange(None, None), "the studio has a budget for Paints. Ask an administrator"),
    ],
)
def test_what_is_over_the_studios_budget_blocks(
    provider: Provider, pictures: list[Picture], cap: int | None, cost: CostRange, words: str
) -> None:
    provider.budget_micros = cap
    blocked = quote(provider, pictures[0], plan=priced(cost)).blocked
    assert words in blocked
    assert bool(blocked) == bool(words)


def planned_bare(size: tuple[int, int], *, protect: bool = False) -> tuple[Any, Any]:
    """What is sent of a whole picture of that size to a model that draws listed sizes."""
    provider = Provider(name="Paints", preset="openai", base_url="https://api.openai.com/v1")
    engine = OpenAICompatible(providers.config(provider), "gpt-image-1.5")
    assert engine.abilities.sizes is not None
    picture = Picture(width=size[0], height=size[1])
    asked = {"size": "1024x1024"}
    sketch = Sketch(picture, "a red door", None, asked, framing=Framing(protect=protect))
    return quotes.planned(engine, {}, sketch)


@pytest.mark.parametrize(
    ("size", "sent"),
    [
        ((640, 480), None),
        ((3840, 2160), None),
        ((3841, 2160), (3840, 2159)),
        ((8000, 6000), (3325, 2494)),
    ],
)
def test_unprotected_a_picture_is_sent_at_its_own_size_up_to_a_limit(
    size: tuple[int, int], sent: tuple[int, int] | None
) -> None:
    crop, plan = planned_bare(size)
    assert (crop.box, plan.fields["size"]) == ((0, 0, *size), "1024x1024")
    if sent is None:
        assert plan.size is None
    else:
        assert plan.size[0] * plan.size[1] <= quotes.MOST_UNSCALED
        assert plan.size == pytest.approx(sent, abs=1)


def test_protected_it_is_sent_at_the_size_it_is_drawn_at() -> None:
    _crop, plan = planned_bare((640, 480), protect=True)
    assert (plan.size, plan.fields["size"]) == ((1024, 1024), "1024x1024")
