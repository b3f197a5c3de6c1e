"""The administration and the health page in a real browser, under the strict policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import watched
from tests.browser.looks import assert_good

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

    from tests.browser.conftest import Studio, Watched

pytestmark = pytest.mark.browser
PAGES = [
    *("/admin/", "/admin/editor/", "/admin/editor/user/", "/admin/editor/user/add/"),
    *("/admin/editor/user/1/change/", "/admin/editor/user/1/history/", "/admin/editor/edit/"),
    *("/admin/editor/project/", "/admin/editor/activity/?kind__exact=project.created"),
]


@pytest.fixture(params=["dark", "light"])
def themed(browser: Browser, studio: Studio, request: pytest.FixtureRequest) -> Iterator[Watched]:
    """A console error, such as a script or style the policy refuses, fails the test."""
    yield from watched(browser, studio, request.node.name, color_scheme=request.param)


def test_the_administration_keeps_to_the_policy(themed: Watched) -> None:
    page, url = themed.page, themed.studio.url
    for path in PAGES:
        response = page.goto(f"{url}{path}")
        assert response is not None
        assert response.status == 200, path
        assert "script-src 'self'" in response.headers["content-security-policy"]
        expect(page.locator("#site-name")).to_have_text(
            "Pentimento administration", use_inner_text=True
        )
    page.get_by_role("link", name="Back to the projects").click()
    page.wait_for_url(f"{url}/")


def test_the_theme_chosen_there_holds_here(themed: Watched) -> None:
    page, url = themed.page, themed.studio.url
    page.goto(f"{url}/admin/")
    page.locator(".theme-toggle:visible").first.click()
    chosen = page.evaluate("document.documentElement.dataset.theme")
    page.goto(f"{url}/")
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == chosen


def test_the_health_page_is_accessible_and_fits(checked: Watched) -> None:
    page = checked.page
    page.goto(f"{checked.studio.url}/")
    page.get_by_label("Account").click()
    page.get_by_role("link", name="Health").click()
    page.wait_for_url("**/health/")
    assert_good(page)


def test_the_figures_refresh_themselves(desktop: Watched) -> None:
    """Only the figures are asked for again, and the page says so when nobody answers."""
    page = desktop.page
    page.clock.install()
    page.goto(f"{desktop.studio.url}/health/")
    page.evaluate("document.querySelector('h1').dataset.kept = 'yes'")
    summary = page.get_by_test_id("health-summary")
    first = summary.element_handle()
    with page.expect_response("**/health/") as answer:
        page.clock.run_for(10_500)
    assert "<html" not in answer.value.text()
    page.wait_for_function("old => !old.isConnected", arg=first)
    expect(page.locator("h1[data-kept=yes]")).to_be_visible()
    note = page.locator("live-figures [data-note=lost]")
    expect(note).to_be_hidden()
    page.route("**/health/", lambda route: route.abort())
    page.clock.run_for(10_500)
    note.wait_for(state="visible")
    desktop.complaints = [c for c in desktop.complaints if "ERR_FAILED" not in c]
    page.unroute("**/health/")
    page.clock.run_for(10_500)
    note.wait_for(state="hidden")


def test_health_and_administration_by_finger(phone: Watched) -> None:
    page, root = phone.page, "document.documentElement"
    page.goto(f"{phone.studio.url}/")
    page.get_by_label("Account").tap()
    page.get_by_role("link", name="Health").tap()
    page.wait_for_url("**/health/")
    assert page.evaluate(f"{root}.scrollWidth <= {root}.clientWidth")
    page.get_by_role("link", name="Administration").tap()
    page.wait_for_url("**/admin/")
    page.get_by_role("link", name="Projects", exact=True).tap()
    page.wait_for_url("**/admin/editor/project/")
    expect(page.get_by_text("My first project").first).to_be_visible()
