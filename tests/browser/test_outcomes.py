"""What became of an edit, by mouse, keyboard and finger: choices, previews, results, details."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.browser import steps
from tests.browser.conftest import DESKTOP, EMAIL
from tests.browser.looks import assert_good
from tests.browser.rooms import run_in

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator

    from tests.browser.conftest import Studio, Watched

pytestmark = pytest.mark.browser

# A room with one picture and edits of it in the states asked for; nobody takes them up.
ROOM = """
import json
from datetime import timedelta
from django.utils import timezone
from editor.models import User
from editor.services import pictures
from tests.making import *
user = User.objects.get(email={email!r})
project = make_project(user, "Outcomes")
data = as_bytes(make_image(900, 600, seed=5))
picture = pictures.upload(door=make_door(project, user), file=make_upload(data)).picture
provider = make_provider_row(project, trouble="key_rejected")
later = timezone.now() + timedelta(hours=1)
edits = []
for facts in json.loads({wanted!r}):
    attempt = facts.pop("attempt", None)
    facts = {{"next_run_at": later, "lease_until": later, "prompt": "a calm sky"}} | facts
    edit = make_paid_row(project, user, picture, provider, **facts)
    if attempt is not None:
        partial, answer = attempt.pop("partial", None), attempt.pop("answer", "").encode()
        image = as_bytes(make_image(300, 200, seed=partial)) if partial else b""
        make_attempt_row(edit, partial=image, answer=answer, host="api.atelier.test", **attempt)
    edits.append(edit.public_id)
