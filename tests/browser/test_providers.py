"""Connecting a provider by mouse, by keyboard and by finger, and looking after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser import steps
from tests.browser.conftest import PASSWORD, PHONE, watched
from tests.browser.looks import assert_good
from tests.browser.rooms import run_in

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.browser.conftest import Studio, Watched

pytestmark = pytest.mark.browser

KEY = "sk-browser-0123456789abcd"
FILL = """
from django.utils import timezone
from editor.models import Project
from tests.making import make_provider
from tests.scripted_probe import GOOD
project = Project.objects.get(slug={slug!r})
long = dict(name="Long" * 20, offered=["gpt-image-2", *(f"{{'org' * 9}}/m{{n}}" for n in range(9))])
row = make_provider(
    project, **long, probe=GOOD | {{"mask": "ignored", "model": "gpt-image-2"}},
    probed_at=timezone.now(), learned={{"gpt-image-2": ["moderation"]}},
)
make_provider(project, trouble="key_rejected")
make_provider(project, is_enabled=False)
print(row.public_id)
"""
ONE = """
from editor.models import Project
from tests.making import make_provider
print(make_provider(Project.objects.get(slug={slug!r}), name="Workshop account").public_id)
"""
INVERTED = """
from django.utils import timezone
from editor.models import Project
from tests.making import make_provider
from tests.scripted_probe import GOOD
project, at = Project.objects.get(slug={slug!r}), timezone.now()
found = GOOD | {{"mask": "inverted", "polarity": "alpha", "at": at.isoformat()}}
print(make_provider(project, probe={{"gpt-image-2": found}}, probed_at=at).public_id)
"""
SMALL = """() => [...document.querySelectorAll("main a, main button, main select, main summary")]
    .filter((each) => each.checkVisibility())
    .map((each) => [each.outerHTML.slice(0, 80), each.getBoundingClientRect()])
    .filter(([, box]) => box.width < 44 || box.height < 44).map(([html]) => html)"""


def make_project(one: Watched, name: str) -> str:
    page = one.page
    page.goto(f"{one.studio.url}/?new=1")
    steps.by(one, "project-name").fill(name)
    steps.by(one, "create-project").click()
    page.wait_for_url("**/p/*/")
    return page.url


def confirm(page: Page, said: str) -> None:
    """Wait for a notice; type the password first if it is asked for, which it may have been."""
    notice, password = page.get_by_text(said), page.locator("[name=password]")
    notice.or_(password).first.wait_for()
    if password.is_visible():
        password.fill(PASSWORD)
        page.keyboard.press("Enter")
    notice.wait_for()


def test_a_provider_is_connected_with_the_mouse(desktop: Watched) -> None:
    page = desktop.page
    project = make_project(desktop, "With a provider")
    page.get_by_role("link", name="Settings").click()
    steps.by(desktop, "providers").click()
    page.get_by_role("heading", name="None yet").wait_for()
    steps.by(desktop, "add-provider").click()
    steps.by(desktop, "preset-openai").click()
    steps.by(desktop, "provider-name").fill("Workshop account")
    steps.by(desktop, "provider-key").fill(KEY)
    steps.by(desktop, "save-provider").click()
    confirm(page, "“Workshop account” is connected.")
    page.get_by_text("Not tested yet.").wait_for()
    assert KEY not in page.content()

    page.goto(f"{project}providers/")
    steps.by(desktop, "change-provider").click()
    expect(steps.by(desktop, "provider-key")).to_have_value("")
    page.get_by_text("Saved: …abcd.").wait_for()


def test_it_is_priced_switched_off_and_deleted(desktop: Watched) -> None:
    page = desktop.page
    project = make_project(desktop, "With an old provider")
    slug = project.rstrip("/").rsplit("/", 1)[-1]
    page.goto(f"{project}providers/{run_in(desktop.studio, ONE.format(slug=slug))}/")
    page.get_by_role("link", name="Prices and abilities of").first.click()
    page.get_by_label("Pictures out").fill("24.5")
    steps.by(desktop, "save-model").click()
    page.get_by_text("changed here").wait_for()
    steps.by(desktop, "reset-model").click()
    page.get_by_text("Everything is as in the catalog").wait_for()

    page.get_by_role("link", name="Back to the provider").click()
    steps.by(desktop, "switch-provider").click()
    page.get_by_text("“Workshop account” is switched off.").wait_for()
    steps.by(desktop, "delete-provider").click()
    steps.by(desktop, "confirm-delete").click()
    confirm(page, "“Workshop account” and its key are deleted.")
    page.get_by_role("heading", name="None yet").wait_for()


def test_a_provider_is_connected_by_keyboard_alone(desktop: Watched) -> None:
    page = desktop.page
    project = make_project(desktop, "By keyboard")
    page.goto(f"{project}providers/add/")
    steps.by(desktop, "preset-generic").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**preset=generic")
    steps.by(desktop, "provider-name").focus()
    page.keyboard.type("Own service")
    page.keyboard.press("Tab")
    page.keyboard.type("https://images.example.org/v1")
    page.keyboard.press("Enter")
    # Without a model it comes back, the cursor where something is missing.
    own = steps.by(desktop, "own")
    page.get_by_text("Offer at least one model.").wait_for()
    desktop.expect_refusal(422)
    expect(own).to_be_focused()
    page.keyboard.type("flux/pro")
    for _step in range(8):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.dataset.testid") == "save-provider":
            break
    page.keyboard.press("Enter")
    confirm(page, "“Own service” is connected.")


def test_the_password_is_asked_for_on_a_phone_and_the_key_survives_it(
    browser: Browser, studio: Studio, request: pytest.FixtureRequest
) -> None:
    for one in watched(browser, studio, request.node.name, **PHONE):
        page = one.page
        # A session of its own: whether the password was asked for lately must not matter.
        page.context.clear_cookies()
        page.goto(f"{studio.url}/accounts/login/")
        page.fill("[name=login]", "olga@example.test")
        page.fill("[name=password]", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{studio.url}/")
        project = make_project(one, "On a phone")
        page.goto(f"{project}providers/add/?preset=openai")
        steps.by(one, "provider-key").fill(KEY)
        steps.by(one, "save-provider").tap()
        page.wait_for_url("**/reauthenticate/**")
        confirm(page, "“OpenAI” is connected.")
        page.wait_for_load_state()
        assert page.evaluate(SMALL) == []
        page.goto(f"{project}providers/")
        page.get_by_text("key …abcd").wait_for()
        assert page.evaluate(SMALL) == []


def test_a_mask_that_is_read_the_other_way_round_is_turned_and_goes_back(
    desktop: Watched,
) -> None:
    page = desktop.page
    project = make_project(desktop, "With masks inverted")
    slug = project.rstrip("/").rsplit("/", 1)[-1]
    one = f"{project}providers/{run_in(desktop.studio, INVERTED.format(slug=slug))}/"
    page.goto(f"{one}test/")
    page.get_by_text("The mask is read the other way round").wait_for()
    assert_good(page)
    steps.by(desktop, "use-polarity").click()
    page.get_by_text("Masks are sent the other way from now on.").wait_for()
    page.get_by_text("Not tested yet.").wait_for()

    page.get_by_role("link", name="Back to the provider").click()
    steps.by(desktop, "provider-manner").click()
    page.get_by_text("changed here \u00b7 preset: transparent").wait_for()
    assert_good(page)
    field = page.get_by_label("Name of the mask\u2019s field", exact=True)
    field.fill("image")
    # The Enter key saves, and does not press the button that puts the mask back.
    field.press("Enter")
    page.get_by_text("“image” is sent already").wait_for()
    desktop.expect_refusal(422)
    expect(field).to_be_focused()
    field.fill("mask_image")
    field.press("Enter")
    page.get_by_text("changed here \u00b7 preset: mask").wait_for()
    expect(page.get_by_label("What is to change is", exact=True)).to_have_value("black")
    page.get_by_role("button", name="What is to change is: as the preset says").click()
    page.get_by_text("preset: transparent").wait_for(state="detached")
    expect(page.get_by_label("What is to change is", exact=True)).to_have_value("alpha")
    steps.by(desktop, "reset-manner").click()
    page.get_by_text("Everything is as the preset “OpenAI” says.").wait_for()


def test_the_pages_are_accessible_and_fit(checked: Watched) -> None:
    page = checked.page
    project = make_project(checked, "N" * 119)
    slug = project.rstrip("/").rsplit("/", 1)[-1]
    page.goto(f"{project}providers/")
    assert_good(page)
    row = run_in(checked.studio, FILL.format(slug=slug))
    one = f"providers/{row}/"
    for path in (
        *("providers/", "providers/add/", "providers/add/?preset=openai", one, f"{one}test/"),
        *(f"{one}delete/", f"{one}models/gpt-image-2/", f"{one}manner/"),
    ):
        page.goto(project + path)
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
        if not path.endswith("/"):
            steps.by(checked, "save-provider").wait_for()
        assert_good(page)
    for path in ("/providers/", "/providers/add/"):
        page.goto(checked.studio.url + path)
        assert_good(page)
