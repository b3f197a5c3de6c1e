"""From a provider's form to the bill: a real worker, and a made-up service as its own process."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image, ImageOps
from playwright.sync_api import expect

from tests.browser import steps
from tests.browser.conftest import (
    DESKTOP,
    PASSWORD,
    PHONE,
    ROOT,
    Watched,
    open_first_account,
    start_studio,
    stop_studio,
    watched,
)
from tests.browser.looks import assert_good
from tests.browser.pixels import assert_only_changed_near, upright
from tests.faults.fake import fake_provider
from tests.making import make_image
from tests.once import once

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray
    from playwright.sync_api import Browser

    from tests.browser.conftest import Studio
    from tests.faults.fake import Fake

pytestmark = pytest.mark.browser

MODEL = "GPT Image 2"
# Everything lies beside its place, in other colours, and went through a JPEG.
DRIFT = "shift+gamma+tint+jpeg"
PHOTO = ROOT / "tests/imaging/photos/picos.jpg"
SIZE_24_MP = (6000, 4000)
# Its connection ends in the middle of the first answer; the second is a good one.
CUT_ONCE = "a blue door [[fault:eof*1]]"


@pytest.fixture
def fake() -> Iterator[Fake]:
    with fake_provider() as fake:
        yield fake


@pytest.fixture(scope="module")
def studio(new_data: Callable[[str], Path], browser: Browser) -> Iterator[Studio]:
    """A studio of its own, whose projects may have providers on this machine."""
    networks = {"PENTIMENTO_PRIVATE_PROVIDERS": "127.0.0.0/8"}
    studio = start_studio(new_data("paid-studio"), **networks)
    try:
        open_first_account(browser, studio)
        yield studio
    finally:
        stop_studio(studio)


@pytest.fixture(params=[DESKTOP, PHONE], ids=["desktop", "touch"])
def person(browser: Browser, studio: Studio, request: pytest.FixtureRequest) -> Iterator[Watched]:
    """Somebody with an empty project of their own."""
    for one in watched(browser, studio, request.node.name, **request.param):
        one.page.goto(f"{studio.url}/?new=1")
        steps.by(one, "project-name").fill("Journey")
        press(one, "create-project")
        one.page.wait_for_url("**/p/journey-*/")
        studio.slug = one.page.url.rstrip("/").rsplit("/", 1)[-1]
        yield one


def is_by_finger(one: Watched) -> bool:
    size: dict[str, int] = PHONE["viewport"]
    return one.page.viewport_size == size


def press(one: Watched, name: str) -> None:
    target = steps.by(one, name).first
    if is_by_finger(one):
        target.tap()
    else:
        target.click()


def open_page(one: Watched, path: str) -> None:
    one.page.goto(f"{one.studio.url}/p/{one.studio.slug}/{path}")


def connect(one: Watched, fake: Fake) -> None:
    open_page(one, "settings/")
    for name in ("providers", "add-provider", "preset-openai"):
        press(one, name)
    steps.by(one, "provider-name").fill("Workshop")
    one.page.get_by_label("Address").fill(fake.base_url)
    steps.by(one, "provider-key").fill("sk-fake-0123456789abcd")
    press(one, "save-provider")
    said = one.page.get_by_text("“Workshop” is connected.")
    expect(said.or_(one.page.locator("[name=password]"))).to_be_visible()
    if "/reauthenticate/" in one.page.url:
        one.page.fill("[name=password]", PASSWORD)
        one.page.keyboard.press("Enter")
    expect(said).to_be_visible()


def measure(one: Watched) -> None:
    one.page.get_by_label("With which model").select_option(label=f"{MODEL} (up to $0.02)")
    press(one, "run-probe")
    # It is an edit, and takes as long.
    found = steps.by(one, "findings")
    expect(found).to_contain_text("The mask is obeyed", timeout=steps.EDIT_TIMEOUT)


def open_with_mask(one: Watched, photo: Path) -> None:
    steps.open_canvas(one, steps.upload(one, photo))
    steps.by(one, "engine").select_option(label=MODEL)
    press(one, "tool-rectangle")
    draw = steps.stroke if is_by_finger(one) else steps.paint
    draw(one, (0.4, 0.4), (0.5, 0.5), (0.6, 0.6))
    expect(steps.by(one, "quote")).to_contain_text("Sends")
    expect(steps.by(one, "price")).to_contain_text("$0.0")


def send(one: Watched, prompt: str, state: str) -> str:
    """Send an edit and wait for its state; return its id."""
    edits = steps.by(one, "edit-card")
    before = edits.count()
    steps.by(one, "prompt").fill(prompt)
    press(one, "submit-edit")
    agree = steps.by(one, "agree")
    expect(edits.nth(before).or_(agree.locator("visible=true")).first).to_be_visible()
    if agree.is_visible():
        expect(steps.by(one, "consent")).to_contain_text("This crop leaves for 127.0.0.1")
        press(one, "agree")
    expect(edits).to_have_count(before + 1)
    expect(edits.first).to_have_attribute("data-state", state, timeout=steps.EDIT_TIMEOUT)
    return edits.first.get_attribute("data-edit-id") or ""


def dollars(one: Watched, name: str) -> float:
    text = steps.by(one, name).inner_text().split()[0]
    assert text.startswith("$"), text
    return float(text.removeprefix("$"))


def test_connected_tested_used_decided_and_paid(
    person: Watched, fake: Fake, tmp_path: Path
) -> None:
    connect(person, fake)
    measure(person)
    photo = tmp_path / "door.png"
    make_image(1024, 768, seed=41).save(photo)
    open_with_mask(person, photo)

    send(person, "a red door", "succeeded")
    result = steps.by(person, "edit-card").first.get_attribute("data-result-id")
    person.page.locator(f"[data-picture-id='{result}'] [aria-current]").wait_for()
    assert_only_changed_near(upright(photo), steps.download(person), (0.39, 0.39, 0.61, 0.61))
    open_page(person, f"v/{result}/")
    cost = dollars(person, "version-cost")
    assert cost > 0

    press(person, "open-canvas")
    steps.by(person, "stage").wait_for()
    edit = send(person, CUT_ONCE, "unknown")
    card = person.page.locator(f"#edit-{edit}")
    press(person, "decide-again")
    press(person, "confirm-again")
    expect(card).to_be_focused()
    expect(card).to_have_attribute("data-state", "succeeded", timeout=steps.EDIT_TIMEOUT)

    open_page(person, "usage/")
    # The test, the edit, and the two sendings of the one whose outcome was unknown.
    assert len([line for line in fake.ledger() if line["charged"]]) == 4
    assert dollars(person, "total") > 2 * cost
    expect(person.page.get_by_text("Held: may have been charged")).to_be_visible()


def write_wall(path: Path) -> None:
    """A photo of 24 MP: a small one beside itself, mirrored each time, so that no edge shows."""
    with Image.open(PHOTO) as image:
        tile = image.resize((SIZE_24_MP[0] // 4, SIZE_24_MP[1] // 4), Image.Resampling.BICUBIC)
    mirrored = ImageOps.mirror(tile)
    wall = Image.new("RGB", SIZE_24_MP)
    for row in range(4):
        for column in range(4):
            one = mirrored if column % 2 else tile
            wall.paste(
                ImageOps.flip(one) if row % 2 else one, (column * tile.width, row * tile.height)
            )
    wall.save(path, "JPEG", quality=90)


@pytest.fixture
def wall(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return once("wall.jpg", write_wall, tmp_path_factory)


def coverage_of(one: Watched, size: tuple[int, int]) -> NDArray[np.uint8]:
    """The mask of the version whose page is open, as large as the picture."""
    mask = one.page.locator("viewer-mask")
    answer = one.page.request.get(f"{one.studio.url}{mask.get_attribute('data-mask')}")
    left, top, _, _ = map(int, (mask.get_attribute("data-box") or "").split())
    coverage = Image.new("L", size)
    coverage.paste(Image.open(io.BytesIO(answer.body())), (left, top))
    return np.asarray(coverage)


def choose_face(one: Watched, face: str) -> None:
    """By finger, or by the keys that choose among radio buttons."""
    radio = one.page.locator(f"[name=face][value={face}]")
    if is_by_finger(one):
        radio.tap()
    else:
        one.page.locator("[name=face]:checked").press(
            "ArrowLeft" if face == "after" else "ArrowRight"
        )
    expect(radio).to_be_checked()


def place_of(one: Watched, selector: str) -> list[float]:
    box = one.page.locator(selector).bounding_box()
    assert box
    return [box["x"], box["y"], box["width"], box["height"]]


def assert_lies_on_what_was_sent(one: Watched, selector: str) -> None:
    """An element of the stage lies where the crop's pixels are, to half a pixel of the screen."""
    x0, y0, x1, y1 = map(
        int, (one.page.locator("viewer-raw").get_attribute("data-box") or "").split()
    )
    left, top, width, _ = place_of(one, "viewer-stage")
    scale = width / SIZE_24_MP[0]
    wanted = [left + x0 * scale, top + y0 * scale, (x1 - x0) * scale, (y1 - y0) * scale]
    assert place_of(one, selector) == pytest.approx(wanted, abs=0.5)


