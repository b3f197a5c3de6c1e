"""The gallery without end: pages come by themselves, once, and nothing jumps."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.browser import steps
from tests.browser.conftest import DESKTOP, PHONE, watched
from tests.browser.rooms import make_room
from tests.making import make_image

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page, Route

    from tests.browser.conftest import Studio, Watched

pytestmark = pytest.mark.browser

COUNT = 150
NEXT = re.compile(r"[?&]after=")
SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => {
  for (const { value, hadRecentInput, sources } of list.getEntries()) {
    if (!hadRecentInput) window.shifts.push([value, sources.map((s) => s.node?.outerHTML ?? s.node?.textContent)]);
  }
}).observe({ type: "layout-shift", buffered: true });
"""
NAMES = "[...document.querySelectorAll('[data-testid=picture-card]')].map((c) => c.dataset.name)"


@pytest.fixture(scope="module")
def room(studio: Studio) -> str:
    return make_room(studio, "Long corridor", COUNT, seed=5000)


@pytest.fixture(params=[DESKTOP, PHONE], ids=["desktop", "phone"])
def visitor(browser: Browser, studio: Studio, request: pytest.FixtureRequest) -> Iterator[Watched]:
    yield from watched(browser, studio, request.node.name, **request.param)


def expected(*, newest: int = COUNT) -> list[str]:
    return [f"photo {number}.png" for number in reversed(range(newest))]


def scroll_to_the_end(page: Page, count: int) -> None:
    """Go to the end again and again until all cards are there."""
    page.wait_for_function(
        "(n) => { scrollTo(0, document.body.scrollHeight);"
        "return document.querySelectorAll('[data-testid=picture-card]').length >= n; }",
        arg=count,
    )


def stroll_to_the_end(page: Page) -> None:
    """Scroll as people do: half a window at a time, and look."""
    looked = "() => new Promise((seen) => requestAnimationFrame(() => requestAnimationFrame(seen)))"
    is_ahead = (
        "() => !document.querySelector('a[rel=next]')"
        " || document.body.scrollHeight - scrollY > 2 * innerHeight"
    )
    while page.evaluate("scrollY + innerHeight < document.body.scrollHeight - 2"):
        page.evaluate("scrollBy(0, innerHeight / 2)")
        page.evaluate(looked)
        page.wait_for_function(is_ahead)


def test_all_pictures_come_once_and_in_order(visitor: Watched, room: str) -> None:
    page = visitor.page
    page.goto(f"{visitor.studio.url}/p/{room}/")
    assert page.locator("[data-testid=picture-card]").count() < COUNT
    scroll_to_the_end(page, COUNT)
    assert page.evaluate(NAMES) == expected()
    expect(page.locator("a[rel=next]")).to_have_count(0)


def test_nothing_jumps_while_previews_and_pages_come(visitor: Watched, room: str) -> None:
    page = visitor.page
    held: list[Route] = []
    page.add_init_script(SHIFTS)
    page.route("**/*.webp", lambda route: held.append(route))
    page.goto(f"{visitor.studio.url}/p/{room}/", wait_until="domcontentloaded")
    page.wait_for_function("() => customElements.get('more-pictures')")
    while held:
        held.pop().continue_()
    page.unroute("**/*.webp")
    page.wait_for_function(
        "() => [...document.images].slice(0, 4).every((image) => image.naturalWidth > 0)"
    )
    stroll_to_the_end(page)
    expect(page.locator("[data-testid=picture-card]")).to_have_count(COUNT)
    shifts: list[Any] = page.evaluate("window.shifts")
    assert shifts == []


def test_the_way_back_leads_to_the_same_place(visitor: Watched, room: str) -> None:
    page = visitor.page
    page.goto(f"{visitor.studio.url}/p/{room}/")
    scroll_to_the_end(page, COUNT)
    card = page.locator("[data-name='photo 40.png']")
    card.scroll_into_view_if_needed()
    link = card.locator(".card__open")
    before = card.bounding_box()
    assert before
    link.click()
    page.wait_for_url("**/canvas/**")
    page.go_back()
    page.wait_for_function(
        "(top) => { const card = document.querySelector('[data-name=\"photo 40.png\"]');"
        "return card && Math.abs(card.getBoundingClientRect().top - top) < 3; }",
        arg=before["y"],
    )
    assert page.evaluate(NAMES)[: COUNT - 40] == expected()[: COUNT - 40]


def test_a_picture_added_meanwhile_makes_no_double(desktop: Watched, tmp_path: Path) -> None:
    room = make_room(desktop.studio, "Busy corridor", 61, seed=6000)
    page = desktop.page
    page.route(NEXT, lambda route: route.abort())
    page.goto(f"{desktop.studio.url}/p/{room}/")
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    page.get_by_text("The next pictures could not be loaded. Try again.").wait_for()
    photo = tmp_path / "new.png"
    make_image(70, 60, seed=6999).save(photo)
    steps.by(desktop, "upload-input").set_input_files(photo)
    page.locator("[data-name='new.png']").wait_for()
    page.unroute(NEXT)
    page.get_by_role("link", name="Show more").click()
    page.wait_for_function(
        "() => document.querySelectorAll('[data-testid=picture-card]').length === 62"
    )
    assert page.evaluate(NAMES) == ["new.png", *expected(newest=61)]
    # Who pressed the link goes on where the new page begins.
    focused = page.evaluate("document.activeElement.closest('article').dataset.name")
    assert focused == "photo 0.png"
    desktop.complaints = [c for c in desktop.complaints if "ERR_FAILED" not in c]


def test_without_script_the_link_leads_on(browser: Browser, studio: Studio, room: str) -> None:
    context = browser.new_context(storage_state=studio.storage, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{studio.url}/p/{room}/?sort=oldest&q=photo")
    seen: list[str] = []
    while True:
        cards = page.locator("[data-testid=picture-card]")
        seen += [cards.nth(n).get_attribute("data-name") or "" for n in range(cards.count())]
        if not page.locator("a[rel=next]").count():
            break
        with page.expect_navigation():
            page.locator("a[rel=next]").click()
    assert seen == expected()[::-1]
    context.close()
