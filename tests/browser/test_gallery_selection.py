"""Many pictures at once: take away, star, delete and take back."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser import steps
from tests.browser.looks import assert_good
from tests.browser.rooms import make_room

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

    from tests.browser.conftest import Watched

pytestmark = pytest.mark.browser


def card(page: Page, number: int) -> str:
    return f"[data-name='photo {number}.png']"


def select(watched: Watched, room: str) -> None:
    watched.page.goto(f"{watched.studio.url}/p/{room}/")
    steps.by(watched, "select").click()


def count(watched: Watched) -> Locator:
    return steps.by(watched, "selected-count")


def test_clicks_shift_and_control_a(desktop: Watched) -> None:
    page = desktop.page
    room = make_room(desktop.studio, "Choice", 8, seed=8000)
    select(desktop, room)
    pictures = page.locator(".card__picture")
    pictures.nth(1).click()
    pictures.nth(4).click(modifiers=["Shift"])
    expect(count(desktop)).to_have_text("4 selected")
    pictures.nth(2).click()
    expect(count(desktop)).to_have_text("3 selected")
    page.locator(".card__check input").nth(7).check()
    expect(count(desktop)).to_have_text("4 selected")
    steps.by(desktop, "end-selecting").click()
    expect(page.locator("input:checked")).to_have_count(0)
    steps.by(desktop, "select").click()
    page.keyboard.press("Control+a")
    expect(count(desktop)).to_have_text("8 selected")
    page.keyboard.press("Escape")
    expect(page.locator("input:checked")).to_have_count(0)
    expect(steps.by(desktop, "selected-count")).to_be_hidden()
    pictures.first.click()
    expect(steps.by(desktop, "lightbox")).to_be_visible()


def test_a_zip_holds_what_was_chosen(desktop: Watched) -> None:
    page = desktop.page
    room = make_room(desktop.studio, "Packing", 4, seed=8100)
    select(desktop, room)
    steps.by(desktop, "export").click()
    steps.by(desktop, "export-png").click()
    page.get_by_text("Choose at least one picture.").wait_for()
    for number in (0, 3):
        page.locator(f"{card(page, number)} .card__picture").click()
    steps.by(desktop, "export").click()
    with page.expect_download() as waiting:
        steps.by(desktop, "export-png").click()
    assert waiting.value.suggested_filename == "packing.zip"
    with zipfile.ZipFile(Path(waiting.value.path())) as archive:
        assert sorted(archive.namelist()) == ["photo 0.png", "photo 3.png"]
        assert archive.testzip() is None
    expect(count(desktop)).to_have_text("2 selected")
    steps.by(desktop, "export").click()
    with page.expect_download() as waiting:
        steps.by(desktop, "export-originals").click()
    with zipfile.ZipFile(Path(waiting.value.path())) as archive:
        assert sorted(archive.namelist()) == ["photo 0.png", "photo 3.png"]


def test_delete_and_undo_and_another_page_hears_of_it(desktop: Watched) -> None:
    page = desktop.page
    room = make_room(desktop.studio, "Clearing", 5, seed=8200)
    other = page.context.new_page()
    other.goto(f"{desktop.studio.url}/p/{room}/")
    select(desktop, room)
    for number in (1, 3):
        page.locator(f"{card(page, number)} .card__picture").click()
    steps.by(desktop, "delete-selected").click()
    page.get_by_text("2 pictures deleted.").wait_for()
    expect(page.locator("[data-testid=picture-card]")).to_have_count(3)
    other.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    other.wait_for_function(
        "() => document.querySelectorAll('[data-testid=picture-card]').length === 3"
    )
    page.get_by_role("button", name="Undo").focus()
    page.keyboard.press("Enter")
    page.get_by_text("2 pictures restored.").wait_for()
    same = (
        "(order) => order.join() === [...document.querySelectorAll('[data-testid=picture-card]')]"
        ".map((card) => card.dataset.name).join()"
    )
    order = [f"photo {number}.png" for number in (4, 3, 2, 1, 0)]
    page.wait_for_function(same, arg=order)
    other.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    other.wait_for_function(same, arg=order)
    other.close()


def test_the_trash_gives_back_one_and_many(desktop: Watched) -> None:
    page = desktop.page
    room = make_room(desktop.studio, "Bin", 3, seed=8300)
    select(desktop, room)
    steps.by(desktop, "gallery").locator("[data-all]").click()
    steps.by(desktop, "delete-selected").click()
    page.get_by_text("Drop your pictures here").wait_for()
    page.goto(f"{desktop.studio.url}/p/{room}/?show=trash")
    page.locator(f"{card(page, 1)} [data-testid=restore]").click()
    page.get_by_text("1 picture restored.").wait_for()
    steps.by(desktop, "select").click()
    page.keyboard.press("Control+a")
    steps.by(desktop, "restore-selected").click()
    page.get_by_text("The trash is empty").wait_for()
    page.goto(f"{desktop.studio.url}/p/{room}/")
    expect(page.locator("[data-testid=picture-card]")).to_have_count(3)


def test_stars_on_many_and_off_again(phone: Watched) -> None:
    page = phone.page
    room = make_room(phone.studio, "Stars", 3, seed=8400)
    select(phone, room)
    for number in (0, 2):
        page.locator(f"{card(page, number)} .card__picture").tap()
    steps.by(phone, "favourite-selected").tap()
    page.get_by_text("2 favourites added.").wait_for()
    expect(page.locator(".card .favourite__button[aria-pressed=true]")).to_have_count(2)
    page.goto(f"{phone.studio.url}/p/{room}/?show=favourites")
    steps.by(phone, "select").tap()
    page.locator(".card__picture").first.tap()
    steps.by(phone, "favourite-selected").tap()
    page.get_by_text("1 favourite removed.").wait_for()
    page.reload()
    expect(page.locator("[data-testid=picture-card]")).to_have_count(1)


@pytest.mark.parametrize("width", [360, 1440])
def test_selecting_is_accessible_and_fits(browser_without_policy: Watched, width: int) -> None:
    page = browser_without_policy.page
    page.set_viewport_size({"width": width, "height": 800})
    room = make_room(browser_without_policy.studio, "Order", 2, seed=8500 + width)
    select(browser_without_policy, room)
    page.locator(".card__picture").first.click()
    steps.by(browser_without_policy, "export").click()
    assert_good(page)
