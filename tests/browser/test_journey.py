"""The main job, by mouse and by touch: drop a photo, paint, write, get it back at full size."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PIL import ImageDraw
from playwright.sync_api import expect

from tests.browser import steps
from tests.browser.pixels import assert_only_changed_near, upright
from tests.making import make_image, write_photo

if TYPE_CHECKING:
    from pathlib import Path

    from tests.browser.conftest import Watched

pytestmark = pytest.mark.browser
STRIP = "[data-testid=version-strip]"


def test_remove_something_with_the_mouse(desktop: Watched, tmp_path: Path) -> None:
    photo = write_photo(tmp_path / "garden.jpg", megapixels=1)
    picture = steps.upload(desktop, photo)
    steps.open_canvas(desktop, picture)
    steps.set_brush(desktop, 60)
    steps.paint(desktop, (0.4, 0.4), (0.55, 0.5))
    card = steps.submit(desktop, "remove this")
    expect(card).to_have_attribute("data-state", "succeeded")
    result = card.get_attribute("data-result-id")
    item = desktop.page.locator(f"[data-testid=version-strip] [data-picture-id='{result}']")
    item.wait_for()
    assert "/canvas/" in desktop.page.url
    after = steps.download(desktop)
    assert_only_changed_near(upright(photo), after, (0.3, 0.3, 0.65, 0.6))


def test_remove_something_with_a_finger(phone: Watched, tmp_path: Path) -> None:
    photo = write_photo(tmp_path / "street.jpg", megapixels=1.2)
    picture = steps.upload(phone, photo)
    steps.open_canvas(phone, picture)
    steps.set_brush(phone, 80)
    steps.stroke(phone, (0.4, 0.4), (0.5, 0.45), (0.6, 0.5))
    card = steps.submit(phone, "erase")
    expect(card).to_have_attribute("data-state", "succeeded")
    after = steps.download(phone)
    assert_only_changed_near(upright(photo), after, (0.25, 0.25, 0.75, 0.65))


def test_what_is_not_understood_is_said_and_nothing_is_lost(
    desktop: Watched, tmp_path: Path
) -> None:
    picture = steps.upload(desktop, write_photo(tmp_path / "hall.jpg", megapixels=0.5))
    steps.open_canvas(desktop, picture)
    steps.paint(desktop, (0.4, 0.4), (0.5, 0.5))
    steps.by(desktop, "prompt").fill("add a purple dragon")
    steps.by(desktop, "submit-edit").click()
    alert = desktop.page.locator("[role=alert]", has_text="provider")
    alert.wait_for()
    expect(steps.by(desktop, "prompt")).to_have_value("add a purple dragon")
    expect(steps.by(desktop, "edit-card")).to_have_count(0)
    expect(steps.submit(desktop, "remove this")).to_have_attribute("data-state", "succeeded")
    desktop.expect_refusal(422)


def test_undo_and_redo_and_eraser_and_rectangle(desktop: Watched, tmp_path: Path) -> None:
    """What the strokes leave is what the engine may change, to the pixel of a rectangle."""
    photo = tmp_path / "plain.png"
    make_image(400, 300, seed=5).save(photo)
    picture = steps.upload(desktop, photo)
    steps.open_canvas(desktop, picture)
    steps.by(desktop, "tool-brush").click()
    steps.paint(desktop, (0.1, 0.1), (0.2, 0.2))
    steps.by(desktop, "undo").click()
    steps.by(desktop, "tool-rectangle").click()
    steps.paint(desktop, (0.5, 0.5), (0.75, 0.75))
    steps.by(desktop, "undo").click()
    steps.by(desktop, "redo").click()
    card = steps.submit(desktop, "black and white")
    expect(card).to_have_attribute("data-state", "succeeded")
    assert_only_changed_near(upright(photo), steps.download(desktop), (0.49, 0.49, 0.76, 0.76))


def test_a_result_is_continued_from(desktop: Watched, tmp_path: Path) -> None:
    picture = steps.upload(desktop, write_photo(tmp_path / "lake.jpg", megapixels=0.5))
    steps.open_canvas(desktop, picture)
    steps.submit(desktop, "black and white")
    steps.by(desktop, "compare").click()
    steps.by(desktop, "compare").click()
    card = steps.submit(desktop, "blur")
    expect(card).to_have_attribute("data-state", "succeeded")
    items = desktop.page.locator("[data-testid=version-strip] [data-picture-id]")
    desktop.page.wait_for_function(
        "() => document.querySelectorAll("
        "'[data-testid=version-strip] [data-picture-id]').length >= 3"
    )
    assert items.count() >= 3
    result = card.get_attribute("data-result-id")
    desktop.page.locator(f"{STRIP} [data-picture-id='{result}'] [aria-current]").wait_for()
    # The address is the result's already; what counts is that its own page is loaded.
    with desktop.page.expect_event("load"):
        desktop.page.get_by_role("link", name="Continue from here").click()
    assert desktop.page.url.endswith(f"/canvas/{result}/")
    steps.by(desktop, "stage").wait_for()
    expect(desktop.page.get_by_role("link", name="Continue from here")).to_have_count(0)


def test_hostile_and_good_files_together(desktop: Watched, tmp_path: Path) -> None:
    """One bad file among good ones: its own clear message, the others arrive."""
    good = [tmp_path / "one.png", tmp_path / "two.png"]
    for number, path in enumerate(good):
        image = make_image(200, 150, seed=900 + number)
        ImageDraw.Draw(image).ellipse((20, 20, 90, 90), fill=(number * 90, 30, 60))
        image.save(path)
    bad = tmp_path / "page.png"
    bad.write_text("<html><script>alert(1)</script></html>")
    page = desktop.page
    page.goto(f"{desktop.studio.url}/p/{desktop.studio.slug}/")
    before = steps.by(desktop, "picture-card").count()
    steps.by(desktop, "upload-input").set_input_files([good[0], bad, good[1]])
    page.wait_for_function(
        "n => document.querySelectorAll('[data-testid=picture-card]').length >= n + 2", arg=before
    )
    page.get_by_text("page.png").first.wait_for()
    desktop.expect_refusal(422)