print(json.dumps([project.slug, picture.public_id, edits]))
"""
LATER = """
from editor.models import *
from django.db.models.functions import Now
from tests.making import *
edit = Edit.objects.get(public_id={edit!r})
{change}
edit.pulse = Project.objects.bump(edit.project_id)
edit.save()
"""
UNKNOWN: dict[str, Any] = {"state": "unknown", "error_code": "answer_cut", "attempt": {}}
AWAITING: dict[str, Any] = {
    "state": "awaiting",
    "focus": {"box": [300, 150, 600, 350]},
    "attempt": {"partial": 3},
}


def make_room(studio: Studio, *wanted: dict[str, Any]) -> tuple[str, str, list[str]]:
    """Make a room; return its slug, its picture, and the edits in the order asked for."""
    program = ROOM.format(email=EMAIL, wanted=json.dumps(wanted))
    slug, picture, edits = json.loads(run_in(studio, program))
    return slug, picture, edits


def change(studio: Studio, edit: str, program: str) -> None:
    run_in(studio, LATER.format(edit=edit, change=program))


def succeed(studio: Studio, edit: str, results: int) -> None:
    program = (
        "attempt = edit.attempts.last()\n"
        f"for number in range(1, {results} + 1):\n"
        "    make_result_row(edit.picture, edit.actor, '', edit=edit, attempt=attempt,\n"
        "                    number=number, folder=edit.picture.folder)\n"
        "edit.state = 'succeeded'"
    )
    change(studio, edit, program)


def card(on: Watched, edit: str) -> Locator:
    return on.page.locator(f"#edit-{edit}")


def open_gallery(on: Watched, slug: str) -> None:
    on.page.goto(f"{on.studio.url}/p/{slug}/")


def test_paying_again_is_asked_with_the_cost(desktop: Watched) -> None:
    slug, _picture, (edit,) = make_room(desktop.studio, UNKNOWN)
    open_gallery(desktop, slug)
    again = steps.by(desktop, "decide-again")
    again.click()
    dialog = desktop.page.locator("dialog[open]")
    expect(dialog).to_contain_text("$0.04\N{EN DASH}0.21")
    desktop.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(card(desktop, edit)).to_have_attribute("data-state", "unknown")
    again.click()
    steps.by(desktop, "confirm-again").click()
    desktop.page.locator(f"#edit-{edit}:not([data-state=unknown])").wait_for()
    expect(dialog).to_be_hidden()
    expect(card(desktop, edit)).to_be_focused()


def test_keeping_it_by_keyboard(desktop: Watched) -> None:
    slug, _picture, (edit,) = make_room(desktop.studio, UNKNOWN)
    open_gallery(desktop, slug)
    steps.by(desktop, "decide-keep").focus()
    desktop.page.keyboard.press("Enter")
    desktop.page.locator(f"#edit-{edit}[data-state=failed]").wait_for()
    expect(card(desktop, edit)).to_be_focused()
    expect(card(desktop, edit)).to_contain_text("The provider may have charged it.")


def test_the_focus_stays_with_what_was_cancelled(desktop: Watched) -> None:
    slug, _picture, (edit, _other) = make_room(desktop.studio, {"state": "queued"}, UNKNOWN)
    open_gallery(desktop, slug)
    cancel = card(desktop, edit).get_by_role("button", name="Cancel")
    cancel.focus()
    cancel.press("Enter")
    expect(card(desktop, edit)).to_have_attribute("data-state", "canceled")
    expect(card(desktop, edit)).to_be_focused()


def test_who_comes_second_is_told_in_the_dialog(desktop: Watched) -> None:
    slug, _picture, (edit,) = make_room(desktop.studio, UNKNOWN)
    open_gallery(desktop, slug)
    steps.by(desktop, "decide-again").click()
    steps.by(desktop, "confirm-again").wait_for()
    change(desktop.studio, edit, "edit.state = 'failed'")
    steps.by(desktop, "confirm-again").click()
    dialog = desktop.page.locator("dialog[open]")
    dialog.get_by_role("alert").wait_for()
    expect(dialog).to_contain_text("Somebody has decided already.")
    desktop.expect_refusal(422)


def test_the_choices_work_without_scripts(browser: Browser, studio: Studio) -> None:
    slug, _picture, (edit, unread) = make_room(
        studio, UNKNOWN, {"state": "billed_unusable", "attempt": {"answer": "{}"}}
    )
    context = browser.new_context(
        storage_state=studio.storage, java_script_enabled=False, **DESKTOP
    )
    page = context.new_page()
    page.goto(f"{studio.url}/p/{slug}/")
    page.locator(f"#edit-{edit} [data-testid=decide-again]").click()
    expect(page.locator("main")).to_contain_text("$0.04")
    page.locator("[data-testid=confirm-again]").click()
    page.wait_for_url(f"**/p/{slug}/")
    expect(page.locator(f"#edit-{edit}")).not_to_have_attribute("data-state", "unknown")
    page.locator(f"#edit-{unread} [data-testid=decide-read]").click()
    page.wait_for_url(f"**/p/{slug}/")
    context.close()


def test_an_unfinished_preview_lies_where_the_result_will_be(desktop: Watched) -> None:
    slug, picture, (edit,) = make_room(desktop.studio, AWAITING)
    page = desktop.page
    page.goto(f"{desktop.studio.url}/p/{slug}/canvas/{picture}/")
    page.locator("canvas-partial img").wait_for()
    stage, shown = (
        page.locator(selector).bounding_box() for selector in ("canvas-stage", "canvas-partial")
    )
    assert stage
    assert shown
    assert shown["x"] - stage["x"] == pytest.approx(stage["width"] / 3, abs=1)
    assert shown["y"] - stage["y"] == pytest.approx(stage["height"] / 4, abs=1)
    assert shown["width"] == pytest.approx(stage["width"] / 3, abs=1)
    first = page.locator("canvas-partial img").get_attribute("src")
    change(desktop.studio, edit, "make_attempt_row(edit, partial=as_bytes(make_image(seed=9)))")
    page.wait_for_function(
        "first => { const all = [...document.querySelectorAll('canvas-partial img')];"
        "return all.length === 1 && all[0].getAttribute('src') !== first; }",
        arg=first,
    )
    assert page.locator("canvas-partial").bounding_box() == shown
    change(desktop.studio, edit, "edit.state = 'unknown'")
    page.locator(f"#edit-{edit}[data-state=unknown]").wait_for()
    page.locator("canvas-partial img").wait_for(state="detached")
    expect(card(desktop, edit).get_by_text("Unfinished preview")).to_be_visible()
    page.locator("canvas-progress [data-goto]").click()
    expect(steps.by(desktop, "decide-again")).to_be_focused()


def test_all_results_of_an_edit_come_to_the_strip(desktop: Watched) -> None:
    slug, picture, (edit,) = make_room(desktop.studio, AWAITING)
    page = desktop.page
    page.goto(f"{desktop.studio.url}/p/{slug}/canvas/{picture}/")
    card(desktop, edit).wait_for()
    succeed(desktop.studio, edit, 3)
    parts = page.locator(".version-item__part")
    parts.nth(2).wait_for()
    assert parts.all_inner_texts() == ["1 of 3", "2 of 3", "3 of 3"]
    expect(card(desktop, edit)).to_contain_text("Show the 3 results")


def test_a_new_result_appears_by_itself(desktop: Watched) -> None:
    """On a page that was open before a colleague's edit came to its end."""
    slug, picture, (edit,) = make_room(desktop.studio, AWAITING)
    page = desktop.page
    page.goto(f"{desktop.studio.url}/p/{slug}/v/{picture}/")
    card(desktop, edit).wait_for()
    rows = page.locator(".tree a")
    expect(rows).to_have_count(0)
    succeed(desktop.studio, edit, 1)
    expect(rows.filter(has_text="a calm sky")).to_be_visible()


