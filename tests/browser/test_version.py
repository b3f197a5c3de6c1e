"""The version page by mouse, finger and keyboard: compare, download, ask once more."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import ExifTags, Image
from playwright.sync_api import expect

from tests.browser import steps
from tests.browser.conftest import EMAIL
from tests.browser.looks import assert_good
from tests.browser.rooms import keep, run_in
from tests.making import make_image, write_photo

if TYPE_CHECKING:
    from playwright.sync_api import Response

    from tests.browser.conftest import Watched

pytestmark = pytest.mark.browser

# Seven results, each of the one before, of the same pixels.
CHAIN = """
import shutil
from django.conf import settings
from editor.models import Picture, User
from tests.making import make_result_row
user = User.objects.get(email={email!r})
picture = Picture.objects.get(public_id={picture!r})
folder = settings.PICTURES_DIR / picture.folder
shutil.copyfile(folder / "original.png", folder / "whole.png")
same = {{name: getattr(picture, name) for name in ("folder", "width", "height", "mode")}}
for _result in range(7):
    picture = make_result_row(picture, user, "blur", **same)
print(picture.public_id)
"""


def make_result(on: Watched, photo: Path, prompt: str = "black and white") -> str:
    """Upload a photo and edit what one stroke covers; return the result's id."""
    steps.open_canvas(on, keep(on.studio, photo))
    steps.set_brush(on, 60)
    steps.paint(on, (0.35, 0.4), (0.6, 0.55))
    return steps.submit(on, prompt).get_attribute("data-result-id") or ""


def open_version(on: Watched, picture: str) -> None:
    on.page.goto(f"{on.studio.url}/p/{on.studio.slug}/v/{picture}/")
    on.page.locator("version-viewer[data-ready]").wait_for()


def value(on: Watched) -> int:
    return int(steps.by(on, "divider").get_attribute("aria-valuenow") or -1)


def grip(on: Watched) -> tuple[float, float]:
    box = steps.by(on, "divider").bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def fetch_mask(on: Watched) -> tuple[str, bytes]:
    """Box and file of the mask of the version that is shown."""
    mask = on.page.locator("viewer-mask")
    answer = on.page.request.get(f"{on.studio.url}{mask.get_attribute('data-mask')}")
    assert answer.status == 200
    return mask.get_attribute("data-box") or "", answer.body()


def test_the_divider_by_mouse_and_keyboard(desktop: Watched, tmp_path: Path) -> None:
    page = desktop.page
    open_version(desktop, make_result(desktop, write_photo(tmp_path / "a.jpg", megapixels=3)))
    x, y = grip(desktop)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 200, y, steps=5)
    page.mouse.up()
    assert grip(desktop)[0] == pytest.approx(x - 200, abs=1)
    clip = page.locator("[data-role=before]").evaluate("node => node.style.clipPath")
    share = 100 - float(clip.split()[1].rstrip("%"))
    assert round(share) == value(desktop) < 50
    divider = steps.by(desktop, "divider")
    assert divider.get_attribute("aria-valuetext") == (
        f"{value(desktop)} % before, {100 - value(desktop)} % after"
    )
    divider.dblclick()
    assert value(desktop) == 50
    for key, expected in [("ArrowRight", 52), ("Shift+ArrowRight", 62), ("End", 100), ("Home", 0)]:
        divider.press(key)
        assert value(desktop) == expected
    expect(page.locator("[data-before-label]")).to_be_hidden()
    divider.press("PageUp")
    assert value(desktop) == 10


def test_the_full_picture_comes_with_100_percent_only(desktop: Watched, tmp_path: Path) -> None:
    page, full = desktop.page, []

    def note(response: Response) -> None:
        if response.url.endswith("/full"):
            full.append(response.status)

    result = make_result(desktop, write_photo(tmp_path / "b.jpg", megapixels=4))
    page.on("response", note)
    open_version(desktop, result)
    page.wait_for_load_state("networkidle")
    assert full == []
    steps.by(desktop, "zoom-actual").click()
    page.wait_for_function(
        "() => [...document.querySelectorAll('.layered-picture__full')]"
        ".filter((image) => image.naturalWidth > 0).length === 2"
    )
    assert full == [200, 200]
    window = steps.by(desktop, "viewer").bounding_box()
    assert window
    before = grip(desktop)[0]
    page.mouse.move(window["x"] + 100, window["y"] + 100)
    page.mouse.down()
    page.mouse.move(window["x"] + 160, window["y"] + 130, steps=4)
    page.mouse.up()
    assert grip(desktop)[0] == before
    steps.by(desktop, "divider").press("ArrowRight")
    assert value(desktop) == 52
    # The two lie on each other to the pixel, wherever they were moved.
    places = page.locator("[data-role] .layered-picture__full").evaluate_all(
        "nodes => nodes.map((node) => JSON.stringify(node.getBoundingClientRect()))"
    )
    assert places[0] == places[1]
    steps.by(desktop, "viewer").press("0")
    expect(steps.by(desktop, "zoom-fit")).to_have_attribute("aria-pressed", "true")


