"""Areas far apart in a photo of 24 MP: chosen with their price, edited one by one, proven."""

from __future__ import annotations

import io
import json
import re
from http import HTTPStatus
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser import steps
from tests.browser.conftest import DESKTOP
from tests.browser.looks import assert_good
from tests.browser.pixels import upright
from tests.browser.rooms import keep, run_in
from tests.browser.test_provider_journey import (
    DRIFT,
    SIZE_24_MP,
    fake,
    is_by_finger,
    open_page,
    person,
    press,
    studio,
    wall,
)
from tests.faults import paying
from tests.making import make_image

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray
    from playwright.sync_api import Locator

    from tests.browser.conftest import Watched
    from tests.faults.fake import Fake

pytestmark = pytest.mark.browser
__all__ = ["fake", "person", "studio", "wall"]

# So placed that no two of them come cheaper in one crop.
DOTS = ((0.3, 0.1), (0.62, 0.5), (0.45, 0.9))
FACTS = """
import json
from editor.models import Edit, LedgerEntry
edits = Edit.objects.filter(project__slug={slug!r}).order_by("area")
rows = LedgerEntry.objects.filter(project__slug={slug!r}, attempt__isnull=False, kind="settle")
print(json.dumps({{
    "masks": [[edit.project.slug, edit.public_id] for edit in edits],
    "changed": [edit.results.get().changed_protected_pixels for edit in edits],
    "settled": [row.micros for row in rows],
    "reserved": sum(edit.reserved_micros for edit in edits),
}}))
"""


def connect(one: Watched, fake: Fake) -> None:
    """A provider of everybody's that charges for what it draws; others of earlier tests go."""
    program = "from tests.faults import paying; from editor.models import Provider; "
    program += "Provider.objects.update(is_enabled=False); "
    run_in(one.studio, f"{program} print(paying.add_provider({fake.base_url!r}))")


def paint_dots(one: Watched) -> None:
    """Three dots far apart, for the provider's model."""
    steps.by(one, "engine").select_option(label=paying.MODEL)
    press(one, "tool-rectangle")
    draw = steps.stroke if is_by_finger(one) else steps.paint
    for x, y in DOTS:
        draw(one, (x - 0.02, y - 0.03), (x, y), (x + 0.02, y + 0.03))
    expect(steps.by(one, "apart")).to_contain_text("3 areas lie far apart")


def price(one: Watched) -> str:
    """The price on the button, once it is that of what is chosen."""
    one.page.wait_for_function("() => document.querySelector('canvas-quote[aria-busy]') === null")
    return steps.by(one, "price").inner_text()


def coverage(one: Watched, facts: list[list[str]]) -> NDArray[np.bool_]:
    """What the masks of all edits cover together."""
    covered = np.zeros(SIZE_24_MP[::-1], bool)
    for slug, edit in facts:
        url = f"{one.studio.url}/p/{slug}/edits/{edit}/mask.png"
        program = (
            f"from editor.models import Edit; print(Edit.objects.get(public_id={edit!r}).mask.box)"
        )
        left, top, right, bottom = map(int, re.findall(r"\d+", run_in(one.studio, program)))
        answer = one.page.request.get(url)
        assert answer.ok
        covered[top:bottom, left:right] |= np.asarray(Image.open(io.BytesIO(answer.body()))) > 0
    return covered


def send_apart(one: Watched, count: int) -> Locator:
    """Send one edit for each area; return their cards, the newest first."""
    steps.by(one, "prompt").fill("a red door")
    press(one, "submit-edit")
    expect(steps.by(one, "consent")).to_contain_text(f"{count} parts of your picture")
    press(one, "agree")
    cards = steps.by(one, "edit-card")
    expect(cards).to_have_count(count)
    return cards


def wait_for_all(cards: Locator, count: int) -> None:
    """The oldest stands last and ends first, so each has its own time."""
    for number in reversed(range(count)):
        expect(cards.nth(number)).to_have_attribute(
            "data-state", "succeeded", timeout=steps.EDIT_TIMEOUT
        )


