"""Which models the programs of a project may name, and which engine each name means."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from django.utils import timezone

from editor.engines.builtin.engine import Builtin
from editor.services import engine_menu, engines, providers
from editor.services.aliases import DEFAULT, aliases

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from editor.engines.base import Engine
    from editor.engines.openai.catalog import Model
    from editor.engines.plans import Abilities
    from editor.models import Project, Provider

NOT_IN_A_NAME: Final = re.compile(r"[^a-z0-9]+")


class UnknownName(Exception):
    """No model goes by this name here; `there` are names that models go by."""

    def __init__(self, name: str, there: tuple[str, ...]) -> None:
        super().__init__(name)
        self.name, self.there = name, there


class Paused(Exception):
    """The model's provider was taken out of use."""

    def __init__(self, provider: Provider) -> None:
        super().__init__(provider.name)
        self.provider = provider


class KeyRejected(Paused):
    """The model's provider rejects its key, and nothing is sent to it."""


@dataclass(frozen=True)
class Served:
    """An engine under the name by which it was asked for, or is listed.

    ``alias_of`` is the engine's id where the name is another one; ``provider`` and ``model`` are
    None for the built-in engine.
    """

    name: str
    engine_id: str
    alias_of: str | None = None
    provider: Provider | None = None
    model: Model | None = None

    @cached_property
    def engine(self) -> Engine:
        """The engine that understands and plans; no query."""
        return engines.planning_registry().engine(self.engine_id, self.provider)

    @cached_property
    def abilities(self) -> Abilities:
        """What it takes."""
        return self.engine.abilities

    @property
    def label(self) -> str:
        """Its name for people."""
        return self.engine.label

    @property
    def ends(self) -> date | None:
        """The day it goes out of service, if one is known."""
        return self.model.ends if self.model else None


@dataclass(frozen=True, slots=True)
class Known:
    """An engine with everything that is short for it."""

    engine: Served
    short: tuple[str, ...]

    @property
    def best(self) -> str:
        """The name to show in an example: the model's own, else the engine's id."""
        own = self.engine.model.id if self.engine.model else self.engine.engine_id
        return own if own in self.short else self.engine.engine_id


@dataclass(frozen=True)
class _Offer:
    """One model of one provider of the project."""

    provider: Provider
    name: str

    @cached_property
    def id(self) -> str:
        return f"{self.provider.public_id}:{self.name}"

    @cached_property
    def long_name(self) -> str:
        """The provider's name, as an address would spell it, and the model's."""
        return f"{spelled(self.provider.name)}/{self.name}"

    @cached_property
    def model(self) -> Model:
        return providers.model(self.provider, self.name)

    @property
    def in_use(self) -> bool:
        return self.provider.is_enabled

    @property
    def works(self) -> bool:
        return self.in_use and not engine_menu.is_blocked(self.provider)

    @property
    def ended(self) -> bool:
        return self.model.retired(timezone.localdate())

    def served(self, name: str) -> Served:
        alias_of = None if name == self.id else self.id
        return Served(name, self.id, alias_of, self.provider, self.model)


def resolve(project: Project, name: str) -> Served:
    """Return what a name means in a project; without one, its default. One query.

    Raises UnknownName, Paused, KeyRejected.
    """
    name = name.strip() or DEFAULT
    if name == Builtin.id:
        return Served(name, Builtin.id)
    offers = _offers(project)
    offer = _meant(name, offers)
    if offer is None and name in aliases().names and not _connected(offers):
        return _builtin(name)
    if offer is None:
        raise _unknown(name, offers)
    _check(offer)
    return offer.served(name)


def listing(project: Project) -> list[Served]:
    """Return all that may be named, each engine by its id first, then what is short for one.

    Whatever is listed can be used now. One query.
    """
    offers = _offers(project)
    working = [offer for offer in offers if offer.works]
    listed = [Served(Builtin.id, Builtin.id), *(offer.served(offer.id) for offer in working)]
    for name in dict.fromkeys(_names(working)):
        offer = _meant(name, offers)
        if offer and offer.works:
            listed.append(offer.served(name))
        elif offer is None and not _connected(offers):
            listed.append(_builtin(name))
    return listed


def by_engine(project: Project) -> list[Known]:
    """Return the same by engine, the one that is used unless told otherwise first. One query."""
    short: dict[str, list[str]] = {}
    engines_of: list[Served] = []
    for each in listing(project):
        if each.alias_of is None:
            engines_of.append(each)
        else:
            short.setdefault(each.alias_of, []).append(each.name)
    known = [Known(each, tuple(short.get(each.engine_id, ()))) for each in engines_of]
    return sorted(known, key=lambda each: DEFAULT not in each.short)


def spelled(name: str) -> str:
    """Return a provider's name as it stands before the slash: "Our LiteLLM" is "our-litellm"."""
    return NOT_IN_A_NAME.sub("-", name.casefold()).strip("-")


def _offers(project: Project) -> list[_Offer]:
    """All models of the providers that it has: its own first, then those of the whole studio."""
    rows = sorted(providers.read_known(project), key=lambda row: (row.project_id is None, row.pk))
    return [_Offer(row, name) for row in rows for name in row.offered]


def _names(working: list[_Offer]) -> Iterator[str]:
    """Everything that is short for an engine; whose a model is, only where that tells them apart."""
    yield from aliases().names
    yield from (offer.name for offer in working if offer.name != Builtin.id)
    count = Counter(offer.name for offer in working)
    yield from (offer.long_name for offer in working if count[offer.name] > 1)


def _meant(name: str, offers: list[_Offer]) -> _Offer | None:
    """The first that works of those a name may mean; else the first in use; else the first."""
    found = _candidates(name, offers)
    return min(found, key=lambda offer: (not offer.works, not offer.in_use)) if found else None


def _candidates(name: str, offers: list[_Offer]) -> list[_Offer]:
    """By the engine's id, or the model's name, or with its provider's, or what stands in for it."""
    by_id = [offer for offer in offers if offer.id == name]
    named = [offer for offer in offers if offer.name == name]
    if not by_id and name in aliases().replaced:
        return _stand_ins(name, named, [offer for offer in offers if offer.in_use])
    whose, _slash, model = name.partition("/")
    long_name = f"{spelled(whose)}/{model}"
    return by_id or named or [offer for offer in offers if offer.long_name == long_name]


def _stand_ins(name: str, named: list[_Offer], in_use: list[_Offer]) -> list[_Offer]:
    """The model itself while it is in service, what may replace it, then whatever there is."""
    alive = [offer for offer in in_use if not offer.ended]
    wanted = aliases().replaced[name]
    replacing = [offer for model in wanted for offer in alive if offer.name == model]
    return [*(offer for offer in named if offer in alive), *replacing, *alive, *in_use]


def _connected(offers: list[_Offer]) -> bool:
    return any(offer.in_use for offer in offers)


def _builtin(name: str) -> Served:
    return Served(name, Builtin.id, Builtin.id)


def _check(offer: _Offer) -> None:
    if not offer.in_use:
        raise Paused(offer.provider)
    if engine_menu.is_blocked(offer.provider):
        raise KeyRejected(offer.provider)


def _unknown(name: str, offers: list[_Offer]) -> UnknownName:
    there = dict.fromkeys(offer.name for offer in offers if offer.works)
    return UnknownName(name, (Builtin.id, *there))
