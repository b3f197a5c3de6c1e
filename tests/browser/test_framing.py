"""What is sent: the frame on the picture, its surroundings, and what the provider sees."""

from __future__ import annotations

import base64
import io
import json
import re
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser import steps
from tests.browser.looks import assert_good
from tests.browser.rooms import keep, run_in
from tests.browser.test_paid import choose, make_provider
from tests.making import make_image

if TYPE_CHECKING:
    from pathlib import Path

    from tests.browser.conftest import Watched

pytestmark = pytest.mark.browser

type Box = dict[str, float]


def open_framed(
    watched: Watched,
    folder: Path,
    seed: int,
    *,
    finger: bool = False,
    host: str = "frames.example",
) -> None:
    """A large picture, its middle painted, for a provider, with "What is sent" open."""
    make_provider(watched.studio, host)
    make_image(1600, 1200, seed=seed).save(folder / f"framed-{seed}.jpg", quality=90)
    steps.open_canvas(watched, keep(watched.studio, folder / f"framed-{seed}.jpg"))
    choose(watched)
    steps.by(watched, "tool-rectangle").click()
    (steps.stroke if finger else steps.paint)(watched, (0.45, 0.45), (0.55, 0.55))
    expect(steps.by(watched, "crop")).to_be_visible()
    steps.by(watched, "framing").locator("summary").click()
    expect(steps.by(watched, "seen")).to_be_visible()
    settled(watched)


def settled(watched: Watched) -> None:
    """Wait for the quote of what is chosen now."""
    page = watched.page
    page.wait_for_function(
        "() => document.querySelector('canvas-quote[aria-busy]') === null"
        " && document.querySelector('canvas-quote [data-crop]') !== null"
    )


def frame(watched: Watched) -> list[int]:
    """The crop as the server plans it."""
    crop = watched.page.locator("canvas-quote [data-crop]").get_attribute("data-crop")
    return [int(number) for number in (crop or "").split()]


def chosen(watched: Watched, name: str) -> str:
    return watched.page.locator(f"canvas-framing input[name={name}]").input_value()


def middle(watched: Watched, name: str) -> tuple[float, float]:
    box = steps.by(watched, name).bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def slide(watched: Watched, name: str, value: str) -> None:
    steps.by(watched, name).evaluate(
        "(input, value) => { input.value = value;"
        "input.dispatchEvent(new Event('input', {bubbles: true})); }",
        value,
    )
    watched.page.wait_for_selector("canvas-quote[aria-busy]", state="attached")
    settled(watched)


def test_the_surroundings_are_chosen_and_come_back(desktop: Watched, tmp_path: Path) -> None:
    open_framed(desktop, tmp_path, 301)
    before, price = frame(desktop), steps.by(desktop, "sent").text_content()
    slide(desktop, "context", "4")
    after = frame(desktop)
    assert after[2] - after[0] > before[2] - before[0]
    expect(steps.by(desktop, "sent")).to_have_text(
        re.compile(r"^\d+ \u00d7 \d+ px \u00b7 about \$")
    )
    assert price != ""
    slide(desktop, "padding", "0")
    expect(desktop.page.locator("[data-grow='0']")).to_have_count(1)
    steps.by(desktop, "feather").select_option("hard")
    steps.by(desktop, "blend").select_option("off")
    expect(steps.by(desktop, "framing").locator("summary")).to_contain_text(
        "4 \u00d7 \u00b7 0 % \u00b7 Hard \u00b7 Blending: Never"
    )
    desktop.page.wait_for_function(
        '() => Object.values(sessionStorage).some(text => text.includes(\'"blend":"off"\'))'
    )
    desktop.page.reload()
    expect(steps.by(desktop, "framing").locator("summary")).to_contain_text(
        "4 \u00d7 \u00b7 0 % \u00b7 Hard \u00b7 Blending: Never"
    )
    settled(desktop)
    assert frame(desktop) == after
    steps.by(desktop, "framing").locator("summary").click()
    steps.by(desktop, "framing-reset").click()
    expect(steps.by(desktop, "framing-reset")).to_be_disabled()
    for name in ("context", "feather", "blend"):
        assert chosen(desktop, name) == ""