def assert_newest_is_shown(one: Watched) -> None:
    """The result of the last area, which holds those of all."""
    result = steps.by(one, "edit-card").first.get_attribute("data-result-id")
    strip = steps.by(one, "version-strip")
    expect(strip.locator(f"[data-picture-id='{result}'] [aria-current]")).to_be_visible()
    expect(one.page).to_have_url(re.compile(f"/canvas/{result}/$"))


@pytest.mark.parametrize("person", [DESKTOP], ids=["desktop"], indirect=True)
def test_of_areas_that_end_unseen_the_last_is_shown(
    person: Watched, fake: Fake, tmp_path: Path
) -> None:
    """Their ends come with one answer of the poll, as to a page that was hidden or offline."""
    connect(person, fake)
    page = person.page
    make_image(3000, 2000, seed=1).save(tmp_path / "corners.jpg", quality=90)
    steps.open_canvas(person, keep(person.studio, tmp_path / "corners.jpg"))
    steps.by(person, "engine").select_option(label=paying.MODEL)
    press(person, "tool-rectangle")
    steps.paint(person, (0.05, 0.05), (0.12, 0.12))
    steps.paint(person, (0.85, 0.85), (0.95, 0.95))
    expect(steps.by(person, "apart")).to_contain_text("2 areas lie far apart")
    page.route(re.compile("/pulse"), lambda route: route.fulfill(status=HTTPStatus.NO_CONTENT))
    send_apart(person, 2)
    beside = page.context.new_page()
    beside.goto(page.url)
    # One that is done by now has no card on a page that is opened afterwards.
    open_cards = beside.locator("[data-testid=edit-card]:not([data-state=succeeded])")
    expect(open_cards).to_have_count(0, timeout=2 * steps.EDIT_TIMEOUT)
    beside.close()
    page.unroute_all()
    wait_for_all(steps.by(person, "edit-card"), 2)
    assert_newest_is_shown(person)
    expect(page.locator(".version-item[data-new]")).to_have_count(0)
    expect(page.locator("canvas-frames div")).to_have_count(0)


def test_three_dots_far_apart_are_edited_with_one_press(  # noqa: PLR0915  one journey
    person: Watched, fake: Fake, wall: Path
) -> None:
    fake.script(drift=DRIFT)
    connect(person, fake)
    steps.open_canvas(person, steps.upload(person, wall))
    paint_dots(person)
    each = price(person)
    expect(steps.by(person, "way-each")).to_be_checked()
    expect(steps.by(person, "apart")).to_contain_text(re.compile(r"3 edits, about \$.* % cheaper"))
    assert_good(person.page)
    steps.by(person, "way-each").press("ArrowUp")
    expect(steps.by(person, "way-one")).to_be_checked()
    assert price(person) != each
    expect(steps.by(person, "way-one")).to_be_focused()
    steps.by(person, "way-one").press("ArrowDown")
    assert price(person) == each
    expect(steps.by(person, "frames").locator("div")).to_have_count(3)

    cards = send_apart(person, 3)
    expect(cards.filter(has_text="Waits for area 1")).to_have_count(1)
    assert_good(person.page)
    wait_for_all(cards, 3)
    assert_newest_is_shown(person)
    after, before = np.asarray(steps.download(person)), np.asarray(upright(wall))

    facts = json.loads(run_in(person.studio, FACTS.format(slug=person.studio.slug)))
    assert facts["changed"] == [0, 0, 0]
    assert len(facts["settled"]) == len(fake.executions()) == 3
    assert 0 < sum(facts["settled"]) <= facts["reserved"]
    covered = coverage(person, facts["masks"])
    differs = (after != before).any(axis=2)
    assert not differs[~covered].any()
    assert differs[covered].mean() > 0.9
    open_page(person, "usage/")
    expect(steps.by(person, "total")).to_contain_text("$")
