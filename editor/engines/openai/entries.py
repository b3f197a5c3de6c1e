"""Reads a model from the catalog's words, and says a model in them.

Owners of providers use the same words; so whatever is wrong raises ValueError, with a message
that names the word.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from datetime import date
from typing import Any, Final

from editor.engines.openai.model import Model, Price
from editor.engines.plans import Abilities
from editor.imaging.sizes import SizeRules, snap

type Words = Mapping[str, Any]

LISTS: Final = ("qualities", "backgrounds", "fidelities", "formats", "moderations", "refuses")
FLAGS: Final = ("mask", "compression")
COUNTS: Final[Mapping[str, tuple[int, int]]] = {
    "n_max": (1, 10),
    "inputs_max": (1, 16),
    "partial_images_max": (0, 3),
}
TABLES: Final = ("sizes", "price", "tokens", "inputs")
TEXTS: Final = ("label", "source")
DAYS: Final = ("ends", "valid_from")
WORDS: Final = frozenset({*LISTS, *FLAGS, *COUNTS, *TABLES, *TEXTS, *DAYS})
ABILITIES: Final = frozenset(one.name for one in fields(Abilities))
SIDES: Final = ("step", "max_edge", "min_pixels", "max_pixels")
MOST: Final = 1_000_000_000
# Square, upright, wide.
SHAPES: Final = 3


def model(name: str, entry: Words) -> Model:
    """Return the model that an entry describes; words that are None count as unsaid.

    Raises ValueError.
    """
    said = {word: value for word, value in entry.items() if value is not None}
    if unknown := said.keys() - WORDS:
        raise ValueError(f"no such word: {', '.join(sorted(unknown))}")
    values = {word: _value(word, value) for word, value in said.items()}
    abilities = Abilities(
        **{word: value for word, value in values.items() if word in ABILITIES and word != "inputs"}
    )
    rest = {word: value for word, value in values.items() if word not in ABILITIES}
    return Model(**{"id": name, "label": name, "abilities": abilities, **rest})


def words(model: Model) -> dict[str, Any]:
    """Return the entry of a model; `model` reads it back."""
    abilities, unsaid = model.abilities, Abilities()
    said: dict[str, Any] = {
        name: list(value) if isinstance(value, tuple) else value
        for name in sorted(ABILITIES - {"sizes"})
        if (value := getattr(abilities, name)) != getattr(unsaid, name)
    }
    if abilities.sizes:
        said["sizes"] = rules_in_words(abilities.sizes)
    if model.price:
        said["price"] = _said(asdict(model.price), asdict(Price()))
    for name in ("label", "tokens", "inputs", "source", *DAYS):
        if value := getattr(model, name):
            said[name] = value
    if model.refuses:
        said["refuses"] = list(model.refuses)
    return said


def rules_in_words(rules: SizeRules) -> dict[str, Any]:
    """Return the table of size rules; `sizes` reads it back."""
    return _said(asdict(rules), asdict(SizeRules()))


def _said(values: Words, unsaid: Words) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value != unsaid[name]}


def sizes(entry: Words) -> SizeRules | None:
    """Return size rules by which at least one picture can be drawn; None for an empty table.

    Raises ValueError.
    """
    if not isinstance(entry, Mapping):
        raise ValueError("sizes: a table is expected")
    if unknown := entry.keys() - {*SIDES, "max_ratio", "listed"}:
        raise ValueError(f"sizes: no such word: {', '.join(sorted(unknown))}")
    if not entry:
        return None
    sides = {name: _whole(f"sizes.{name}", entry[name]) for name in SIDES if name in entry}
    ratio = _number("sizes.max_ratio", entry.get("max_ratio", 0.0))
    if 0 < ratio < 1:
        raise ValueError("sizes.max_ratio: 1 or more is expected, or 0 for no limit")
    rules = SizeRules(listed=_pairs(entry.get("listed", ())), max_ratio=ratio, **sides)
    if not rules.is_free and not rules.listed:
        raise ValueError("sizes: either a step or listed sizes are needed")
    snap(1024, 1024, rules)
    return rules


def _value(word: str, value: Any) -> Any:
    if word in LISTS:
        return _texts(word, value)
    if word in FLAGS:
        return _flag(word, value)
    if word in COUNTS:
        return _whole(word, value, *COUNTS[word])
    if word in DAYS:
        return _day(word, value)
    if word in TEXTS:
        return _text(word, value)
    return _TABLES[word](value)


def _text(word: str, value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{word}: a text is expected")
    return value.strip()


def _texts(word: str, value: Any) -> tuple[str, ...]:
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise ValueError(f"{word}: a list of texts is expected")
    found = tuple(_text(word, one) for one in value)
    if len(set(found)) < len(found):
        raise ValueError(f"{word}: a text stands there twice")
    return found


def _flag(word: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{word}: true or false is expected")
    return value


def _whole(word: str, value: Any, least: int = 0, most: int = MOST) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise ValueError(f"{word}: a whole number from {least} to {most} is expected")
    return value


def _number(word: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{word}: a number is expected")
    if not 0 <= value <= MOST or math.isnan(value):
        raise ValueError(f"{word}: a number of 0 or more is expected")
    return float(value)


def _day(word: str, value: Any) -> date:
    try:
        return value if isinstance(value, date) else date.fromisoformat(value)
    except (TypeError, ValueError):
        raise ValueError(f"{word}: a day such as 2026-12-01 is expected") from None


def _pairs(value: Any) -> tuple[tuple[int, int], ...]:
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise ValueError("sizes.listed: a list of [width, height] is expected")
    return tuple(_pair(one) for one in value)


def _pair(value: Any) -> tuple[int, int]:
    if isinstance(value, str) or not isinstance(value, Sequence) or len(value) != 2:
        raise ValueError("sizes.listed: a list of [width, height] is expected")
    width, height = (_whole("sizes.listed", side, 1, 65_536) for side in value)
    return width, height


def _price(value: Any) -> Price | None:
    if not isinstance(value, Mapping):
        raise ValueError("price: a table is expected")
    if unknown := value.keys() - {one.name for one in fields(Price)}:
        raise ValueError(f"price: no such word: {', '.join(sorted(unknown))}")
    said: dict[str, Any] = {
        name: (_text if name == "reported" else _number)(f"price.{name}", one)
        for name, one in value.items()
        if one is not None
    }
    return Price(**said) if said else None


def _tokens(value: Any) -> Words:
    if not isinstance(value, Mapping) or value.get("rule") not in {"area", "table"}:
        raise ValueError('tokens: a table with the rule "area" or "table" is expected')
    quality = value.get("quality")
    if not isinstance(quality, Mapping) or not quality:
        raise ValueError("tokens.quality: a table of qualities is expected")
    length = SHAPES if value["rule"] == "table" else 2
    for name, one in quality.items():
        _numbers(f"tokens.quality.{name}", one, length, alone=value["rule"] == "area")
    auto = _texts("tokens.auto", value.get("auto", list(quality)))
    if not auto or set(auto) - quality.keys():
        raise ValueError("tokens.auto: qualities of the table are expected")
    return {
        **value,
        "auto": list(auto),
        "partial": _number("tokens.partial", value.get("partial", 0)),
    }


def _numbers(word: str, value: Any, length: int, *, alone: bool) -> None:
    if alone and not isinstance(value, Sequence):
        _number(word, value)
    elif isinstance(value, str) or not isinstance(value, Sequence) or len(value) != length:
        raise ValueError(f"{word}: {length} numbers are expected")
    else:
        for one in value:
            _number(word, one)


def _inputs(value: Any) -> Words:
    if not isinstance(value, Mapping) or value.get("rule") not in {"step", "tiles"}:
        raise ValueError('inputs: a table with the rule "step" or "tiles" is expected')
    needed = ("over", "tokens", "large") if value["rule"] == "step" else ("base", "tile")
    for name in needed:
        _number(f"inputs.{name}", value.get(name))
    if "high" in value:
        _numbers("inputs.high", value["high"], 2, alone=False)
    return dict(value)


_TABLES: Final = {"sizes": sizes, "price": _price, "tokens": _tokens, "inputs": _inputs}
