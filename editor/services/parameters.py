"""What an edit asked for and what was really done, as figures."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from editor.imaging.focus import Focus
from editor.models import Edit, Mask
from editor.services.instructions import in_words

# What an engine reports that has a line of its own, or tells only its maker something.
TOLD = frozenset(
    {
        *("steps", "seed", "seconds", "filled", "by_mask"),
        *("n", "size", "quality", "background", "input_fidelity", "output_format", "model"),
        *("count", "pixels", "formats", "asked", "unreadable", "request_id", "revised_prompt"),
    }
)


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
    `seed`: the one used; `done`: the steps taken, in words; `reported`: what the engine says
    beyond that, in its own names.
    """

    coverage: float | None
    mask: Box | None
    seen: Box | None
    saw_all: bool
    seed: int
    waited: timedelta | None
    done: str
    reported: str


def parameters(edit: Edit) -> Parameters:
    """Return the figures of an edit."""
    actual, seen = edit.actual, Focus.from_json(edit.focus) if edit.focus else None
    size = edit.picture.width, edit.picture.height
    return Parameters(
        coverage=coverage(edit.mask) if edit.mask else None,
        mask=_box(edit.mask.box) if edit.mask else None,
        seen=_box(seen.inside(size)) if seen else None,
        saw_all=seen is not None and seen.covers(size),
        seed=actual.get("seed", edit.seed),
        waited=edit.started_at - edit.created_at if edit.started_at else None,
        done=in_words(actual),
        reported=_reported(actual),
    )


def coverage(mask: Mask) -> float:
    """Return how much of the picture is painted, in percent."""
    return 100 * mask.painted / (mask.width * mask.height)


def _box(box: tuple[int, int, int, int]) -> Box:
    left, top, right, bottom = box
    return Box(right - left, bottom - top, left, top)


def _reported(actual: dict[str, Any]) -> str:
    """Whatever an engine reports that is not told elsewhere."""
    others = {name: _text(value) for name, value in actual.items() if name not in TOLD}
    return "; ".join(f"{name}: {text}" for name, text in others.items() if text)


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {number}" for name, number in value.items())
    return str(value) if isinstance(value, str | int | float) else ""
