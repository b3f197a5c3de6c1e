"""Before the click: what would be sent for a wish, what not, and what it may cost."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from editor.engines import costs
from editor.engines.plans import Wanted
from editor.imaging import focus, sizes
from editor.imaging.sizes import SizeRules
from editor.services import budget_texts, budgets, engine_menu, money, parameter_words
from editor.services.months import Month

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from editor.engines.base import Engine, Instruction
    from editor.engines.costs import CostRange
    from editor.engines.plans import Change, Plan
    from editor.imaging.focus import Box, Focus, Framing
    from editor.models import Picture, Provider

# What is said of these in words of its own: a warning, or why nothing can be sent.
TOLD_APART = frozenset({"mask", "inputs"})
# What is mirrored is told from a fiftieth of the crop on: less makes up a multiple of 16.
TOLD = 0.98
# As many pixels as the most that any model draws: more would be sent for nothing.
MOST_UNSCALED = 8_294_400


@dataclass(frozen=True, slots=True)
class Sketch:
    """An edit that is about to be: `box` is that of what is painted, None without a mask."""

    picture: Picture
    prompt: str
    box: Box | None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    inputs: Sequence[Picture] = ()
    framing: Framing = focus.UNFRAMED


@dataclass(frozen=True, slots=True)
class Quote:
    """What a member reads before the click.

    `crops` are the parts of the picture that go, one or one for each area; of the first, `shown` is
    its size within the picture and `drawn` the size it is drawn at. `mirrors`: one reaches beyond.
    `changes` say what is not sent as asked, `warnings` what to expect; with `blocked` it cannot be
    sent, and why. `left` is what remains of a budget, empty where there is none.
    """

    price: str
    is_known: bool
    host: str
    crops: tuple[Focus, ...]
    shown: tuple[int, int]
    mirrors: bool
    drawn: tuple[int, int]
    is_whole: bool
    further: int
    changes: tuple[str, ...]
    warnings: tuple[str, ...]
    blocked: str
    left: str = ""

    @property
    def crop(self) -> Focus:
        """The part that goes, or the first of them."""
        return self.crops[0]


def planned(engine: Engine, instruction: Instruction, sketch: Sketch) -> tuple[Focus, Plan]:
    """Return the part of the picture an engine gets to see, and what is sent of it and how."""
    picture, rules = sketch.picture, engine.rules(instruction)
    if asked := _asked_size(engine, sketch.parameters):
        rules = replace(rules, sizes=SizeRules(listed=(asked,)))
    crop = focus.plan((picture.width, picture.height), sketch.box, rules, sketch.framing)
    return crop, planned_for(engine, crop, sketch)


def _asked_size(engine: Engine, parameters: Mapping[str, Any]) -> tuple[int, int] | None:
    """The size that a member wants drawn, as near as the model draws; a crop gets its aspect."""
    asked, rules = sizes.named(parameters.get("size")), engine.abilities.sizes
    return sizes.snap(*asked, rules) if asked and rules else None


def planned_for(engine: Engine, crop: Focus, sketch: Sketch) -> Plan:
    """Return what is sent of a crop that was planned, and how.

    What nobody protects is sent at its own size, as any other client would: the service draws it at
    the size it is asked for.
    """
    wanted = Wanted(
        crop=crop.size,
        has_mask=sketch.box is not None,
        prompt=sketch.prompt,
        inputs=tuple((other.width, other.height) for other in sketch.inputs),
        parameters=sketch.parameters,
    )
    plan = engine.plan(wanted)
    if crop.framing.protect or engine.abilities.sizes is None:
        return plan
    return replace(plan, size=sizes.within(crop.size, MOST_UNSCALED))


def quote(
    *,
    engine: Engine,
    provider: Provider,
    sketch: Sketch,
    left_micros: int | None = None,
    areas: Sequence[Box] = (),
) -> Quote:
    """Return what sending the sketch to a provider's engine would mean.

    `left_micros` is what remains of the member's or the project's budget, None without one. What is
    painted in each of the `areas` is sent by itself.
    """
    boxes: Sequence[Box | None] = areas or [sketch.box]
    parts = [planned(engine, {}, replace(sketch, box=box)) for box in boxes]
    crops, plans = tuple(crop for crop, _plan in parts), [plan for _crop, plan in parts]
    cost = costs.total(plan.cost for plan in plans)
    size = sketch.picture.width, sketch.picture.height
    return Quote(
        price=price(cost),
        is_known=cost.is_known,
        host=engine.host,
        crops=crops,
        shown=_shown(crops[0], size),
        mirrors=any(_mirrors(crop, size) for crop in crops),
        drawn=plans[0].size or crops[0].size,
        is_whole=_shown(crops[0], size) == size,
        further=len(sketch.inputs),
        changes=_changes(plans),
        warnings=tuple(_warnings(engine, provider, sketch, plans[0])),
        blocked=obstacle(engine, provider, sketch)
        or _beyond(cost, left_micros)
        or _beyond_studio(cost, provider),
        left="" if left_micros is None else money.at_least(max(0, left_micros)),
    )


def _shown(crop: Focus, size: tuple[int, int]) -> tuple[int, int]:
    left, top, right, bottom = crop.inside(size)
    return right - left, bottom - top


def _mirrors(crop: Focus, size: tuple[int, int]) -> bool:
    shown = _shown(crop, size)
    return shown[0] * shown[1] < TOLD * crop.size[0] * crop.size[1]


def _changes(plans: Iterable[Plan]) -> tuple[str, ...]:
    """What is not sent as asked, each said once."""
    said = (_sentence(c) for plan in plans for c in plan.changes if c.name not in TOLD_APART)
    return tuple(dict.fromkeys(said))


def gone() -> str:
    """Return what is said of further pictures that are not all there."""
    return _("One of the further pictures is no longer there. Remove it and send again.")


def obstacle(engine: Engine, provider: Provider | None, sketch: Sketch) -> str:
    """Return why an edit cannot be sent at all, whatever it costs; empty when it can."""
    if provider and engine_menu.is_blocked(provider):
        text = _("%(provider)s rejects its key. Nothing can be sent until the key is replaced.")
        return text % {"provider": provider.name}
    if sketch.picture in sketch.inputs:
        return _("The picture you edit is among the further ones. Remove it there.")
    most = engine.abilities.inputs_max
    extra = len(sketch.inputs) + 1 - most
    if extra <= 0:
        return ""
    if most == 1:
        return _("This engine takes one picture. Remove the further ones.")
    text = ngettext(
        "This engine takes at most %(most)d pictures. Remove %(extra)d.",
        "This engine takes at most %(most)d pictures. Remove %(extra)d of them.",
        extra,
    )
    return text % {"most": most, "extra": extra}


def price(cost: CostRange) -> str:
    """Return what an edit may cost, as its button says it."""
    words = money.span(cost)
    return _("about %(amount)s") % {"amount": words} if cost.low else words


def _beyond(cost: CostRange, left_micros: int | None) -> str:
    high = cost.high
    if left_micros is None or (high is not None and high <= left_micros):
        return ""
    if high is None:
        return _("There is a budget, and nobody knows what this edit would cost.")
    text = _("This may cost %(cost)s, and %(left)s of this month's budget is left.")
    return text % {"cost": money.at_most(high), "left": money.at_least(max(0, left_micros))}


def _beyond_studio(cost: CostRange, provider: Provider) -> str:
    budget, high = budgets.of_provider(provider, Month.current()), cost.high
    if budget is None or (high is not None and high <= budget.left):
        return ""
    if high is None:
        return budget_texts.unpriced_at(budget.name)
    return budget_texts.studio(budget, high)


def _warnings(engine: Engine, provider: Provider, sketch: Sketch, plan: Plan) -> list[str]:
    found = []
    if sketch.box and ignores_mask(engine, provider, plan):
        found.append(
            _(
                "This engine does not obey the mask and redraws all that it is sent. Only what you "
                "painted is taken from its answer, so the rest stays as it is; edges may not fit."
            )
        )
    elif sketch.box and _measured(engine, provider) == "inverted":
        found.append(
            _(
                "In its last test this model changed what is protected instead of what is "
                "painted. Whoever looks after it can choose another kind of service."
            )
        )
    if until := engine_menu.rests_until(provider):
        text = _("%(provider)s is busy: the edit waits until %(time)s.")
        found.append(text % {"provider": provider.name, "time": until})
    if ends := engine_menu.end(provider, engine.id.partition(":")[2]):
        found.append(_("This model goes out of service on %(day)s.") % {"day": date_format(ends)})
    return found


def ignores_mask(engine: Engine, provider: Provider, plan: Plan) -> bool:
    """Whether an engine redraws what was not painted: it takes no mask, or the test measured so."""
    told = any(change.name == "mask" and change.sent is None for change in plan.changes)
    return told or not engine.abilities.mask or _measured(engine, provider) == "ignored"


def _measured(engine: Engine, provider: Provider) -> str:
    """What a test of this very model found about masks; one model's test says nothing of others."""
    found = provider.tests.get(engine.id.partition(":")[2], {})
    return str(found.get("mask", ""))


def _sentence(change: Change) -> str:
    facts = {
        "name": parameter_words.name(change.name),
        "asked": parameter_words.value(change.name, change.asked),
        "sent": parameter_words.value(change.name, change.sent),
        "why": parameter_words.reason(change.reason),
    }
    if change.sent is None:
        return _("%(name)s “%(asked)s” is not sent: %(why)s.") % facts
    return _("%(name)s: %(sent)s is sent, not %(asked)s: %(why)s.") % facts
