"""What an edit may cost before it is sent, and what it did cost by the provider's own count.

A price in dollars for a million tokens is as many millionths of a dollar for one.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from editor.engines.costs import Cost, CostBasis, CostRange

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from editor.engines.openai.catalog import Model, Price
    from editor.engines.plans import Size, Wanted
    from editor.imaging.sandbox.wire import JSON

MICROS: Final = 1_000_000
BYTES_PER_TOKEN: Final = 4
UNKNOWN: Final = CostRange(None, None)

type Range = tuple[float, float]


def estimate(
    model: Model,
    fields: Mapping[str, JSON],
    size: Size | None,
    wanted: Wanted,
    *,
    inputs: int | None = None,
) -> CostRange:
    """Return the least and the most that a request may cost; None where no price is known.

    ``size`` is what the crop is scaled to, None when it goes as it is; ``inputs`` says how many
    of the wanted further pictures go along.
    """
    price = model.price
    further = wanted.inputs if inputs is None else wanted.inputs[:inputs]
    pictures = (size or wanted.crop, *further)
    if price is None:
        return UNKNOWN
    if price.per_image is not None:
        return _by_picture(price, fields, len(pictures))
    if price.image_out is None or not model.tokens:
        return UNKNOWN
    return _by_token(model, price, fields, pictures, wanted.prompt)


def _by_picture(price: Price, fields: Mapping[str, JSON], inputs: int) -> CostRange:
    dollars = _count(fields) * (price.per_image or 0) + inputs * (price.per_input or 0)
    micros = math.ceil(dollars * MICROS)
    return CostRange(micros, micros)


def _by_token(
    model: Model,
    price: Price,
    fields: Mapping[str, JSON],
    pictures: tuple[Size, ...],
    prompt: str,
) -> CostRange:
    drawn = drawn_tokens(model.tokens, fields.get("quality"), pictures[0])
    shown = [input_tokens(model.inputs, fields, one) for one in pictures]
    text = math.ceil(len(prompt.encode()) / BYTES_PER_TOKEN) * (price.text_in or 0)
    # Fewer previews may come than were asked for.
    previews = _whole(fields.get("partial_images")) * model.tokens.get("partial", 0)
    low, high = (
        text
        + sum(one[end] for one in shown) * (price.image_in or 0)
        + _count(fields) * (drawn[end] + end * previews) * (price.image_out or 0)
        for end in (0, 1)
    )
    return CostRange(math.floor(low), math.ceil(high))


def drawn_tokens(rule: Mapping[str, Any], quality: JSON, size: Size) -> Range:
    """Return how many tokens one drawn picture counts, at least and at most."""
    known = isinstance(quality, str) and quality in rule["quality"]
    names = [str(quality)] if known else rule["auto"]
    found = [tokens for name in names for tokens in _drawn(rule, name, size)]
    return min(found), max(found)


def _drawn(rule: Mapping[str, Any], quality: str, size: Size) -> Iterator[float]:
    entry = rule["quality"][quality]
    if rule["rule"] == "table":
        yield entry[(size[0] != size[1]) + (size[0] > size[1])]
        return
    for factor in entry if isinstance(entry, list | tuple) else [entry]:
        yield area_tokens(factor, size)


def area_tokens(factor: float, size: Size) -> int:
    """Return the tokens of a picture of any size: what people derived from published prices."""
    long, short = max(size), min(size)
    rows = math.floor(factor * short / long + 0.5)
    return math.ceil(factor * rows * (2_000_000 + long * short) / 4_000_000)


def input_tokens(rule: Mapping[str, Any], fields: Mapping[str, JSON], size: Size) -> Range:
    """Return how many tokens a picture that is sent along counts, at least and at most."""
    if not rule:
        return 0, 0
    if rule["rule"] == "step":
        tokens = rule["large"] if size[0] * size[1] > rule["over"] else rule["tokens"]
        return tokens, tokens
    # A tile has the side that the short side is scaled to.
    tokens = rule["base"] + rule["tile"] * math.ceil(max(size) / min(size))
    if "high" not in rule:
        return tokens, tokens
    # Some models are said to count high fidelity whether it was asked for or not.
    extra = rule["high"][size[0] != size[1]]
    return tokens + extra * (fields.get("input_fidelity") == "high"), tokens + extra


def charged(
    model: Model, usage: Mapping[str, JSON] | None, count: int = 1, inputs: int = 1
) -> Cost | None:
    """Return what an answer cost by the provider's own count; None when that says nothing.

    ``count`` pictures came back, ``inputs`` went along: prices by the picture need no more. A
    zero says nothing either, unless the model is known to cost nothing.
    """
    price = model.price
    if price is None:
        return None
    usage = usage or {}
    told = _number(usage.get(price.reported)) if price.reported else None
    if told is not None:
        return _cost(told * price.reported_unit * MICROS) if told or _is_free(price) else None
    if price.per_image is not None:
        return _cost((count * price.per_image + inputs * (price.per_input or 0)) * MICROS)
    if price.image_out is None:
        return None
    read, written = _number(usage.get("input_tokens")), _number(usage.get("output_tokens"))
    if read is None or written is None or (count and price.image_out and not written):
        return None
    return _cost(_read(price, usage, read) + _written(price, usage, written))


def _is_free(price: Price) -> bool:
    figures = (price.per_image, price.per_input, price.text_in, price.image_in, price.image_out)
    known = [figure for figure in figures if figure is not None]
    return bool(known) and not any(known)


def _read(price: Price, usage: Mapping[str, JSON], total: float) -> float:
    """What was sent. Without details all of it counts as pictures, which are dearer than text."""
    text = _detail(usage, "input_tokens_details", "text_tokens")
    image = _detail(usage, "input_tokens_details", "image_tokens")
    if image is None:
        image = total - min(text or 0, total)
    if text is None:
        text = total - min(image, total)
    return text * (price.text_in or 0) + image * (price.image_in or 0)


def _written(price: Price, usage: Mapping[str, JSON], total: float) -> float:
    """What was drawn. Without details all of it is the picture; with them words may be cheaper."""
    text = _detail(usage, "output_tokens_details", "text_tokens") or 0
    if price.text_out is None:
        text = 0
    text = min(text, total)
    return text * (price.text_out or 0) + (total - text) * (price.image_out or 0)


def _detail(usage: Mapping[str, JSON], table: str, name: str) -> float | None:
    details = usage.get(table)
    return _number(details.get(name)) if isinstance(details, dict) else None


def _number(value: JSON) -> float | None:
    """A count that a stranger sent, or None for anything that is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 <= value <= MICROS * MICROS else None


def _cost(micros: float) -> Cost:
    return Cost(math.ceil(round(micros, 6)), CostBasis.USAGE)


def _count(fields: Mapping[str, JSON]) -> int:
    return _whole(fields.get("n")) or 1


def _whole(value: JSON) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
