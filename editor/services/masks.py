"""Masks on their way into the store: checked and normalised, not yet named by a row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from editor.services import media

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FILE = "mask.png"


@dataclass(frozen=True, slots=True)
class Painted:
    """A mask that lies in the store: what `editor.imaging.mask` found of it."""

    folder: str
    sha256: str
    box: tuple[int, int, int, int]
    painted: int


def keep(folder: Path, facts: Mapping[str, Any], sha256: str) -> Painted:
    """Move a scratch folder that holds nothing but the coverage into the store.

    Raises OSError when the disk is full.
    """
    left, top, right, bottom = facts["box"]
    return Painted(media.keep(folder), sha256, (left, top, right, bottom), facts["painted"])


def drop(painted: Painted | None) -> None:
    """Remove a mask whose row was never written."""
    if painted:
        media.drop(painted.folder)
