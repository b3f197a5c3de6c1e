"""The gallery in a real browser: files, one by one, whatever becomes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser import steps
from tests.browser.looks import assert_good
from tests.browser.rooms import make_room
from tests.making import make_image

if TYPE_CHECKING:
    from pathlib import Path

    from tests.browser.conftest import Watched

pytestmark = pytest.mark.browser

MEGABYTE = 1024 * 1024


def open_gallery(watched: Watched) -> None:
    watched.page.goto(f"{watched.studio.url}/p/{watched.studio.slug}/")


def expect_names(watched: Watched, names: list[str]) -> None:
    """Wait until the gallery shows these pictures, in this order."""
    shown = "[...document.querySelectorAll('[data-testid=picture-card]')]"
    watched.page.wait_for_function(
        f"names => {shown}.map(card => card.dataset.name).join() === names.join()", arg=names
    )


def test_the_same_photo_again_points_at_the_one_there(desktop: Watched, tmp_path: Path) -> None:
    photo = tmp_path / "twice.png"
    make_image(320, 200, seed=41).save(photo)
    picture = steps.upload(desktop, photo)
    count = steps.by(desktop, "picture-card").count()
    steps.by(desktop, "upload-input").set_input_files(photo)
    # It stands out for a moment only.
    desktop.page.locator(f"#picture-{picture}.is-pointed-at").wait_for()
    desktop.page.get_by_text("Already in this project").wait_for()
    expect(steps.by(desktop, "picture-card")).to_have_count(count)


def test_a_file_too_large_is_refused_before_it_is_sent(desktop: Watched, tmp_path: Path) -> None:
    photo = tmp_path / "huge.jpg"
    photo.write_bytes(b"")
    with photo.open("r+b") as file:
        file.truncate(51 * MEGABYTE)
    sent: list[str] = []
    desktop.page.on("request", lambda r: sent.append(r.url) if r.method == "POST" else None)
    open_gallery(desktop)
    steps.by(desktop, "upload-input").set_input_files(photo)
    desktop.page.get_by_text("Larger than the 50 MB allowed").wait_for()
    assert sent == []


def test_a_lost_connection_leaves_a_retry(desktop: Watched, tmp_path: Path) -> None:
    photo = tmp_path / "late.png"
    make_image(300, 210, seed=42).save(photo)
    open_gallery(desktop)
    desktop.page.context.set_offline(True)
    steps.by(desktop, "upload-input").set_input_files(photo)
    desktop.page.get_by_text("The connection was lost. Nothing was kept.").wait_for()
    desktop.page.context.set_offline(False)
    desktop.page.get_by_role("button", name="Retry").click()
    desktop.page.locator(".upload", has_text="Added").wait_for()
    desktop.complaints = [c for c in desktop.complaints if "ERR_INTERNET_DISCONNECTED" not in c]


def test_dropping_shows_where_and_takes_the_file(desktop: Watched) -> None:
    open_gallery(desktop)
    drop = """(kind) => {
      const files = new DataTransfer();
      files.items.add(new File(["no picture"], "note.png", { type: "image/png" }));
      const options = { bubbles: true, cancelable: true, dataTransfer: files };
      document.body.dispatchEvent(new DragEvent(kind, options));
    }"""
    desktop.page.evaluate(drop, "dragover")
    desktop.page.get_by_text("Drop to add to this project").wait_for()
    desktop.page.evaluate(drop, "drop")
    row = desktop.page.locator(".upload", has_text="note.png")
    row.locator("[data-dismiss]").wait_for()
    expect(row.locator("[data-retry]")).to_be_hidden()
    expect(desktop.page.get_by_text("Drop to add to this project")).to_be_hidden()
    desktop.expect_refusal(422)


def test_words_order_and_filter_go_together(desktop: Watched, tmp_path: Path) -> None:
    page = desktop.page
    room = make_room(desktop.studio, "Shelves", 12, seed=9000)
    page.goto(f"{desktop.studio.url}/p/{room}/")
    page.get_by_role("link", name="Originals").click()
    steps.by(desktop, "search").fill("PHOTO 1")
    page.keyboard.press("Enter")
    page.wait_for_url("**/?show=originals&q=PHOTO+1*")
    steps.by(desktop, "sort").select_option("name")
    page.wait_for_url("**sort=name*")
    expect_names(desktop, ["photo 1.png", "photo 10.png", "photo 11.png"])
    for name, seed in [("photo 1 b.png", 9101), ("elsewhere.png", 9102)]:
        make_image(60, 50, seed=seed).save(tmp_path / name)
        steps.by(desktop, "upload-input").set_input_files(tmp_path / name)
        page.locator(".upload", has_text=name).filter(has_text="Added").wait_for()
    page.get_by_text("It does not belong to what is shown here.").wait_for()
    expect_names(desktop, ["photo 1 b.png", "photo 1.png", "photo 10.png", "photo 11.png"])


def test_text_and_pictures_of_the_page_are_not_dropped(desktop: Watched) -> None:
    open_gallery(desktop)
    drop = """([kind, own]) => {
      const held = new DataTransfer();
      if (own) held.items.add(new File(["x"], "own.webp", { type: "image/webp" }));
      else held.setData("text/plain", "words");
      const options = { bubbles: true, cancelable: true, dataTransfer: held };
      if (own) document.body.dispatchEvent(new DragEvent("dragstart", options));
      for (const each of ["dragover", "drop"]) {
        document.body.dispatchEvent(new DragEvent(each, options));
      }
    }"""
    for own in (False, True):
        desktop.page.evaluate(drop, ["drop", own])
        expect(desktop.page.get_by_text("Drop to add to this project")).to_be_hidden()
        expect(desktop.page.locator(".upload")).to_have_count(0)


def test_a_preview_that_is_lost_leaves_a_calm_place(desktop: Watched) -> None:
    page = desktop.page
    room = make_room(desktop.studio, "Dim", 2, seed=9200)
    page.route("**/*.webp", lambda route: route.abort())
    page.goto(f"{desktop.studio.url}/p/{room}/")
    page.locator("[data-missing='No preview']").nth(1).wait_for()
    desktop.complaints = [c for c in desktop.complaints if "ERR_FAILED" not in c]


def test_every_view_is_accessible_and_fits(browser_without_policy: Watched) -> None:
    page = browser_without_policy.page
    room = make_room(browser_without_policy.studio, "Views", 2, seed=9300)
    for width in (360, 1440):
        page.set_viewport_size({"width": width, "height": 800})
        for query in ("", "?show=trash", "?show=running", "?q=nothing+here", "?select=1"):
            page.goto(f"{browser_without_policy.studio.url}/p/{room}/{query}")
            assert_good(page)
