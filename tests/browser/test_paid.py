"""An edit for a provider, up to the moment it is sent: options, cost, further pictures, consent."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser import steps
from tests.browser.looks import assert_good
from tests.browser.rooms import keep, run_in
from tests.making import make_image

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Locator

    from tests.browser.conftest import Studio, Watched

pytestmark = pytest.mark.browser

# Its host leads nowhere. Edits for other hosts stay with their own record, which is switched off:
# what they fail at must not let this one rest.
PROVIDER = """
from editor.models import Project, Provider
project = Project.objects.get(slug={slug!r})
Provider.objects.filter(project=project).exclude(name={host!r}).update(is_enabled=False)
row, _made = Provider.objects.update_or_create(
    project=project, name={host!r}, defaults=dict(
        source="owner", preset="openai", base_url="https://{host}/v1", is_enabled=True,
        offered=["gpt-image-2", "brush-1"],
        probe={{"gpt-image-2": {{"mask": "ignored"}}, "brush-1": {{"mask": "ignored"}}}},
        overrides={{"brush-1": {{"inputs_max": 1}}}}))
print(row.public_id)
"""
LABEL = "GPT Image 2"


def make_provider(studio: Studio, host: str) -> str:
    return run_in(studio, PROVIDER.format(slug=studio.slug, host=host))


def keep_photo(watched: Watched, folder: Path, seed: int) -> str:
    make_image(480, 360, seed=seed).save(folder / f"paid-{seed}.png")
    return keep(watched.studio, folder / f"paid-{seed}.png")


def open_photo(watched: Watched, folder: Path, seed: int) -> str:
    picture = keep_photo(watched, folder, seed)
    steps.open_canvas(watched, picture)
    return picture


def choose(watched: Watched, label: str = LABEL) -> None:
    steps.by(watched, "engine").select_option(label=label)
    expect(steps.by(watched, "price")).not_to_be_empty()


def open_options(watched: Watched) -> Locator:
    options = steps.by(watched, "parameters")
    options.locator("summary").click()
    return options


def pick(watched: Watched, count: int) -> list[str]:
    """Choose the first pictures that are not the edited one; return their ids in order."""
    steps.by(watched, "add-inputs").click()
    items = steps.by(watched, "input-picker").locator("[data-id]:not([disabled])")
    expect(items.nth(count - 1)).to_be_visible()
    ids = [items.nth(number).get_attribute("data-id") or "" for number in range(count)]
    for number in range(count):
        items.nth(number).click()
    steps.by(watched, "picker-done").click()
    return ids


def chosen(watched: Watched) -> list[str]:
    inputs = watched.page.locator("canvas-inputs input[name=inputs]")
    return [str(value) for value in inputs.evaluate_all("all => all.map(one => one.value)")]


def test_options_and_cost_follow_the_engine(desktop: Watched, tmp_path: Path) -> None:
    make_provider(desktop.studio, "atelier.example")
    open_photo(desktop, tmp_path, 71)
    expect(steps.by(desktop, "parameters")).to_be_hidden()
    expect(steps.by(desktop, "quote")).to_be_hidden()
    choose(desktop)
    quote = steps.by(desktop, "quote")
    expect(quote).to_contain_text("the whole picture, 480 \u00d7 360 pixels, to atelier.example")
    steps.by(desktop, "prompt").fill("a red door")
    steps.by(desktop, "tool-rectangle").click()
    steps.paint(desktop, (0.3, 0.3), (0.5, 0.5))
    expect(quote).to_contain_text("does not obey the mask")
    expect(steps.by(desktop, "crop")).to_be_visible()
    steps.by(desktop, "undo").click()
    expect(steps.by(desktop, "crop")).to_be_hidden()
    steps.by(desktop, "redo").click()
    expect(steps.by(desktop, "crop")).to_be_visible()
    steps.by(desktop, "engine").select_option(label="Built-in")
    expect(steps.by(desktop, "crop")).to_be_hidden()
    expect(steps.by(desktop, "parameters")).to_be_hidden()
    expect(quote).to_be_hidden()
    expect(steps.by(desktop, "price")).to_be_empty()


def test_what_was_chosen_outlives_a_change_of_engine_and_a_reload(
    desktop: Watched, tmp_path: Path
) -> None:
    make_provider(desktop.studio, "atelier.example")
    open_photo(desktop, tmp_path, 72)
    choose(desktop)
    options = open_options(desktop)
    options.locator("[name=quality]").select_option("high")
    options.locator("[name=n]").fill("3")
    options.locator("[name=size]").select_option("free")
    options.locator("[name=width]").fill("1000")
    options.locator("[name=height]").fill("800")
    expect(options.locator("summary")).to_contain_text("1000 \u00d7 800")
    expect(options.locator("[name=output_compression]")).to_be_hidden()
    options.locator("[name=output_format]").select_option("webp")
    expect(options.locator("[name=output_compression]")).to_be_visible()
    steps.by(desktop, "engine").select_option(label="Built-in")
    choose(desktop)
    expect(options.locator("[name=quality]")).to_have_value("high")
    # The draft waits until the hand rests.
    desktop.page.wait_for_function(
        "() => Object.values(sessionStorage).some(text => text.includes('\"webp\"'))"
    )
    desktop.page.reload()
    expect(options.locator("summary")).to_contain_text("1000 \u00d7 800")
    expect(options.locator("[name=height]")).to_have_value("800")
    expect(options.locator("[name=n]")).to_have_value("3")


def test_the_button_keeps_its_place_while_the_cost_changes(
    desktop: Watched, tmp_path: Path
) -> None:
    make_provider(desktop.studio, "atelier.example")
    open_photo(desktop, tmp_path, 73)
    choose(desktop)
    button = steps.by(desktop, "submit-edit")
    expect(steps.by(desktop, "quote")).to_contain_text("Sends")
    place = button.bounding_box()
    steps.by(desktop, "tool-rectangle").click()
    steps.paint(desktop, (0.2, 0.3), (0.6, 0.7))
    steps.by(desktop, "prompt").fill("a door " * 40)
    expect(steps.by(desktop, "quote")).to_contain_text("does not obey the mask")
    assert button.bounding_box() == place


def test_further_pictures_are_ordered_by_keyboard(desktop: Watched, tmp_path: Path) -> None:
    make_provider(desktop.studio, "atelier.example")
    for seed in (74, 75):
        keep_photo(desktop, tmp_path, seed)
    open_photo(desktop, tmp_path, 76)
    choose(desktop)
    first, second = pick(desktop, 2)
    assert chosen(desktop) == [first, second]
    keyboard = desktop.page.keyboard
    steps.by(desktop, "inputs").get_by_role("button").nth(1).focus()
    keyboard.press("Alt+ArrowLeft")
    assert chosen(desktop) == [second, first]
    expect(desktop.page.locator("[data-announce]")).to_contain_text("is number 2 now")
    expect(steps.by(desktop, "inputs").get_by_role("button").first).to_be_focused()
    keyboard.press("Delete")
    assert chosen(desktop) == [first]
    expect(steps.by(desktop, "inputs").get_by_role("button").first).to_be_focused()
    steps.by(desktop, "input-remove").click()
    assert chosen(desktop) == []
    expect(steps.by(desktop, "add-inputs")).to_be_focused()


def test_pictures_are_chosen_by_keyboard(desktop: Watched, tmp_path: Path) -> None:
    make_provider(desktop.studio, "atelier.example")
    for seed in (90, 91):
        keep_photo(desktop, tmp_path, seed)
    open_photo(desktop, tmp_path, 92)
    choose(desktop)
    keyboard, dialog = desktop.page.keyboard, steps.by(desktop, "input-picker")
    steps.by(desktop, "add-inputs").press("Enter")
    expect(steps.by(desktop, "picker-search")).to_be_focused()
    expect(dialog.locator("[data-id]").nth(2)).to_be_visible()
    for key in ("ArrowDown", "Space", "ArrowRight", "Space", "Escape"):
        keyboard.press(key)
    expect(dialog).to_be_hidden()
    expect(steps.by(desktop, "add-inputs")).to_be_focused()
    assert len(chosen(desktop)) == 2


def test_an_earlier_edit_comes_back_with_all_it_asked_for(desktop: Watched, tmp_path: Path) -> None:
    make_provider(desktop.studio, "again.invalid")
    keep_photo(desktop, tmp_path, 93)
    picture = open_photo(desktop, tmp_path, 94)
    choose(desktop)
    options = open_options(desktop)
    options.locator("[name=quality]").select_option("medium")
    ids = pick(desktop, 1)
    send_with_consent(desktop, "again.invalid")
    edit = steps.by(desktop, "edit-card").first.get_attribute("data-edit-id")
    steps.by(desktop, "engine").select_option(label="Built-in")
    desktop.page.evaluate("sessionStorage.clear()")
    base = f"{desktop.studio.url}/p/{desktop.studio.slug}/canvas/{picture}/"
    desktop.page.once("dialog", lambda dialog: dialog.accept())
    desktop.page.goto(f"{base}?from={edit}")
    expect(steps.by(desktop, "engine").locator("option:checked")).to_have_text(LABEL)
    expect(options.locator("[name=quality]")).to_have_value("medium")
    assert chosen(desktop) == ids


def test_the_engine_is_remembered_for_the_project(desktop: Watched, tmp_path: Path) -> None:
    make_provider(desktop.studio, "atelier.example")
    open_photo(desktop, tmp_path, 95)
    choose(desktop)
    open_photo(desktop, tmp_path, 96)
    expect(steps.by(desktop, "engine").locator("option:checked")).to_have_text(LABEL)
    expect(steps.by(desktop, "price")).not_to_be_empty()


def test_a_new_picture_is_added_and_chosen(desktop: Watched, tmp_path: Path) -> None:
    make_provider(desktop.studio, "atelier.example")
    open_photo(desktop, tmp_path, 77)
    choose(desktop)
    steps.by(desktop, "add-inputs").click()
    make_image(90, 60, seed=78).save(tmp_path / "a new one.png")
    steps.by(desktop, "picker-upload").set_input_files(tmp_path / "a new one.png")
    dialog = steps.by(desktop, "input-picker")
    expect(dialog.locator("[aria-pressed=true]")).to_contain_text("a new one.png")
    steps.by(desktop, "picker-search").fill("nothing is called so")
    expect(dialog).to_contain_text("No picture is called")
    steps.by(desktop, "picker-done").click()
    expect(dialog).to_be_hidden()
    assert len(chosen(desktop)) == 1


def test_an_engine_of_one_picture_says_so_before_sending(desktop: Watched, tmp_path: Path) -> None:
    make_provider(desktop.studio, "atelier.example")
    keep_photo(desktop, tmp_path, 79)
    open_photo(desktop, tmp_path, 80)
    choose(desktop)
    pick(desktop, 1)
    choose(desktop, "brush-1")
    expect(steps.by(desktop, "quote")).to_contain_text("takes one picture")
    steps.by(desktop, "prompt").fill("a red door")
    steps.by(desktop, "submit-edit").click()
    reason = desktop.page.locator(".quote__blocked")
    expect(reason).to_be_focused()
    expect(reason).to_contain_text("Remove the further ones")


def send_with_consent(watched: Watched, host: str) -> None:
    steps.by(watched, "prompt").fill("a red door")
    button, dialog = steps.by(watched, "submit-edit"), steps.by(watched, "consent")
    button.click()
    expect(dialog).to_contain_text(f"This crop leaves for {host}")
    expect(steps.by(watched, "edit-card")).to_have_count(0)
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_be_hidden()
    expect(steps.by(watched, "prompt")).to_have_value("a red door")
    button.click()
    agree = steps.by(watched, "agree")
    expect(agree).to_be_visible()
    box = agree.bounding_box()
    assert box
    assert box["height"] >= 44
    agree.click()
    steps.by(watched, "edit-card").first.wait_for()


def test_the_first_send_asks_once(desktop: Watched, tmp_path: Path) -> None:
    make_provider(desktop.studio, "first.invalid")
    open_photo(desktop, tmp_path, 81)
    choose(desktop)
    send_with_consent(desktop, "first.invalid")
    open_photo(desktop, tmp_path, 82)
    choose(desktop)
    steps.by(desktop, "prompt").fill("a blue door")
    steps.by(desktop, "submit-edit").click()
    steps.by(desktop, "edit-card").first.wait_for()


def test_the_first_send_asks_by_finger(phone: Watched, tmp_path: Path) -> None:
    make_provider(phone.studio, "finger.invalid")
    open_photo(phone, tmp_path, 83)
    choose(phone)
    send_with_consent(phone, "finger.invalid")


def test_it_all_is_accessible_and_fits(checked: Watched, tmp_path: Path) -> None:
    page = checked.page
    make_provider(checked.studio, "atelier.example")
    width = int(page.evaluate("innerWidth"))
    keep_photo(checked, tmp_path, 84 + width)
    open_photo(checked, tmp_path, 85 + width)
    choose(checked)
    open_options(checked)
    steps.by(checked, "add-inputs").click()
    expect(steps.by(checked, "input-picker").locator("[data-id]").nth(1)).to_be_visible()
    assert_good(page)
    steps.by(checked, "input-picker").locator("[data-id]:not([disabled])").first.click()
    steps.by(checked, "picker-done").click()
    steps.by(checked, "inputs").get_by_role("button").first.click()
    expect(steps.by(checked, "quote")).to_contain_text(re.compile("1 further picture goes along"))
    assert_good(page)
    for name in ("add-inputs", "input-earlier", "input-later", "input-remove", "submit-edit"):
        box = steps.by(checked, name).bounding_box()
        assert box
        assert min(box["width"], box["height"]) >= 44, name