def assert_proven(one: Watched, before: NDArray[np.uint8], after: NDArray[np.uint8]) -> None:
    """No protected pixel differs, nearly all others do, and the open page counts them right."""
    protected = coverage_of(one, SIZE_24_MP) == 0
    assert after.shape == before.shape == (SIZE_24_MP[1], SIZE_24_MP[0], 3)
    differs = (after != before).any(axis=2)
    assert not differs[protected].any()
    assert differs[~protected].mean() > 0.9
    claim = f"{np.count_nonzero(protected):,} protected pixels, 0 changed"
    expect(steps.by(one, "proof-claim")).to_have_text(claim)


def test_a_drifting_answer_changes_nothing_outside_the_mask_of_a_24_mp_photo(
    person: Watched, fake: Fake, wall: Path
) -> None:
    fake.script(drift=DRIFT)
    connect(person, fake)
    open_with_mask(person, wall)
    send(person, "a red door", "succeeded")
    result = steps.by(person, "edit-card").first.get_attribute("data-result-id")
    person.page.locator(f"[data-picture-id='{result}'] [aria-current]").wait_for()
    after = np.asarray(steps.download(person))

    open_page(person, f"v/{result}/")
    person.page.locator("version-viewer[data-ready]").wait_for()
    assert_proven(person, np.asarray(upright(wall)), after)
    press(person, "proof-details")
    expect(steps.by(person, "proof").get_by_text(re.compile("^Moved .* px left"))).to_be_visible()
    choose_face(person, "raw")
    expect(person.page.locator(".viewer__label--after")).to_have_text("Raw answer")
    assert_lies_on_what_was_sent(person, ".viewer__raw")
    press(person, "show-heat")
    expect(steps.by(person, "heat-legend")).to_be_visible()
    expect(person.page.locator(".viewer__heat img")).to_be_visible()
    assert_lies_on_what_was_sent(person, ".viewer__heat")
    assert_good(person.page)
    person.page.emulate_media(color_scheme="dark")
    assert_good(person.page)
    person.page.emulate_media(color_scheme=None)
    choose_face(person, "before")
    expect(steps.by(person, "divider")).to_be_hidden()

    press(person, "use-raw")
    press(person, "confirm-use-raw")
    expect(steps.by(person, "proof-claim")).to_have_text("The raw answer: nothing was protected")
    assert len(fake.executions()) == 1