def test_the_frame_is_pulled_and_moved_with_the_mouse(desktop: Watched, tmp_path: Path) -> None:
    open_framed(desktop, tmp_path, 302)
    before, mouse = frame(desktop), desktop.page.mouse
    mouse.move(*middle(desktop, "frame-se"))
    mouse.down()
    mouse.move(*(place + 80 for place in middle(desktop, "frame-se")), steps=4)
    mouse.up()
    expect(steps.by(desktop, "undo")).to_be_enabled()
    pulled = [int(number) for number in chosen(desktop, "crop").split()]
    assert pulled[:2] == before[:2]
    assert min(pulled[2] - before[2], pulled[3] - before[3]) > 50
    settled(desktop)
    desktop.page.wait_for_function(
        "x => Number(document.querySelector('[data-crop]').dataset.crop.split(' ')[2]) >= x",
        arg=pulled[2],
    )
    before = frame(desktop)
    mouse.move(*middle(desktop, "frame-move"))
    mouse.down()
    mouse.move(*(place - 30 for place in middle(desktop, "frame-move")), steps=4)
    mouse.up()
    moved = [int(number) for number in chosen(desktop, "crop").split()]
    assert moved[2] - moved[0] == before[2] - before[0]
    assert moved[0] < before[0]
    # Nothing was painted meanwhile: one step takes the mask away.
    steps.by(desktop, "undo").click()
    expect(steps.by(desktop, "crop")).to_be_hidden()


def test_the_frame_is_pulled_by_keyboard(desktop: Watched, tmp_path: Path) -> None:
    open_framed(desktop, tmp_path, 303)
    before = frame(desktop)
    steps.by(desktop, "frame-nw").focus()
    for _press in range(3):
        desktop.page.keyboard.press("Shift+ArrowLeft")
    pulled = [int(number) for number in chosen(desktop, "crop").split()]
    assert pulled[0] < before[0]
    assert pulled[1:] == before[1:]
    expect(desktop.page.locator("[data-announce]")).to_contain_text(
        f"Frame: {pulled[2] - pulled[0]} \u00d7 {pulled[3] - pulled[1]} pixels."
    )
    expect(steps.by(desktop, "frame-nw")).to_be_focused()


def test_the_frame_is_pulled_with_a_finger(phone: Watched, tmp_path: Path) -> None:
    open_framed(phone, tmp_path, 304, finger=True)
    before = frame(phone)
    steps.by(phone, "stage").scroll_into_view_if_needed()
    session = phone.page.context.new_cdp_session(phone.page)
    x, y = middle(phone, "frame-ne")

    def touch(kind: str, *places: tuple[float, float]) -> None:
        points = [{"x": place[0], "y": place[1]} for place in places]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", (x, y))
    touch("touchMove", (x + 10, y - 5))
    touch("touchMove", (x + 30, y - 15))
    touch("touchEnd")
    pulled = [int(number) for number in chosen(phone, "crop").split()]
    assert pulled[2] > before[2]
    assert pulled[1] < before[1]
    assert pulled[0] == before[0]
    box = steps.by(phone, "frame-ne").bounding_box()
    assert box
    assert min(box["width"], box["height"]) >= 44


def test_the_mask_is_shown_grown_as_it_is_sent(desktop: Watched, tmp_path: Path) -> None:
    open_framed(desktop, tmp_path, 305)

    def slid(value: str) -> int:
        """How many pixels of the preview are tinted once the mask grows so much."""
        seen, before = steps.by(desktop, "seen"), picture_of(desktop)
        slide(desktop, "padding", value)
        seen.page.wait_for_function(
            "old => document.querySelector('[data-testid=seen]').toDataURL() !== old", arg=before
        )
        data = base64.b64decode(picture_of(desktop).partition(",")[2])
        pixels = np.asarray(Image.open(io.BytesIO(data)).convert("RGB")).astype(int)
        return int((pixels[..., 0] > pixels[..., 1] + 60).sum())

    assert slid("10") > 1.2 * slid("0") > 0


def picture_of(watched: Watched) -> str:
    return str(steps.by(watched, "seen").evaluate("canvas => canvas.toDataURL()"))


