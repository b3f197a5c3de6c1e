"""A key is made, copied, seen once and revoked; its pages are good to look at and to hear."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from editor.services.api_keys import TOKEN
from tests.browser import steps
from tests.browser.conftest import PASSWORD
from tests.browser.looks import assert_good
from tests.browser.rooms import make_room, run_in

if TYPE_CHECKING:
    from tests.browser.conftest import Watched

pytestmark = pytest.mark.browser

MANY = """
from editor.models import Membership, Project
from editor.services import api_keys
from tests.making import make_api_key
project = Project.objects.get(slug={slug!r})
member = Membership.objects.get(project=project)
for name in ("Short", "long " * 15, "x" * 80):
    key, _ = make_api_key(project, member.user, name=name, budget_micros=5_000_000)
api_keys.revoke(door=api_keys.door(key), key=key)
"""


def make(one: Watched, keys: str, name: str) -> str:
    """A key made through the page; return its token."""
    page = one.page
    page.goto(keys)
    steps.by(one, "new-key").click()
    steps.by(one, "key-name").fill(name)
    steps.by(one, "make-key").click()
    password = page.locator("[name=password]")
    password.or_(steps.by(one, "token")).wait_for()
    # The session of these tests is one, and may have proven it a moment ago.
    if password.is_visible():
        password.fill(PASSWORD)
        page.keyboard.press("Enter")
        steps.by(one, "token").wait_for()
    return steps.by(one, "token").inner_text()


def test_a_key_is_shown_once(desktop: Watched) -> None:
    page = desktop.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    slug = make_room(desktop.studio, "Keys by hand", 0, 1)
    keys = f"{desktop.studio.url}/p/{slug}/keys/"
    token = make(desktop, keys, "Build server")
    assert re.fullmatch(TOKEN, token)
    steps.by(desktop, "copy-token").click()
    page.get_by_text("Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == token
    page.reload()
    assert page.url == keys
    expect(steps.by(desktop, "key")).to_have_count(1)
    assert token not in page.content()
    page.go_back()
    assert token not in page.content()
    page.goto(keys)
    steps.by(desktop, "revoke-key").click()
    steps.by(desktop, "confirm-revoke").click()
    page.get_by_text("“Build server” is revoked.").wait_for()
    expect(steps.by(desktop, "revoke-key")).to_have_count(0)


def test_pages_of_keys_are_accessible_and_fit(checked: Watched) -> None:
    page = checked.page
    slug = make_room(checked.studio, "Keys to look at", 0, 1)
    keys = f"{checked.studio.url}/p/{slug}/keys/"
    page.goto(keys)
    assert_good(page)
    steps.by(checked, "new-key").click()
    assert_good(page)
    steps.by(checked, "make-key").click()
    page.locator("[aria-invalid=true]").first.wait_for()
    checked.expect_refusal(422)
    assert_good(page)
    make(checked, keys, "y" * 80)
    assert_good(page)
    run_in(checked.studio, MANY.format(slug=slug))
    page.goto(keys)
    expect(steps.by(checked, "key")).to_have_count(4)
    assert_good(page)
    steps.by(checked, "revoke-key").first.click()
    steps.by(checked, "confirm-revoke").wait_for()
    assert_good(page)
