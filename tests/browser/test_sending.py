"""A press on the button that sends always counts, and the second of a double click never."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser import steps
from tests.browser.rooms import keep, run_in
from tests.making import make_image

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Locator, Route

    from tests.browser.conftest import Watched

pytestmark = pytest.mark.browser

PROVIDER = """
from editor.models import Project, Provider
Provider.objects.update_or_create(
    project=Project.objects.get(slug={slug!r}), name="keeps.example", defaults=dict(
        source="owner", preset="openai", base_url="https://keeps.example/v1", is_enabled=True,
        offered=["gpt-image-2"]))
"""
PROMPT = "make it black and white"
# One more click at a place where the row of clicks has begun already.
CLICK = "(button, n) => button.dispatchEvent(new MouseEvent('click', {detail: n, bubbles: true, cancelable: true}))"


def open_photo(watched: Watched, folder: Path, seed: int) -> str:
    photo = folder / f"sending-{seed}.png"
    make_image(240, 180, seed=seed).save(photo)
    picture = keep(watched.studio, photo)
    steps.open_canvas(watched, picture)
    return picture


def button(watched: Watched) -> Locator:
    return steps.by(watched, "submit-edit")


def test_a_press_before_the_page_is_ready_loses_nothing(desktop: Watched, tmp_path: Path) -> None:
    picture = open_photo(desktop, tmp_path, 81)
    page = desktop.page
    held: list[Route] = []
    page.route(re.compile("/canvas-form"), lambda route: held.append(route))
    with page.expect_request(re.compile("/canvas-form")):
        page.goto(
            f"{desktop.studio.url}/p/{desktop.studio.slug}/canvas/{picture}/", wait_until="commit"
        )
    steps.by(desktop, "prompt").fill(PROMPT)
    expect(button(desktop)).to_be_disabled()
    button(desktop).dispatch_event("click")
    steps.by(desktop, "prompt").press("Control+Enter")
    for route in held:
        route.continue_()
    button(desktop).click()
    expect(steps.by(desktop, "edit-card")).to_have_count(1)
    expect(steps.by(desktop, "prompt")).to_have_value(PROMPT)


def test_only_the_second_click_of_a_double_click_is_dropped(
    desktop: Watched, tmp_path: Path
) -> None:
    open_photo(desktop, tmp_path, 82)
    steps.by(desktop, "prompt").fill(PROMPT)
    button(desktop).dblclick()
    cards = steps.by(desktop, "edit-card")
    expect(cards).to_have_count(1)
    expect(button(desktop)).to_have_attribute("aria-disabled", "false")
    # The clicks before went to something that lay over the button, and is gone.
    steps.by(desktop, "prompt").fill("make it warmer")
    button(desktop).evaluate(CLICK, 4)
    expect(cards).to_have_count(2)


def test_the_button_stays_where_it_is_while_the_options_arrive(
    phone: Watched, tmp_path: Path
) -> None:
    """Else a finger that comes down on it would go up beside it."""
    run_in(phone.studio, PROVIDER.format(slug=phone.studio.slug))
    open_photo(phone, tmp_path, 83)
    steps.by(phone, "engine").select_option(label="GPT Image 2")
    expect(steps.by(phone, "price")).not_to_be_empty()
    page = phone.page
    held: list[Route] = []
    page.route(re.compile(r"/parameters\?"), lambda route: held.append(route))
    with page.expect_request(re.compile(r"/parameters\?")):
        page.reload(wait_until="commit")
    expect(button(phone)).to_be_enabled()
    before = button(phone).bounding_box()
    for route in held:
        route.continue_()
    expect(steps.by(phone, "parameters").locator("select")).not_to_have_count(0)
    expect(steps.by(phone, "price")).not_to_be_empty()
    assert button(phone).bounding_box() == before


def test_why_it_cannot_be_sent_is_said_once(desktop: Watched, tmp_path: Path) -> None:
    run_in(desktop.studio, PROVIDER.format(slug=desktop.studio.slug))
    budget = "from editor.models import Project; Project.objects.filter(slug={slug!r}).update(budget_micros={micros})"
    run_in(desktop.studio, budget.format(slug=desktop.studio.slug, micros=1))
    try:
        open_photo(desktop, tmp_path, 84)
        steps.by(desktop, "engine").select_option(label="GPT Image 2")
        steps.by(desktop, "prompt").fill("a red door")
        reason = desktop.page.locator(".quote__blocked")
        expect(reason).to_contain_text("budget is left")
        steps.by(desktop, "submit-edit").click()
        expect(reason).to_be_focused()
        expect(desktop.page.get_by_role("alert").filter(visible=True)).to_have_count(0)
    finally:
        # The project is that of other tests too.
        run_in(desktop.studio, budget.format(slug=desktop.studio.slug, micros=None))
