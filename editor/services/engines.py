"""The engines as the web process knows them: they understand and plan, but do not draw."""

from functools import cache

from editor.engines.registry import Registry


@cache
def planning_registry() -> Registry:
    """Return the registry without a runner."""
    return Registry()
