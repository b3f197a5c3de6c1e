"""What an execution cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from editor.engines.costs import Cost
    from editor.engines.openai.catalog import Model
    from editor.imaging.sandbox.wire import JSON


def charged(model: Model, usage: Mapping[str, JSON], count: int) -> Cost | None:
    """Return the cost by the provider's own count, None where no price is known."""
    return None
