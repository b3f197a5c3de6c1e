"""One picture after the other, large."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser import steps
from tests.browser.looks import assert_good
from tests.browser.rooms import keep, make_room
from tests.making import make_image

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Locator, Page

    from tests.browser.conftest import Studio, Watched

pytestmark = pytest.mark.browser

COUNT = 64


@pytest.fixture(scope="module")
def room(studio: Studio) -> str:
    return make_room(studio, "Long wall", COUNT, seed=7000)


def open_first(watched: Watched, room: str) -> None:
    watched.page.goto(f"{watched.studio.url}/p/{room}/")
    watched.page.locator(".picture-card .card__picture").first.click()
    steps.by(watched, "lightbox").wait_for()


def name(page: Page) -> Locator:
    return page.locator("#lightbox-name")


def is_starred(page: Page, name: str) -> bool:
    star = page.locator(f"[data-name='{name}'] .favourite__button")
    return star.get_attribute("aria-pressed") == "true"


def test_keys_lead_through_all_pictures(desktop: Watched, room: str) -> None:
    page = desktop.page
    open_first(desktop, room)
    expect(name(page)).to_have_text(f"photo {COUNT - 1}.png")
    expect(page.locator("[data-role=back]")).to_be_disabled()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    expect(name(page)).to_have_text(f"photo {COUNT - 2}.png")
    page.keyboard.press("End")
    page.wait_for_function(
        "() => document.querySelectorAll('[data-testid=picture-card]').length === 64"
    )
    page.keyboard.press("End")
    expect(name(page)).to_have_text("photo 0.png")
    expect(page.locator("[data-role=on]")).to_be_disabled()
    page.keyboard.press("Home")
    expect(name(page)).to_have_text(f"photo {COUNT - 1}.png")
    page.keyboard.press("Escape")
    expect(steps.by(desktop, "lightbox")).to_be_hidden()


def test_the_way_out_leads_to_the_picture_last_seen(desktop: Watched, room: str) -> None:
    page = desktop.page
    open_first(desktop, room)
    for _ in range(30):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Escape")
    last = page.locator(f"article[data-name='photo {COUNT - 31}.png']:focus-within")
    expect(last).to_be_visible()


def test_a_star_is_one_everywhere_and_turns_back_when_it_fails(desktop: Watched, room: str) -> None:
    page = desktop.page
    open_first(desktop, room)
    first = f"photo {COUNT - 1}.png"
    with page.expect_response("**/favourite/") as answer:
        page.keyboard.press("f")
    assert answer.value.status == 204
    assert is_starred(page, first)
    page.route("**/favourite/", lambda route: route.abort())
    page.keyboard.press("f")
    page.get_by_text("The star could not be saved.").wait_for()
    assert is_starred(page, first)
    page.unroute("**/favourite/")
    page.goto(f"{desktop.studio.url}/p/{room}/?show=favourites")
    expect(page.locator("[data-testid=picture-card]")).to_have_count(1)
    desktop.complaints = [c for c in desktop.complaints if "ERR_FAILED" not in c]


def test_actual_size_is_the_full_picture(desktop: Watched, tmp_path: Path) -> None:
    page = desktop.page
    room = make_room(desktop.studio, "One wall", 0, seed=0)
    page.goto(f"{desktop.studio.url}/p/{room}/")
    photo = tmp_path / "large.png"
    make_image(2400, 1600, seed=7100).save(photo)
    steps.by(desktop, "upload-input").set_input_files(photo)
    page.locator(".picture-card .card__picture").click()
    page.wait_for_function(
        "() => document.querySelector('[data-role=picture]').naturalWidth === 1280"
    )
    page.keyboard.press("z")
    page.wait_for_function(
        "() => document.querySelector('[data-role=picture]').naturalWidth === 2400"
    )
    expect(steps.by(desktop, "lightbox-zoom")).to_have_attribute("aria-pressed", "true")
    box = page.locator("[data-role=picture]").bounding_box()
    assert box
    assert (box["width"], box["height"]) == (2400, 1600)
    page.locator("[data-role=picture]").click(position={"x": 1200, "y": 800})
    box = page.locator("[data-role=picture]").bounding_box()
    assert box
    assert box["width"] < 1440


def test_before_and_after_of_a_result(desktop: Watched, tmp_path: Path) -> None:
    page = desktop.page
    photo = tmp_path / "colourful.png"
    make_image(400, 300, seed=7200).save(photo)
    picture = keep(desktop.studio, photo)
    steps.open_canvas(desktop, picture)
    steps.submit(desktop, "black and white")
    page.goto(f"{desktop.studio.url}/p/{desktop.studio.slug}/?show=results")
    page.locator(".picture-card .card__picture").first.click()
    expect(page.locator("[data-role=prompt]")).to_have_text("black and white")
    before, label = page.locator("[data-role=before]"), page.locator("[data-role=label]")
    expect(before).to_be_hidden()
    steps.by(desktop, "lightbox-compare").click()
    expect(before).to_be_visible()
    expect(label).to_have_text("Before", use_inner_text=True)
    page.keyboard.press("b")
    expect(before).to_be_hidden()
    expect(label).to_have_text("After", use_inner_text=True)
    page.keyboard.press("e")
    page.wait_for_url("**/canvas/**")


def test_fingers_swipe(phone: Watched, room: str) -> None:
    page = phone.page
    open_first(phone, room)
    client = page.context.new_cdp_session(page)

    def swipe(start: int, end: int) -> None:
        for kind, x in [("touchStart", start), ("touchMove", end), ("touchEnd", None)]:
            points = [] if x is None else [{"x": x, "y": 400}]
            client.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    expect(name(page)).to_have_text(f"photo {COUNT - 1}.png")
    swipe(300, 80)
    expect(name(page)).to_have_text(f"photo {COUNT - 2}.png")
    swipe(80, 300)
    expect(name(page)).to_have_text(f"photo {COUNT - 1}.png")


@pytest.mark.parametrize("width", [360, 1440])
def test_it_is_accessible(browser_without_policy: Watched, room: str, width: int) -> None:
    page = browser_without_policy.page
    page.set_viewport_size({"width": width, "height": 800})
    open_first(browser_without_policy, room)
    page.wait_for_function("() => document.querySelector('[data-role=picture]').complete")
    assert_good(page)
