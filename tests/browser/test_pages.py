"""Every page around the canvas: nothing too wide, nothing a screen reader stumbles over."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser import steps
from tests.browser.looks import assert_good
from tests.making import make_image

if TYPE_CHECKING:
    from pathlib import Path

    from tests.browser.conftest import Watched

pytestmark = pytest.mark.browser


def test_pages_are_accessible_and_fit(checked: Watched, tmp_path: Path) -> None:
    photo = tmp_path / f"{'a very long name ' * 8}.png"
    width = checked.page.evaluate("innerWidth")
    make_image(width, 400, seed=77).save(photo)
    picture = steps.upload(checked, photo)
    page, url = checked.page, checked.studio.url
    assert_good(page)
    page.goto(f"{url}/p/{checked.studio.slug}/v/{picture}/")
    assert_good(page)
    page.goto(f"{url}/")
    steps.by(checked, "new-project").click()
    assert_good(page)
    page.goto(f"{url}/accounts/logout/")
    assert_good(page)


def test_the_theme_chosen_stays(desktop: Watched) -> None:
    page = desktop.page
    page.goto(f"{desktop.studio.url}/")
    switch = page.locator("theme-switch button")
    switch.click()
    expect(switch).to_have_attribute("aria-label", "Theme: light")
    page.reload()
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "light"
    switch.click()
    switch.click()
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") is None


def test_colours_change_at_once_with_the_scheme(desktop: Watched) -> None:
    """Words that are the new scheme's already cannot be read on a ground that is half way."""
    page = desktop.page
    page.goto(f"{desktop.studio.url}/p/{desktop.studio.slug}/")
    page.mouse.move(0, 0)
    page.emulate_media(color_scheme="dark")
    fading = "document.getAnimations().map((each) => each.transitionProperty ?? '')"
    assert [name for name in page.evaluate(fading) if "color" in name] == []


def test_a_project_is_made_in_the_dialog(desktop: Watched) -> None:
    page = desktop.page
    page.goto(f"{desktop.studio.url}/")
    steps.by(desktop, "new-project").click()
    page.keyboard.press("Escape")
    expect(steps.by(desktop, "project-name")).to_be_hidden()
    steps.by(desktop, "new-project").click()
    steps.by(desktop, "project-name").fill("Second house")
    steps.by(desktop, "create-project").click()
    page.wait_for_url("**/p/second-house-*/")
    page.get_by_text("Drop your pictures here").wait_for()


def test_an_empty_project_is_filled_with_samples_by_finger(phone: Watched) -> None:
    page = phone.page
    page.goto(f"{phone.studio.url}/?new")
    steps.by(phone, "project-name").fill("Samples")
    steps.by(phone, "create-project").tap()
    page.wait_for_url("**/p/samples-*/")
    page.get_by_role("button", name="Try with two sample photos").tap()
    steps.by(phone, "picture-card").nth(1).wait_for()
    expect(page.get_by_text("Dandelions.jpg").first).to_be_visible()