def test_the_divider_by_finger(phone: Watched, tmp_path: Path) -> None:
    open_version(phone, make_result(phone, write_photo(tmp_path / "c.jpg", megapixels=1)))
    session = phone.page.context.new_cdp_session(phone.page)

    def touch(kind: str, *places: tuple[float, float]) -> None:
        spots = [{"x": x, "y": y} for x, y in places]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": spots})

    x, y = grip(phone)
    for start in (x, x + 60):  # by the grip; and anywhere on the picture
        touch("touchStart", (start, y))
        for step in range(1, 6):
            touch("touchMove", (start - 12 * step, y))
        touch("touchEnd")
        assert grip(phone)[0] == pytest.approx(start - 60, abs=2)
    assert phone.page.evaluate("scrollY") == 0


def test_the_mask_is_laid_over_and_another_version_chosen(desktop: Watched, tmp_path: Path) -> None:
    page = desktop.page
    open_version(desktop, make_result(desktop, write_photo(tmp_path / "d.jpg", megapixels=1)))
    assert steps.by(desktop, "compare").locator("option").all_inner_texts() == ["The original"]
    with page.expect_response("**/mask.png") as answer:
        steps.by(desktop, "show-mask").click()
    assert answer.value.status == 200
    veil = page.locator("[data-veil]")
    expect(veil).to_be_visible()
    steps.by(desktop, "open-canvas").click()
    second = steps.submit(desktop, "blur").get_attribute("data-result-id") or ""
    open_version(desktop, second)
    before = page.locator("[data-role=before] img").first
    first_source = before.get_attribute("src")
    steps.by(desktop, "compare").select_option(label="The original")
    page.wait_for_function(
        "before => document.querySelector('[data-role=before] img').getAttribute('src') !== before",
        arg=first_source,
    )


def test_the_version_before_is_shown_alone_until_another_is_compared(
    desktop: Watched, tmp_path: Path
) -> None:
    page = desktop.page
    first = make_result(desktop, write_photo(tmp_path / "faces.jpg"))
    open_version(desktop, first)
    original = steps.by(desktop, "compare").input_value()
    steps.by(desktop, "open-canvas").click()
    steps.by(desktop, "stage").wait_for()
    second = steps.submit(desktop, "darken").get_attribute("data-result-id") or ""
    open_version(desktop, second)
    after, before = (page.locator(f"[name=face][value={name}]") for name in ("after", "before"))
    steps.by(desktop, "compare").select_option(original)

    after.press("ArrowRight")
    expect(before).to_be_checked()
    expect(steps.by(desktop, "divider")).to_be_hidden()
    expect(page.locator("[data-before-label]")).to_be_visible()
    shown = "document.querySelector('[data-role=before]').version.id"
    assert page.evaluate(shown) == first
    assert page.locator("[data-role=after]").evaluate("node => node.style.clipPath") == (
        "inset(0px 0px 0px 100%)"
    )

    steps.by(desktop, "compare").select_option(first)
    expect(after).to_be_checked()
    expect(steps.by(desktop, "divider")).to_be_visible()


@pytest.mark.parametrize(
    ("kind", "suffix"), [("png", "PNG"), ("jpeg", "JPEG"), ("webp", "WEBP"), ("avif", "AVIF")]
)
def test_each_format_in_a_chosen_size(
    desktop: Watched, tmp_path: Path, kind: str, suffix: str
) -> None:
    photo = tmp_path / f"{kind}.png"
    make_image(640, 400, seed=len(kind) * 7 + ord(kind[0])).save(photo)
    open_version(desktop, keep(desktop.studio, photo))
    steps.by(desktop, "open-download").click()
    desktop.page.check(f"[name=format][value={kind}]")
    steps.by(desktop, "download-side").fill("320")
    expect(desktop.page.locator("[data-outcome=own]")).to_have_text(
        "320 \N{MULTIPLICATION SIGN} 200"
    )
    assert steps.by(desktop, "download-quality").is_visible() == (kind != "png")
    if kind == "png":  # a figure that makes no sense, no longer seen, is in nobody's way
        desktop.page.check("[name=format][value=jpeg]")
        steps.by(desktop, "download-quality").fill("5000")
        desktop.page.check("[name=format][value=png]")
    with desktop.page.expect_download() as waiting:
        steps.by(desktop, "download").click()
    assert waiting.value.suggested_filename.startswith(f"{kind} 320x200.")
    with Image.open(io.BytesIO(Path(waiting.value.path()).read_bytes())) as image:
        image.load()
        assert (image.format, image.size) == (suffix, (320, 200))