def test_what_was_chosen_is_sent_and_kept(desktop: Watched, tmp_path: Path) -> None:
    # What it fails at must not let the others' provider rest.
    open_framed(desktop, tmp_path, 306, host="framed.invalid")
    slide(desktop, "context", "2.5")
    planned = frame(desktop)
    steps.by(desktop, "prompt").fill("a red door")
    steps.by(desktop, "submit-edit").click()
    steps.by(desktop, "agree").click()
    card = steps.by(desktop, "edit-card").first
    card.wait_for()
    program = "from editor.models import Edit; import json; print(json.dumps(Edit.objects.get("
    program += f"public_id={card.get_attribute('data-edit-id')!r}).focus))"
    kept = json.loads(run_in(desktop.studio, program))
    assert kept["box"] == planned
    assert kept["chosen"] == {"context": 2.5}


def open_apart(watched: Watched, folder: Path, seed: int) -> None:
    """A large picture, two of its corners painted, for a provider."""
    make_provider(watched.studio, "frames.example")
    make_image(3000, 2000, seed=seed).save(folder / f"apart-{seed}.jpg", quality=90)
    steps.open_canvas(watched, keep(watched.studio, folder / f"apart-{seed}.jpg"))
    choose(watched)
    steps.by(watched, "tool-rectangle").click()
    steps.paint(watched, (0.05, 0.05), (0.12, 0.12))
    steps.paint(watched, (0.85, 0.85), (0.95, 0.95))
    expect(steps.by(watched, "apart")).to_contain_text("2 areas lie far apart")


def test_one_of_two_areas_far_apart_is_edited_and_the_other_stays(
    desktop: Watched, tmp_path: Path
) -> None:
    open_apart(desktop, tmp_path, 310)
    steps.by(desktop, "way-one").check()
    desktop.page.wait_for_selector("canvas-quote[aria-busy]", state="attached")
    settled(desktop)
    both = frame(desktop)
    desktop.page.get_by_role("button", name="Only area 1").click()
    expect(steps.by(desktop, "only")).to_contain_text("Only the framed area is edited now")
    expect(steps.by(desktop, "apart")).to_be_hidden()
    one = frame(desktop)
    assert one[2] - one[0] < (both[2] - both[0]) / 2
    desktop.page.get_by_role("button", name="Edit all areas").click()
    expect(steps.by(desktop, "only")).to_be_hidden()
    expect(steps.by(desktop, "apart")).to_be_visible()
    desktop.page.get_by_role("button", name="Only area 2").click()
    # The built-in engine edits it as well; the other area is left for the next edit.
    steps.by(desktop, "engine").select_option(label="Built-in")
    card = steps.submit(desktop, "black and white")
    expect(card).to_have_attribute("data-state", "succeeded")
    expect(steps.by(desktop, "only")).to_be_hidden()
    expect(steps.by(desktop, "undo")).to_be_enabled()
    program = "from editor.models import Edit; print(Edit.objects.get("
    program += f"public_id={card.get_attribute('data-edit-id')!r}).mask.left > 1500)"
    assert run_in(desktop.studio, program) == "True"
    choose(desktop)
    expect(desktop.page.locator("canvas-quote [data-crop]")).not_to_have_attribute("data-whole", "")
    left = frame(desktop)
    assert left[2] < 1500


def test_it_is_accessible_and_fits(checked: Watched, tmp_path: Path) -> None:
    narrow = int(checked.page.evaluate("innerWidth")) < 800
    open_framed(checked, tmp_path, 307 + narrow)
    assert_good(checked.page)


def test_areas_are_accessible_and_fit(checked: Watched, tmp_path: Path) -> None:
    narrow = int(checked.page.evaluate("innerWidth")) < 800
    open_apart(checked, tmp_path, 311 + narrow)
    assert_good(checked.page)
    buttons = steps.by(checked, "apart").get_by_role("button")
    box = buttons.first.bounding_box()
    assert box
    assert box["height"] >= 44
    # What was quoted before is dimmed from a moment after the click until the answer is here.
    with checked.page.expect_response(re.compile("/quote")):
        buttons.first.click()
    expect(checked.page.get_by_role("button", name="Edit all areas")).to_be_focused()
    settled(checked)
    assert_good(checked.page)
