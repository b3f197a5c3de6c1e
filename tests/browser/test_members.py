"""A team comes and goes: members, roles, the archive, the end of a project and its return."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser import steps
from tests.browser.conftest import DESKTOP, PASSWORD, PATIENCE, PHONE, watched
from tests.browser.looks import assert_good
from tests.browser.rooms import run_in

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.browser.conftest import Studio, Watched

pytestmark = pytest.mark.browser

MAKE_ACCOUNT = """
from editor.models import User
User.objects.filter(email={email!r}).exists() or User.objects.create_user(
    {email!r}, {password!r}, name={name!r})
"""


def make_account(studio: Studio, name: str) -> str:
    """An account as the administrator makes one; return its address."""
    email = f"{name.lower().replace(' ', '.')}@example.test"
    run_in(studio, MAKE_ACCOUNT.format(email=email, password=PASSWORD, name=name))
    return email


def make_project(one: Watched, name: str) -> str:
    """A project made through the page; return its address."""
    page = one.page
    page.goto(f"{one.studio.url}/?new=1")
    steps.by(one, "project-name").fill(name)
    steps.by(one, "create-project").click()
    page.wait_for_url("**/p/*/")
    return page.url


def add(one: Watched, project: str, email: str, role: str) -> None:
    one.page.goto(f"{project}members/")
    steps.by(one, "member-email").fill(email)
    steps.by(one, "member-role").select_option(role)
    steps.by(one, "add-member").click()
    one.page.get_by_text("was added.").wait_for()


def sign_in(page: Page, studio: Studio, email: str) -> None:
    page.goto(f"{studio.url}/accounts/login/")
    page.fill("[name=login]", email)
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{studio.url}/")


def own_page(browser: Browser, studio: Studio, email: str) -> Page:
    """A browser of somebody else, signed in."""
    page = browser.new_context(**DESKTOP).new_page()
    page.set_default_timeout(PATIENCE)
    sign_in(page, studio, email)
    return page


def test_somebody_is_added_given_another_role_and_removed(
    desktop: Watched, browser: Browser
) -> None:
    page, studio = desktop.page, desktop.studio
    email = make_account(studio, "Emil Nolde")
    project = make_project(desktop, "Shared room")
    page.get_by_role("link", name="Members").click()
    page.wait_for_url("**/members/")
    add(desktop, project, email, "editor")
    emil = own_page(browser, studio, email)
    emil.goto(project)
    expect(emil.locator("[data-testid=upload-input]")).to_have_count(1)
    expect(emil.get_by_role("link", name="Settings")).to_have_count(0)

    row = page.locator("[data-testid=member]", has_text="Emil Nolde")
    expect(row.get_by_role("button", name="Save")).to_be_hidden()
    row.get_by_role("combobox").select_option("viewer")
    row.get_by_role("button", name="Save").click()
    page.get_by_text("Emil Nolde now has the role “Viewer”.").wait_for()
    expect(row.get_by_role("combobox")).to_be_focused()
    expect(row.get_by_role("combobox")).to_have_value("viewer")
    emil.reload()
    expect(emil.locator("[data-testid=upload-input]")).to_have_count(0)

    remove = row.get_by_role("link", name="Remove Emil Nolde")
    remove.click()
    page.get_by_role("heading", name="Remove Emil Nolde?").wait_for()
    page.keyboard.press("Escape")
    expect(row).to_have_count(1)
    remove.click()
    steps.by(desktop, "confirm-remove").click()
    page.get_by_text("Emil Nolde was removed.").wait_for()
    expect(row).to_have_count(0)
    assert emil.goto(project).status == 404  # type: ignore[union-attr]
    emil.context.close()


def test_an_unknown_address_is_explained(phone: Watched) -> None:
    project = make_project(phone, "Lonely room")
    phone.page.goto(f"{project}members/")
    steps.by(phone, "member-email").fill("nobody@example.test")
    steps.by(phone, "add-member").tap()
    phone.page.get_by_text("Nobody here has this address.").wait_for()
    phone.expect_refusal(422)
    expect(steps.by(phone, "member-email")).to_be_focused()


def test_a_project_is_renamed_archived_and_restored(desktop: Watched) -> None:
    page = desktop.page
    make_project(desktop, "Work in hand")
    page.get_by_role("link", name="Settings").click()
    steps.by(desktop, "rename").fill("Work that is done")
    steps.by(desktop, "save-name").click()
    page.get_by_role("heading", name="Work that is done").wait_for()
    steps.by(desktop, "archive").click()
    page.get_by_role("heading", name="In the archive").wait_for()
    page.get_by_role("link", name="Pictures").click()
    steps.by(desktop, "archived-note").wait_for()
    expect(steps.by(desktop, "upload-input")).to_have_count(0)
    page.goto(f"{desktop.studio.url}/?show=archived")
    page.get_by_role("button", name="Restore Work that is done").click()
    steps.by(desktop, "upload-input").wait_for(state="attached")


@pytest.mark.parametrize("kind", ["desktop", "phone"])
def test_a_project_is_deleted_and_taken_back(
    browser: Browser, studio: Studio, request: pytest.FixtureRequest, kind: str
) -> None:
    options = {"desktop": DESKTOP, "phone": PHONE}[kind]
    for one in watched(browser, studio, request.node.name, **options):
        page = one.page
        # A session of its own: whether the password was asked for lately must not matter.
        page.context.clear_cookies()
        sign_in(page, studio, "olga@example.test")
        project = make_project(one, f"Doomed on a {kind}")
        page.goto(f"{project}settings/")
        steps.by(one, "delete").click()
        steps.by(one, "delete-name").fill(f"Doomed on a {kind}")
        steps.by(one, "confirm-delete").click()
        page.wait_for_url("**/reauthenticate/**")
        page.fill("[name=password]", PASSWORD)
        page.keyboard.press("Enter")
        page.get_by_text("It can be restored until").wait_for()
        row = steps.by(one, "deleted-project").filter(has_text=f"Doomed on a {kind}")
        row.get_by_role("button").click()
        page.wait_for_url(project)
        page.get_by_role("heading", name=f"Doomed on a {kind}").wait_for()


def test_a_member_leaves_on_a_phone(phone: Watched, browser: Browser) -> None:
    studio = phone.studio
    email = make_account(studio, "Vito Acconci")
    project = make_project(phone, "Room to leave")
    add(phone, project, email, "viewer")
    page = browser.new_context(**PHONE).new_page()
    page.set_default_timeout(PATIENCE)
    sign_in(page, studio, email)
    page.goto(f"{project}members/")
    page.locator("[data-testid=leave]").tap()
    page.get_by_role("heading", name="Leave “Room to leave”?").wait_for()
    page.locator("[data-testid=confirm-leave]").tap()
    page.get_by_text("You left Room to leave.").wait_for()
    page.context.close()


def test_pages_of_a_project_are_accessible_and_fit(checked: Watched) -> None:
    page = checked.page
    email = make_account(checked.studio, f"{'Longname' * 12} the Second")
    project = make_project(checked, "N" * 119)
    add(checked, project, email, "owner")
    assert_good(page)
    page.locator("role-form select").select_option("viewer")
    assert_good(page)
    page.locator("a[aria-label^=Remove]").click()
    page.locator("dialog[open] [data-testid=confirm-remove]").wait_for()
    assert_good(page)
    for path in ("leave/", "settings/", "delete/", "members/?q=nobody"):
        page.goto(project + path)
        assert_good(page)
    page.goto(f"{project}settings/")
    steps.by(checked, "archive").click()
    steps.by(checked, "restore").wait_for()
    assert_good(page)
    for path in (project, f"{project}members/", f"{checked.studio.url}/?show=archived"):
        page.goto(path)
        assert_good(page)
    page.goto(f"{checked.studio.url}/?show=deleted")
    assert_good(page)


def test_what_is_touched_is_large_enough(phone: Watched) -> None:
    email = make_account(phone.studio, "Rita Levi")
    project = make_project(phone, "Room for thumbs")
    add(phone, project, email, "reviewer")
    small = """() => [...document.querySelectorAll("main a, main button, main select")]
        .filter((each) => each.checkVisibility())
        .map((each) => [each.outerHTML.slice(0, 80), each.getBoundingClientRect()])
        .filter(([, box]) => box.width < 44 || box.height < 44).map(([html]) => html)"""
    phone.page.wait_for_load_state()
    assert phone.page.evaluate(small) == []
    phone.page.goto(f"{project}settings/")
    assert phone.page.evaluate(small) == []
