"""What an edit asked for and what was really done, as figures."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from editor.imaging.focus import Focus
from editor.models import Edit, Mask


@dataclass(frozen=True, slots=True)
class Box:
    """A part of a picture: size and place in pixels."""

    width: int
    height: int
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Parameters:
    """The figures of an edit; None where there is nothing to say.

    `coverage`: painted share of the picture in percent; `seen`: the part the engine worked on;
    `actual`: what the engine reports beyond that, as plain texts by name.
    """

    coverage: float | None
    mask: Box | None
    seen: Box | None
    seed: int
    waited: timedelta | None
    worked: timedelta | None
    actual: dict[str, str]


def parameters(edit: Edit) -> Parameters:
    """Return the figures of an edit."""
    start, end = edit.started_at, edit.finished_at
    return Parameters(
        coverage=coverage(edit.mask) if edit.mask else None,
        mask=_box(edit.mask.box) if edit.mask else None,
        seen=_box(Focus.from_json(edit.focus).box) if edit.focus else None,
        seed=edit.seed,
        waited=start - edit.created_at if start else None,
        worked=end - start if start and end else None,
        actual=_actual(edit.actual),
    )


def coverage(mask: Mask) -> float:
    """Return how much of the picture is painted, in percent."""
    return 100 * mask.painted / (mask.width * mask.height)


def _box(box: tuple[int, int, int, int]) -> Box:
    left, top, right, bottom = box
    return Box(right - left, bottom - top, left, top)


def _actual(actual: dict[str, Any]) -> dict[str, str]:
    """Single values as they are; lists of steps are told in words elsewhere."""
    plain = {name: value for name, value in actual.items() if isinstance(value, str | int | float)}
    return {name: str(value) for name, value in plain.items() if name != "seed"}
