"""The page about the API: found from that of the keys, fit to be read, its examples copied whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser import steps
from tests.browser.looks import assert_good

if TYPE_CHECKING:
    from tests.browser.conftest import Watched

pytestmark = pytest.mark.browser


def test_the_page_is_accessible_and_fits(checked: Watched) -> None:
    checked.page.goto(f"{checked.studio.url}/p/{checked.studio.slug}/api/")
    assert_good(checked.page)


def test_an_example_is_found_and_copied(desktop: Watched) -> None:
    page = desktop.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{desktop.studio.url}/p/{desktop.studio.slug}/keys/")
    steps.by(desktop, "api-help").click()
    page.locator("copy-text[data-of=python] button").click()
    page.locator("copy-text[data-of=python]").get_by_text("Copied").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == steps.by(desktop, "python").inner_text()
    assert f'base_url="{desktop.studio.url}/v1"' in copied
