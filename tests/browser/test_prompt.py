"""The prompt: suggestions by keyboard and finger, what is understood, and a changed background."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PIL import ImageDraw
from playwright.sync_api import expect

from tests.browser import steps
from tests.browser.looks import assert_good
from tests.browser.rooms import keep
from tests.making import make_image

if TYPE_CHECKING:
    from pathlib import Path

    from tests.browser.conftest import Watched

pytestmark = pytest.mark.browser


def write_scene(path: Path, seed: int) -> Path:
    """A red ball on dark noise."""
    image = make_image(480, 360, seed=seed).point(lambda level: level // 3)
    ImageDraw.Draw(image).ellipse((180, 120, 300, 240), fill=(240, 60, 50))
    image.save(path)
    return path


def open_scene(watched: Watched, folder: Path, seed: int) -> None:
    picture = keep(watched.studio, write_scene(folder / f"ball-{seed}.png", seed))
    steps.open_canvas(watched, picture)


def paint_subject(watched: Watched) -> None:
    """A box around the ball, as a hurried person draws it."""
    steps.by(watched, "tool-rectangle").click()
    steps.paint(watched, (0.34, 0.28), (0.66, 0.72))


def type_slowly(watched: Watched, text: str) -> None:
    steps.by(watched, "prompt").click()
    watched.page.keyboard.type(text)


def test_a_suggestion_is_taken_by_keyboard(desktop: Watched, tmp_path: Path) -> None:
    open_scene(desktop, tmp_path, 21)
    prompt, listed = steps.by(desktop, "prompt"), steps.by(desktop, "suggestions")
    keyboard = desktop.page.keyboard
    type_slowly(desktop, "remove this and bl")
    expect(listed.get_by_role("option").first).to_have_text("blur the background")
    keyboard.press("ArrowDown")
    chosen = listed.locator("[aria-selected=true]")
    expect(chosen).to_have_count(1)
    assert prompt.get_attribute("aria-activedescendant") == chosen.get_attribute("id")
    words = chosen.inner_text()
    keyboard.press("Enter")
    expect(prompt).to_have_value(f"remove this and {words}")
    expect(listed).to_be_hidden()
    expect(prompt).to_be_focused()


def test_the_list_leaves_the_button_free_once_the_prompt_is_understood(
    desktop: Watched, tmp_path: Path
) -> None:
    open_scene(desktop, tmp_path, 31)
    type_slowly(desktop, "black and white")
    expect(steps.by(desktop, "suggestions")).to_be_hidden()
    steps.by(desktop, "submit-edit").click()
    steps.by(desktop, "edit-card").first.wait_for()


def test_escape_closes_and_enter_alone_is_a_new_line(desktop: Watched, tmp_path: Path) -> None:
    open_scene(desktop, tmp_path, 22)
    prompt, listed = steps.by(desktop, "prompt"), steps.by(desktop, "suggestions")
    type_slowly(desktop, "bright")
    expect(listed).to_be_visible()
    desktop.page.keyboard.press("Escape")
    expect(listed).to_be_hidden()
    desktop.page.keyboard.type("er")
    desktop.page.keyboard.press("Enter")
    expect(prompt).to_have_value("brighter\n")
    prompt.fill("brighter")
    desktop.page.keyboard.press("Control+Enter")
    steps.by(desktop, "edit-card").first.wait_for()


def test_the_line_says_what_is_understood_and_moves_nothing(
    desktop: Watched, tmp_path: Path
) -> None:
    open_scene(desktop, tmp_path, 23)
    prompt, line = steps.by(desktop, "prompt"), steps.by(desktop, "understood")
    button = steps.by(desktop, "submit-edit")
    place = button.bounding_box()
    prompt.fill("a bit warmer and contrast +20 %")
    expect(line).to_have_text("Understood: warmth +15 %, contrast +20 %")
    assert button.bounding_box() == place
    prompt.fill("add a purple dragon")
    expect(line).to_contain_text("Not understood: “add a purple dragon”.")
    assert button.bounding_box() == place
    prompt.fill("blur the background")
    expect(line).to_contain_text("Paint roughly over the subject first")
    expect(desktop.page.locator("#canvas-coverage")).to_contain_text("No subject is painted")
    paint_subject(desktop)
    expect(line).to_have_text("Understood: blur 50 %, background only")
    expect(desktop.page.locator("#canvas-coverage")).to_contain_text("All around it will change")
    assert button.bounding_box() == place


def assert_background_was_blurred(watched: Watched) -> None:
    """Beside the picture on the canvas, on the card, and on the result's page."""
    expect(steps.by(watched, "shown-understood")).to_have_text(
        "Understood: blur 50 %, background only"
    )
    card = steps.by(watched, "edit-card").first
    expect(card).to_contain_text("Understood: blur 50 %, background only")
    card.get_by_role("link").click()
    expect(watched.page.locator(".version__prompt")).to_contain_text("blur 50 %, background only")
    proof = steps.by(watched, "proof")
    expect(proof).to_contain_text("The subject the engine found was protected.")
    expect(steps.by(watched, "proof-claim")).to_contain_text("protected pixels, 0 changed")


def test_the_background_is_blurred_with_the_mouse(desktop: Watched, tmp_path: Path) -> None:
    open_scene(desktop, tmp_path, 24)
    paint_subject(desktop)
    expect(steps.submit(desktop, "blur the background")).to_have_attribute(
        "data-state", "succeeded"
    )
    # Its mask is gone, and nobody is blamed for that.
    expect(steps.by(desktop, "understood")).to_have_text("")
    assert_background_was_blurred(desktop)


def test_the_background_is_blurred_with_a_finger(phone: Watched, tmp_path: Path) -> None:
    open_scene(phone, tmp_path, 25)
    paint_subject(phone)
    prompt, listed = steps.by(phone, "prompt"), steps.by(phone, "suggestions")
    type_slowly(phone, "blur the b")
    option = listed.get_by_role("option", name="blur the background")
    box = option.bounding_box()
    assert box
    assert box["height"] >= 44
    option.tap()
    expect(prompt).to_have_value("blur the background")
    card = steps.submit(phone, "blur the background")
    expect(card).to_have_attribute("data-state", "succeeded")
    assert_background_was_blurred(phone)


def test_the_open_list_is_accessible_and_fits(checked: Watched, tmp_path: Path) -> None:
    page = checked.page
    open_scene(checked, tmp_path, 26 + int(page.evaluate("innerWidth")))
    type_slowly(checked, "make")
    page.keyboard.press("ArrowDown")
    expect(steps.by(checked, "suggestions")).to_be_visible()
    assert_good(page)


def test_after_a_reload_the_line_is_back(desktop: Watched, tmp_path: Path) -> None:
    open_scene(desktop, tmp_path, 30)
    steps.by(desktop, "prompt").fill("sepia")
    expect(steps.by(desktop, "understood")).to_have_text("Understood: sepia")
    desktop.page.once("dialog", lambda dialog: dialog.accept())
    desktop.page.reload()
    expect(steps.by(desktop, "understood")).to_have_text("Understood: sepia")
    expect(steps.by(desktop, "suggestions")).to_be_hidden()
