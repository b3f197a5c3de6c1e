"""The child processes of a worker, one set for all tests of a process: they take long to start."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from editor.pipeline import assembly

if TYPE_CHECKING:
    from editor.imaging.sandbox.client import Sandbox


@cache
def shared() -> Sandbox:
    """Started by the first who uses it, ended with the process."""
    return assembly.new_sandbox(2)