def test_same_mask_new_prompt(desktop: Watched, tmp_path: Path) -> None:
    """The mask that comes back is the very same: file and box."""
    page = desktop.page
    photo = write_photo(tmp_path / "e.jpg", megapixels=1)
    first = make_result(desktop, photo)
    open_version(desktop, first)
    expect(steps.by(desktop, "copy-prompt")).to_be_visible()
    box, mask = fetch_mask(desktop)
    steps.by(desktop, "same-mask").click()
    page.locator("canvas-coverage [data-when=part]", has_text="%").wait_for()
    assert "from=" not in page.url
    expect(steps.by(desktop, "prompt")).to_have_value("black and white")
    page.wait_for_function("() => getSelection().toString() === 'black and white'")
    # A reload keeps what was begun with.
    page.reload()
    page.locator("canvas-coverage [data-when=part]", has_text="%").wait_for()
    steps.by(desktop, "undo").click()
    page.locator("canvas-coverage [data-when=none]").wait_for()
    steps.by(desktop, "redo").click()
    second = steps.submit(desktop, "blur").get_attribute("data-result-id") or ""
    open_version(desktop, second)
    assert fetch_mask(desktop) == (box, mask)
    options = steps.by(desktop, "compare").locator("option").all_inner_texts()
    assert [text.strip() for text in options] == [
        "The original",
        "Other result: \N{LEFT DOUBLE QUOTATION MARK}black and white\N{RIGHT DOUBLE QUOTATION MARK}",
    ]


def test_all_versions_are_shown_without_losing_ones_place(desktop: Watched, tmp_path: Path) -> None:
    """A chain longer than what is shown first; the focus stays on the button."""
    page = desktop.page
    photo = tmp_path / "g.png"
    make_image(120, 90, seed=314).save(photo)
    picture = keep(desktop.studio, photo)
    open_version(desktop, run_in(desktop.studio, CHAIN.format(email=EMAIL, picture=picture)))
    rows = page.locator(".tree a")
    expect(rows).to_have_count(6)
    page.get_by_text("2 steps in between").wait_for()
    steps.by(desktop, "all-versions").press("Enter")
    fewer = steps.by(desktop, "fewer-versions")
    fewer.wait_for()
    expect(rows).to_have_count(8)
    page.wait_for_function("() => document.activeElement.dataset.testid === 'fewer-versions'")
    fewer.press("Enter")
    steps.by(desktop, "all-versions").wait_for()
    expect(rows).to_have_count(6)


def test_a_version_is_renamed_without_leaving(desktop: Watched, tmp_path: Path) -> None:
    photo = tmp_path / "f.png"
    make_image(300, 200, seed=41).save(photo)
    open_version(desktop, keep(desktop.studio, photo))
    steps.by(desktop, "rename").click()
    steps.by(desktop, "picture-name").fill("The pond at noon")
    steps.by(desktop, "save-name").click()
    desktop.page.get_by_role("heading", name="The pond at noon").wait_for()
    steps.by(desktop, "open-download").click()
    with desktop.page.expect_download() as waiting:
        steps.by(desktop, "download").click()
    assert waiting.value.suggested_filename == "The pond at noon.png"


def test_a_result_is_accessible_and_fits(checked: Watched, tmp_path: Path) -> None:
    photo = tmp_path / f"{'a very long name ' * 8}.png"
    width = checked.page.evaluate("innerWidth")
    make_image(width, 500, "RGBA", seed=78).save(photo)
    steps.open_canvas(checked, keep(checked.studio, photo))
    prompt = "black and white, " * 3 + "blur"
    result = steps.submit(checked, prompt).get_attribute("data-result-id") or ""
    open_version(checked, result)
    assert_good(checked.page)
    steps.by(checked, "open-download").click()
    steps.by(checked, "rename").click()
    checked.page.check("[name=format][value=jpeg]")
    assert_good(checked.page)


def test_the_place_goes_along_after_two_ticks_by_keyboard(checked: Watched, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Model] = "Canary 3000"
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitudeRef] = "N"
    photo = tmp_path / "place.jpg"
    seed = checked.page.evaluate("innerWidth")
    make_image(400, 300, seed=seed).save(photo, "JPEG", exif=exif)
    open_version(checked, keep(checked.studio, photo))
    page = checked.page
    steps.by(checked, "open-download").click()
    page.check("[name=format][value=webp]")
    expect(steps.by(checked, "download-place")).to_be_hidden()
    for name in ("download-exif", "download-place"):
        steps.by(checked, name).focus()
        page.keyboard.press("Space")
    steps.by(checked, "download-percent").fill("50")
    assert_good(page)
    expect(page.locator("[data-outcome=percent]")).to_have_text("200 \N{MULTIPLICATION SIGN} 150")
    with page.expect_download() as waiting:
        steps.by(checked, "download").click()
    with Image.open(Path(waiting.value.path())) as image:
        found = image.getexif()
        assert (image.format, image.size) == ("WEBP", (200, 150))
    assert found[ExifTags.Base.Model] == "Canary 3000"
    assert found.get_ifd(ExifTags.IFD.GPSInfo) == {ExifTags.GPS.GPSLatitudeRef: "N"}
    # A tick that is hidden again asks for nothing.
    steps.by(checked, "download-exif").uncheck()
    with page.expect_download() as waiting:
        steps.by(checked, "download").click()
    with Image.open(Path(waiting.value.path())) as image:
        assert not image.getexif()
