"""Every page around the canvas: nothing too wide, nothing a screen reader stumbles over."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]

from tests.browser import steps
from tests.browser.conftest import watched
from tests.making import make_image

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from tests.browser.conftest import Studio, Watched

pytestmark = pytest.mark.browser


@pytest.fixture(params=["dark-360", "light-1440"])
def page_kind(
    browser: Browser, studio: Studio, request: pytest.FixtureRequest
) -> Iterator[Watched]:
    scheme, width = request.param.split("-")
    viewport = {"width": int(width), "height": 800}
    # The checker is a script the page's own policy would rightly refuse.
    options = {"viewport": viewport, "color_scheme": scheme, "bypass_csp": True}
    yield from watched(browser, studio, request.node.name, **options)


def assert_good(page: Page) -> None:
    violations = Axe().run(page).response["violations"]
    assert [(found["id"], found["nodes"][0]["html"]) for found in violations] == []
    root = "document.documentElement"
    assert page.evaluate(f"{root}.scrollWidth <= {root}.clientWidth")


def test_pages_are_accessible_and_fit(page_kind: Watched, tmp_path: Path) -> None:
    photo = tmp_path / f"{'a very long name ' * 8}.png"
    width = page_kind.page.evaluate("innerWidth")
    make_image(width, 400, seed=77).save(photo)
    picture = steps.upload(page_kind, photo)
    page, url = page_kind.page, page_kind.studio.url
    assert_good(page)
    page.goto(f"{url}/p/{page_kind.studio.slug}/v/{picture}/")
    assert_good(page)
    page.goto(f"{url}/")
    steps.by(page_kind, "new-project").click()
    assert_good(page)
    page.goto(f"{url}/accounts/logout/")
    assert_good(page)


def test_the_theme_chosen_stays(desktop: Watched) -> None:
    page = desktop.page
    page.goto(f"{desktop.studio.url}/")
    switch = page.locator("theme-switch button")
    switch.click()
    assert switch.get_attribute("aria-label") == "Theme: light"
    page.reload()
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "light"
    switch.click()
    switch.click()
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") is None


def test_a_project_is_made_in_the_dialog(desktop: Watched) -> None:
    page = desktop.page
    page.goto(f"{desktop.studio.url}/")
    steps.by(desktop, "new-project").click()
    page.keyboard.press("Escape")
    assert not steps.by(desktop, "project-name").is_visible()
    steps.by(desktop, "new-project").click()
    steps.by(desktop, "project-name").fill("Second house")
    steps.by(desktop, "create-project").click()
    page.wait_for_url("**/p/second-house-*/")
    page.get_by_text("Drop your photos here").wait_for()
