"""The child processes that open pictures for the web process; they import Pillow only."""

from functools import cache

from editor.imaging.intake import INTAKE_LIMITS
from editor.imaging.render import RENDER_LIMITS
from editor.imaging.sandbox.client import Sandbox

SLOTS = 2  # an 80 MP picture takes about a gigabyte while it is checked


@cache
def decoder() -> Sandbox:
    """Return this process's decoder of files from outside; its first job starts it."""
    return Sandbox(
        preload=[
            "editor.imaging.answer",
            "editor.imaging.arrival",
            "editor.imaging.intake",
            "editor.imaging.mask",
            "editor.imaging.partial",
        ],
        limits=INTAKE_LIMITS,
        slots=SLOTS,
    )


@cache
def renderer() -> Sandbox:
    """Return this process's renderer of pictures that were taken in; it may take longer."""
    preload = ["editor.imaging.proof", "editor.imaging.render"]
    return Sandbox(preload=preload, limits=RENDER_LIMITS, slots=SLOTS)
