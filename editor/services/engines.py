"""The engines as the web process knows them: they understand and plan, but do not draw."""

from functools import cache

from editor.engines.registry import Registry


@cache
def planning_registry() -> Registry:
    """Return the registry without a runner."""
    return Registry()


def choices() -> list[tuple[str, str]]:
    """Return the engines that can be asked, each with its label."""
    return [(engine.id, engine.label) for engine in planning_registry().engines()]
