"""An independent mask rasteriser: the specification of static/js/models/rasterise.js in Python.

Slow and plain on purpose: every subsample is tested on its own with exact integers, so that it
shares neither method nor rounding with the program it checks.
"""

from __future__ import annotations

from typing import Any

type Command = dict[str, Any]
type Point = tuple[int, int]

SUBSAMPLES = (1, 3, 5, 7)


def rasterise(width: int, height: int, commands: list[Command]) -> bytes:
    """Coverage 0..255 of width x height pixels, row by row; coordinates in eighths of a pixel."""
    coverage = bytearray(width * height)
    for command in commands:
        for y in range(height):
            for x in range(width):
                at = y * width + x
                coverage[at] = _apply(command, coverage[at], x, y)
    return bytes(coverage)


def coverage_at(commands: list[Command], x: int, y: int) -> int:
    """Coverage of a single pixel, for pictures too large to do whole."""
    value = 0
    for command in commands:
        value = _apply(command, value, x, y)
    return value


def _apply(command: Command, value: int, x: int, y: int) -> int:
    if command["type"] == "clear":
        return 0
    if command["type"] == "invert":
        return 255 - value
    inside = sum(_inside(command, (8 * x + i, 8 * y + j)) for j in SUBSAMPLES for i in SUBSAMPLES)
    share = (inside * 255 + 8) >> 4
    adds = command.get("tool") == "brush" or command.get("mode") == "add"
    return max(value, share) if adds else min(value, 255 - share)


def _inside(command: Command, sample: Point) -> bool:
    if command["type"] == "rectangle":
        x, y = sample
        return bool(
            command["x0"] <= x < command["x1"] and command["y0"] <= y < command["y1"],
        )
    flat = command["points"]
    points = list(zip(flat[::2], flat[1::2], strict=True))
    radius = 4 * command["diameter"]
    ends = zip(points, points[1:] or points, strict=False)
    return any(_within(sample, a, b, radius) for a, b in ends)


def _within(p: Point, a: Point, b: Point, radius: int) -> bool:
    """Whether p is at most radius from the segment a-b."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    px, py = p[0] - a[0], p[1] - a[1]
    length, along = dx * dx + dy * dy, px * dx + py * dy
    if along <= 0:
        return px * px + py * py <= radius * radius
    if along >= length:
        return (px - dx) ** 2 + (py - dy) ** 2 <= radius * radius
    cross = dx * py - dy * px
    return cross * cross <= radius * radius * length
