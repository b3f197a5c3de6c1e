"""Names of models that tools send and nobody need offer: data, read from aliases.toml once."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE: Final = Path(__file__).with_name("aliases.toml")
DEFAULT: Final = "default"


@dataclass(frozen=True, slots=True)
class Aliases:
    """``replaced``: names with what may stand in for each; ``living`` ones mean themselves."""

    replaced: Mapping[str, tuple[str, ...]]
    living: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """All of them, in the order they are listed."""
        return (*self.replaced, *self.living)


@cache
def aliases() -> Aliases:
    """Return what the file says."""
    data = tomllib.loads(FILE.read_text(encoding="utf-8"))
    replaced = {name: tuple(models) for name, models in data["replaced"].items()}
    return Aliases(replaced, tuple(data["living"]))
