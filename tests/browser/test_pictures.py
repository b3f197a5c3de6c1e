"""Takes the pictures of the README anew: `make pictures`. A real studio, its own sample photos."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from tests.browser import steps
from tests.browser.conftest import DESKTOP, EMAIL, ROOT, Watched
from tests.browser.rooms import run_in

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.browser.conftest import Studio

pytestmark = pytest.mark.pictures

OUT = ROOT / "docs" / "pictures"
QUALITY = 86
PROMPTS = ("black and white", "warmer by 60 %", "sepia", "more vivid and lift the shadows")

# What a team of three spent in a month, told to the ledger. Nothing is sent anywhere.
SPENT = """
from datetime import UTC, datetime, timedelta
from editor.engines.costs import Cost, CostBasis
from editor.models import Attempt, LedgerEntry, Project, Role, State, User
from editor.pipeline import ledger
from editor.services.months import Month
from tests.making import make_member, make_priced_row, make_provider
project = Project.objects.get(slug={slug!r})
people = [User.objects.get(email={email!r})]
people += [make_member(project, name, Role.EDITOR) for name in ("theo", "mina")]
provider = make_provider(project, name="Workshop account", offered=["gpt-image-2"])
picture = project.pictures.first()
first = Month.current().first
for number in range(46):
    user, micros = people[number * number % 3], 41_000 + number * 37 % 11 * 19_000
    edit = make_priced_row(
        picture, user, provider, micros, model="gpt-image-2", state=State.SUCCEEDED,
        idem_key=f"spent-{{number}}", is_over=True)
    ledger.reserve(edit)
    attempt = Attempt.objects.create(edit=edit, number=1, fence=1, intent_at=datetime.now(UTC))
    if number % 15 == 9:
        ledger.hold(edit, attempt)
    else:
        ledger.settle(edit, attempt, Cost(micros * 8 // 10, CostBasis.USAGE))
    LedgerEntry.objects.filter(edit=edit).update(day=first + timedelta(days=number * 5 % 23))
Project.objects.filter(pk=project.pk).update(budget_micros=12_000_000)
"""
MEADOW = ((0.72, 0.62), (0.86, 0.78))


def take(on: Watched, name: str) -> None:
    on.page.mouse.move(1, 1)
    on.page.wait_for_load_state("networkidle")
    shot = Image.open(io.BytesIO(on.page.screenshot()))
    shot.convert("RGB").save(OUT / f"{name}.jpg", quality=QUALITY, optimize=True)


def sample(on: Watched, name: str) -> str:
    on.page.goto(f"{on.studio.url}/p/{on.studio.slug}/?show=originals&q={name}")
    return steps.by(on, "picture-card").first.get_attribute("data-picture-id") or ""


def edit(on: Watched, picture: str, prompt: str, *strokes: tuple[tuple[float, float], ...]) -> str:
    steps.open_canvas(on, picture)
    steps.set_brush(on, 230)
    for stroke in strokes:
        steps.paint(on, *stroke)
    return steps.submit(on, prompt).get_attribute("data-result-id") or ""


def tour(on: Watched) -> None:
    """Edit both photos in several ways and show where it is done."""
    on.page.goto(f"{on.studio.url}/p/{on.studio.slug}/")
    on.page.get_by_text("Try with two sample photos").click()
    steps.by(on, "picture-card").nth(1).wait_for()
    mountain, meadow = sample(on, "Picos"), sample(on, "Dandelions")
    for prompt in PROMPTS:
        edit(on, meadow if prompt == "sepia" else mountain, prompt)
    flower = ((0.3, 0.2), (0.42, 0.36), (0.2, 0.36), (0.4, 0.24), (0.2, 0.24), (0.34, 0.42))
    edit(on, meadow, "blur the background by 70 %", flower, ((0.29, 0.45), (0.28, 0.95)))
    rocks = (
        ((0.71, 0.875), (0.775, 0.89), (0.775, 0.925), (0.72, 0.93), (0.745, 0.9)),
        ((0.48, 0.65), (0.508, 0.67)),
    )
    result = edit(on, mountain, "remove this", *rocks)
    steps.paint(on, (0.28, 0.585), (0.31, 0.6))
    steps.by(on, "prompt").fill("remove this too")
    steps.by(on, "understood").get_by_text("Understood").wait_for()
    take(on, "canvas")
    on.page.goto(f"{on.studio.url}/p/{on.studio.slug}/")
    take(on, "gallery")
    on.page.goto(f"{on.studio.url}/p/{on.studio.slug}/v/{result}/")
    on.page.locator("version-viewer[data-ready]").wait_for()
    take(on, "version")


def tour_of_a_provider(on: Watched) -> None:
    """Show what it would do and cost, and what a month cost."""
    run_in(on.studio, SPENT.format(slug=on.studio.slug, email=EMAIL))
    steps.open_canvas(on, sample(on, "Picos"))
    steps.by(on, "engine").select_option(label="GPT Image 2")
    steps.by(on, "tool-rectangle").click()
    steps.paint(on, *MEADOW)
    steps.by(on, "prompt").fill("a small stone hut with a wooden door")
    options = steps.by(on, "parameters")
    options.locator("summary").click()
    options.locator("[name=n]").fill("2")
    options.locator("[name=quality]").select_option("high")
    steps.by(on, "quote").get_by_text("Sends the framed part").wait_for()
    take(on, "provider")
    on.page.goto(f"{on.studio.url}/p/{on.studio.slug}/usage/")
    take(on, "usage")


def test_pictures(browser: Browser, studio: Studio) -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    context = browser.new_context(
        storage_state=studio.storage, color_scheme="dark", reduced_motion="reduce", **DESKTOP
    )
    on = Watched(context.new_page(), studio)
    on.listen()
    on.page.on("dialog", lambda dialog: dialog.accept())  # the canvas is left with a mask on it
    tour(on)
    tour_of_a_provider(on)
    context.close()
    assert on.complaints == []
