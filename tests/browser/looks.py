"""What every page must be: nothing too wide, nothing a screen reader stumbles over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from playwright.sync_api import Page


# What ends by itself: colours half way from one to the other are nobody's look. Asking for the
# animations also lets those begin that the last change of style asked for.
AT_REST = """async () => {
    const ending = () => document.getAnimations().filter((each) =>
        each.playState === "running" && each.effect.getComputedTiming().endTime !== Infinity);
    for (let moving = ending(); moving.length > 0; moving = ending()) {
        await Promise.allSettled(moving.map((each) => each.finished));
    }
}"""


def assert_good(page: Page) -> None:
    found = violations(page)
    assert not found, f"axe: {[told(one) for one in found]}"
    root = "document.documentElement"
    assert page.evaluate(f"{root}.scrollWidth <= {root}.clientWidth")


def violations(page: Page) -> list[dict[str, Any]]:
    # A page that is just being left has no document to look at.
    page.wait_for_load_state()
    # A quote that is being asked for is dimmed.
    page.wait_for_function("() => document.querySelector('canvas-quote[aria-busy]') === null")
    page.evaluate(AT_REST)
    return list(Axe().run(page).response["violations"])


def told(violation: dict[str, Any]) -> tuple[str, int, str, str]:
    """Of what kind, how often, where first, and why."""
    nodes = violation["nodes"]
    return violation["id"], len(nodes), nodes[0]["html"], nodes[0]["failureSummary"]
