"""What every view of the programming interface is marked with: which method it takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


def method[View: Callable[..., Any]](allowed: str) -> Callable[[View], View]:
    """Let only calls of one method through; others are told which. HEAD goes where GET does."""

    def mark(view: View) -> View:
        view.allowed = allowed  # type: ignore[attr-defined]
        return view

    return mark
