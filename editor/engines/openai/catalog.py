"""Presets, models, abilities, size rules and prices: data, read from catalog.toml once.

Nothing in code knows a model's name. What a provider's owner changed is laid over the catalog's
values with `adapted`.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from editor.engines.plans import Abilities
from editor.imaging.sizes import SizeRules

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

FILE: Final = Path(__file__).with_name("catalog.toml")


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars: per million tokens of each kind, or ``per_image`` and ``per_input`` picture."""

    text_in: float | None = None
    image_in: float | None = None
    image_out: float | None = None
    text_out: float | None = None
    per_image: float | None = None
    per_input: float | None = None


@dataclass(frozen=True, slots=True)
class Model:
    """One model: what it takes and what it costs. ``tokens`` is the rule its tokens are counted by."""

    id: str
    label: str
    abilities: Abilities
    price: Price | None = None
    tokens: Mapping[str, Any] = field(default_factory=dict)
    ends: date | None = None
    valid_from: date | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Preset:
    """How one kind of service wants to be asked; ``manner`` holds what only the wire reads."""

    id: str
    label: str
    base_url: str
    models: tuple[str, ...]
    manner: Mapping[str, Any]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Catalog:
    """All presets and models, by id, in the order they are offered."""

    valid_from: date
    presets: Mapping[str, Preset]
    models: Mapping[str, Model]


@cache
def catalog() -> Catalog:
    """Return what the file says."""
    data = tomllib.loads(FILE.read_text(encoding="utf-8"))
    presets = {name: _preset(name, entry) for name, entry in data["presets"].items()}
    models = {
        name: _model(name, entry, data["valid_from"]) for name, entry in data["models"].items()
    }
    return Catalog(data["valid_from"], presets, models)


def unlisted(name: str) -> Model:
    """Return a model that the catalog does not know: it takes prompt and picture, price unknown."""
    return Model(name, name, Abilities())


def adapted(model: Model, changes: Mapping[str, Any]) -> Model:
    """Return the model with what a provider's owner changed, in the catalog's own words."""
    return _model(model.id, _entry(model) | dict(changes), model.valid_from) if changes else model


def _preset(name: str, entry: Mapping[str, Any]) -> Preset:
    manner = {key: value for key, value in entry.items() if key not in Preset.__slots__}
    return Preset(
        id=name,
        label=entry["label"],
        base_url=entry.get("base_url", ""),
        models=tuple(entry.get("models", ())),
        manner=manner,
        note=entry.get("note", ""),
    )


def _model(name: str, entry: Mapping[str, Any], valid_from: date | None) -> Model:
    price = entry.get("price")
    return Model(
        id=name,
        label=entry.get("label", name),
        abilities=_abilities(entry),
        price=Price(**price) if price else None,
        tokens=entry.get("tokens", {}),
        ends=entry.get("ends"),
        valid_from=entry.get("valid_from", valid_from),
        source=entry.get("source", ""),
    )


def _abilities(entry: Mapping[str, Any]) -> Abilities:
    sizes = entry.get("sizes")
    return Abilities(
        n_max=entry.get("n_max", 1),
        inputs_max=entry.get("inputs_max", 1),
        mask=entry.get("mask", True),
        sizes=_sizes(sizes) if sizes else None,
        qualities=tuple(entry.get("qualities", ())),
        backgrounds=tuple(entry.get("backgrounds", ())),
        fidelities=tuple(entry.get("fidelities", ())),
        formats=tuple(entry.get("formats", ())),
        moderations=tuple(entry.get("moderations", ())),
        compression=entry.get("compression", False),
        partial_images_max=entry.get("partial_images_max", 0),
    )


def _sizes(entry: Mapping[str, Any]) -> SizeRules:
    listed = tuple((width, height) for width, height in entry.get("listed", ()))
    limits = {key: value for key, value in entry.items() if key != "listed"}
    return SizeRules(listed=listed, **limits)


def _entry(model: Model) -> dict[str, Any]:
    """The reverse of `_model`, for what can be changed."""
    raw = tomllib.loads(FILE.read_text(encoding="utf-8"))["models"]
    return dict(raw.get(model.id, {}))
