"""What a person does in the studio, step by step."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Locator

    from tests.browser.conftest import Watched

EDIT_TIMEOUT = 60_000
ENDED = re.compile("^(succeeded|failed|canceled)$")


def by(watched: Watched, name: str) -> Locator:
    return watched.page.locator(f"[data-testid={name}]")


def upload(watched: Watched, photo: Path) -> str:
    """Upload one photo in the first project; return its picture id."""
    page = watched.page
    page.goto(f"{watched.studio.url}/p/{watched.studio.slug}/")
    # Results of earlier edits may come to the gallery meanwhile: which card is its own, is told.
    with page.expect_response(lambda answer: "/upload/" in answer.url) as answer:
        by(watched, "upload-input").set_input_files(photo)
    found = re.search(r'data-picture-id="(\w+)"', answer.value.text())
    assert found
    page.locator(f"#picture-{found[1]}").wait_for()
    return found[1]


def open_canvas(watched: Watched, picture: str) -> None:
    page = watched.page
    page.goto(f"{watched.studio.url}/p/{watched.studio.slug}/canvas/{picture}/")
    by(watched, "stage").wait_for()


def point(watched: Watched, x: float, y: float) -> tuple[float, float]:
    """Screen coordinates of a place on the stage; x and y run from 0 to 1."""
    box = by(watched, "stage").bounding_box()
    assert box
    return box["x"] + x * box["width"], box["y"] + y * box["height"]


def set_brush(watched: Watched, diameter: int) -> None:
    by(watched, "brush-size").evaluate(
        "(input, value) => { input.value = value;"
        "input.dispatchEvent(new Event('input', {bubbles: true}));"
        "input.dispatchEvent(new Event('change', {bubbles: true})); }",
        str(diameter),
    )


def paint(watched: Watched, *places: tuple[float, float]) -> None:
    """One stroke with the mouse through the given places of the stage."""
    mouse = watched.page.mouse
    mouse.move(*point(watched, *places[0]))
    mouse.down()
    for place in places[1:]:
        mouse.move(*point(watched, *place), steps=8)
    mouse.up()


def stroke(watched: Watched, *places: tuple[float, float]) -> None:
    """One stroke with a finger through the given places of the stage."""
    session = watched.page.context.new_cdp_session(watched.page)

    def touch(kind: str, *spots: tuple[float, float]) -> None:
        points = [{"x": x, "y": y} for x, y in (point(watched, *spot) for spot in spots)]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", places[0])
    for place in places[1:]:
        touch("touchMove", place)
    touch("touchEnd")


def submit(watched: Watched, prompt: str) -> Locator:
    """Send the edit and wait for its end; return its card."""
    before = by(watched, "edit-card").count()
    by(watched, "prompt").fill(prompt)
    by(watched, "submit-edit").click()
    # An earlier edit's card may be there already, at its end.
    expect(by(watched, "edit-card")).to_have_count(before + 1)
    edit = by(watched, "edit-card").first.get_attribute("data-edit-id")
    card = watched.page.locator(f"#edit-{edit}")
    expect(card).to_have_attribute("data-state", ENDED, timeout=EDIT_TIMEOUT)
    if result := card.get_attribute("data-result-id"):
        # The card ends first; the strip and the download follow once the version is fetched.
        shown = f"[data-testid=version-strip] [data-picture-id='{result}'] [aria-current]"
        watched.page.locator(shown).wait_for()
    return card


def download(watched: Watched) -> Image.Image:
    """Click download and return the picture that came."""
    with watched.page.expect_download() as waiting:
        by(watched, "download").first.click()
    image = Image.open(io.BytesIO(Path(waiting.value.path()).read_bytes()))
    image.load()
    return image
