"""Presets, models, abilities, size rules and prices: data, read from catalog.toml once.

Nothing in code knows a model's name. What a provider's owner changed is laid over the catalog's
values with `adapted`, over those of a preset with `spoken`.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from editor.engines.openai import entries
from editor.engines.openai.manner import Manner
from editor.engines.openai.model import Model, Price
from editor.engines.plans import Abilities

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

__all__ = [
    "Catalog",
    "Model",
    "Preset",
    "Price",
    "adapted",
    "catalog",
    "offered",
    "spoken",
    "unlisted",
]

FILE: Final = Path(__file__).with_name("catalog.toml")
DAY: Final = re.compile(r"-[0-9]{4}-[0-9]{2}-[0-9]{2}$")
# What the contract knows; which of it a service takes, its preset says.
ANYTHING: Final = Abilities(
    n_max=10,
    inputs_max=16,
    qualities=("low", "medium", "high"),
    backgrounds=("transparent", "opaque"),
    formats=("png", "jpeg", "webp"),
    compression=True,
)


@dataclass(frozen=True, slots=True)
class Preset:
    """How one kind of service wants to be asked; ``manner`` holds what only the wire reads.

    ``ends``: the days on which this service switches models off, where they are days of its own.
    """

    id: str
    label: str
    base_url: str
    models: tuple[str, ...]
    manner: Mapping[str, Any]
    note: str = ""
    ends: Mapping[str, date] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Catalog:
    """All presets and models, by id, in the order they are offered."""

    valid_from: date
    presets: Mapping[str, Preset]
    models: Mapping[str, Model]


@cache
def catalog() -> Catalog:
    """Return what the file says."""
    return read(FILE.read_text(encoding="utf-8"))


def read(text: str) -> Catalog:
    """Return what a catalog's text says. Raises ValueError."""
    data = tomllib.loads(text)
    presets = {name: _preset(name, entry) for name, entry in data["presets"].items()}
    models: dict[str, Model] = {}
    for name, entry in data["models"].items():
        models[name] = _model(name, {"valid_from": data["valid_from"], **entry}, models)
    return Catalog(data["valid_from"], presets, models)


def unlisted(name: str) -> Model:
    """Return a model that the catalog does not know under this name.

    Behind a prefix ("team/") or a day ("-2026-04-21") may stand one that it does know. Else it is
    what the contract knows: price unknown, drawn at whatever size it is given, and a parameter is
    sent only to who asks for it.
    """
    known = catalog().models.get(DAY.sub("", name.rpartition("/")[2]))
    return replace(known, id=name, label=name) if known else Model(name, name, ANYTHING)


def offered(preset: str, name: str) -> Model:
    """Return a model as a kind of service offers it."""
    found = catalog().models.get(name) or unlisted(name)
    kind = catalog().presets.get(preset)
    return replace(found, ends=kind.ends[name]) if kind and name in kind.ends else found


def adapted(model: Model, changes: Mapping[str, Any]) -> Model:
    """Return the model with what a provider's owner changed, in the catalog's own words.

    A word that is None loses what the catalog says; ``like`` takes another model's values first.
    Raises ValueError, with a message that names the word.
    """
    return _model(model.id, changes, catalog().models, ground=model) if changes else model


def spoken(preset: Preset, changes: Mapping[str, Any]) -> Preset:
    """Return the preset with what a provider's owner changed of its manner, in the same words.

    Raises ValueError, with a message that names the word.
    """
    if not changes:
        return preset
    manner = {**preset.manner, **changes}
    Manner.of(manner)
    return replace(preset, manner=manner)


def _preset(name: str, entry: Mapping[str, Any]) -> Preset:
    own = {"label", "base_url", "models", "note", "models_end"}
    manner = {key: value for key, value in entry.items() if key not in own}
    Manner.of(manner)
    return Preset(
        id=name,
        label=entry["label"],
        base_url=entry.get("base_url", ""),
        models=tuple(entry.get("models", ())),
        manner=manner,
        note=entry.get("note", ""),
        ends=entry.get("models_end", {}),
    )


def _model(
    name: str,
    entry: Mapping[str, Any],
    known: Mapping[str, Model],
    *,
    ground: Model | None = None,
) -> Model:
    said = dict(entry)
    like = said.pop("like", None)
    if like is not None:
        if like not in known:
            raise ValueError(f"like: the catalog knows no model {like!r}")
        ground = known[like]
    return entries.model(name, (entries.words(ground) if ground else {}) | said)
