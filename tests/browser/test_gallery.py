"""The gallery in a real browser: files, one by one, whatever becomes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser import steps
from tests.making import make_image

if TYPE_CHECKING:
    from pathlib import Path

    from tests.browser.conftest import Watched

pytestmark = pytest.mark.browser

MEGABYTE = 1024 * 1024


def open_gallery(watched: Watched) -> None:
    watched.page.goto(f"{watched.studio.url}/p/{watched.studio.slug}/")


def test_the_same_photo_again_points_at_the_one_there(desktop: Watched, tmp_path: Path) -> None:
    photo = tmp_path / "twice.png"
    make_image(320, 200, seed=41).save(photo)
    picture = steps.upload(desktop, photo)
    count = steps.by(desktop, "picture-card").count()
    steps.by(desktop, "upload-input").set_input_files(photo)
    desktop.page.get_by_text("Already in this project").wait_for()
    assert steps.by(desktop, "picture-card").count() == count
    assert desktop.page.locator(f"#picture-{picture}.is-pointed-at").count() == 1


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
    assert not row.locator("[data-retry]").is_visible()
    assert not desktop.page.get_by_text("Drop to add to this project").is_visible()
    desktop.expect_refusal(422)