def test_a_wait_is_counted_down(desktop: Watched) -> None:
    slug, _picture, (edit,) = make_room(desktop.studio, {"state": "awaiting", "attempt": {}})
    change(
        desktop.studio,
        edit,
        "from datetime import timedelta\n"
        "Provider.objects.filter(pk=edit.provider_id).update(trouble='')\n"
        "edit.state, edit.tries = 'retry_wait', 1\n"
        "edit.next_run_at = edit.created_at + timedelta(minutes=9)",
    )
    open_gallery(desktop, slug)
    wait = card(desktop, edit).locator("count-down")
    before = int(wait.inner_text().split()[0])
    desktop.page.wait_for_function(
        "before => parseInt(document.querySelector('count-down').textContent) < before", arg=before
    )


def test_the_details_are_copied(desktop: Watched) -> None:
    slug, _picture, (edit,) = make_room(desktop.studio, UNKNOWN)
    desktop.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    open_gallery(desktop, slug)
    card(desktop, edit).locator("summary").click()
    steps.by(desktop, "copy-details").click()
    card(desktop, edit).get_by_text("Copied").wait_for()
    copied = desktop.page.evaluate("navigator.clipboard.readText()")
    assert f"Edit: {edit}" in copied
    assert "Code: answer_cut" in copied


def test_cards_in_all_states_are_accessible_and_fit(checked: Watched) -> None:
    said = {"message": "the provider's own words " * 12, "execution": "no"}
    failures = {
        "bad_request": "input",
        "moderation": "refused",
        "over_budget": "budget",
        "provider_busy": "busy",
        "answer_cut": "unknown",
        "internal": "ours",
    }
    slug, _picture, edits = make_room(
        checked.studio,
        {"state": "claimed"},
        {"state": "sending", "attempt": {}},
        AWAITING,
        {"state": "received", "attempt": {}},
        UNKNOWN | {"prompt": "x" * 400},
        {"state": "billed_unusable", "attempt": {"answer": "{}"}},
        *(
            {"state": "failed", "error_code": code, "error_class": turn, "attempt": dict(said)}
            for code, turn in failures.items()
        ),
    )
    open_gallery(checked, slug)
    checked.page.locator("edit-preview img").wait_for()
    # Failures of the last day only are shown, by when they ended.
    checked.page.goto(f"{checked.studio.url}/p/{slug}/?show=failed")
    expect(card(checked, edits[-1])).to_be_visible()
    assert_good(checked.page)
    open_gallery(checked, slug)
    checked.page.locator("edit-preview img").wait_for()
    card(checked, edits[4]).locator("summary").click()
    assert_good(checked.page)
    card(checked, edits[4]).locator("[data-testid=decide-again]").click()
    steps.by(checked, "confirm-again").wait_for()
    assert_good(checked.page)
