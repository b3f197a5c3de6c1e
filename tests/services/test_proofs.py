"""What is said of a result's proof: the claim, the warnings, and every figure in words."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pytest

from editor.models import Mask, Picture, PictureKind
from editor.services import media, proof_texts
from editor.services.proofs import Proof, Standing, is_doubtful, proof
from tests.making import make_mask_row, make_result_row, make_row

if TYPE_CHECKING:
    from tests.conftest import People

CROP = (400, 200)
FACTS: dict[str, Any] = {
    "resized": False,
    "verdict": "aligned",
    "reliable": True,
    "matrix": [1.0, 0.0, 12.2, 0.0, 1.0, -11.8],
    "residual": 0.31,
    "agreement": 0.9,
    "matched": True,
    "gain": [1.0, 0.9, 1.1],
    "offset": [3.2, 12.4, -18.0],
    "border": 5.4,
    "gradient": False,
    "seam": 1.04,
    "outside_percent": 93.49,
    "outside_mean": 35.84,
}
RAW: dict[str, Any] = {
    "file": "raw.png",
    "format": "png",
    "width": 800,
    "height": 400,
    "bytes": 2_200_000,
}


@pytest.fixture
def mask(people: People) -> Mask:
    picture = make_row(people.project, people.olga, "mask.jpg", width=64, height=48)
    return make_mask_row(people.project, picture)


@pytest.fixture
def result(people: People, mask: Mask) -> Picture:
    parent = make_row(people.project, people.olga, "photo.jpg")
    with media.scratch() as folder:
        (folder / RAW["file"]).write_bytes(b"png")
        kept = media.keep(folder)
    values: dict[str, object] = {"kind": "patch", "protected_pixels": 4_812_331, "folder": kept}
    values["proof"] = {**FACTS, "raw": RAW}
    picture = make_result_row(parent, people.olga, "a lantern", **values)
    assert picture.edit
    picture.edit.mask = mask
    picture.edit.focus = {"box": [-20, 10, 380, 210]}
    return picture


def proven(picture: Picture) -> Proof:
    found = proof(picture)
    assert found
    return found


def said(**facts: object) -> dict[str, str]:
    return {line.name: line.value for line in proof_texts.lines(FACTS | facts, CROP)}


def test_an_original_has_nothing_to_prove(people: People) -> None:
    assert proof(make_row(people.project, people.olga, "photo.jpg")) is None


def test_the_claim_counts_what_was_protected(result: Picture) -> None:
    found = proven(result)
    assert found.claim == "4,812,331 protected pixels, 0 changed"
    assert (found.standing, found.warning, found.box) == (Standing.KEPT, "", (-20, 10, 380, 210))


def test_a_changed_pixel_is_a_fault_of_the_studio(result: Picture) -> None:
    result.changed_protected_pixels = 3
    found = proven(result)
    assert found.claim == "4,812,331 protected pixels, 3 changed"
    assert found.standing == Standing.CHANGED
    assert found.how.startswith("This must not happen.")


def test_without_a_mask_nothing_was_protected(result: Picture) -> None:
    assert result.edit
    result.edit.mask, result.protected_pixels = None, 0
    found = proven(result)
    assert found.claim == "No mask: the whole picture was to change"
    assert found.standing == Standing.NONE


def test_a_mask_over_everything_leaves_nothing_to_protect(result: Picture) -> None:
    result.protected_pixels = 0
    assert proven(result).claim == "The mask left nothing to protect"


def test_the_subject_an_engine_found_is_named(result: Picture) -> None:
    assert result.edit
    result.edit.instruction = {"steps": [{"do": "cut_out", "region": "background"}]}
    assert proven(result).how.startswith("The subject the engine found was protected.")
    result.edit.actual = {"by_mask": True}
    assert "no edge around what was painted" in proven(result).how


def test_an_old_result_has_its_count_and_no_more(result: Picture) -> None:
    result.proof = {}
    found = proven(result)
    assert found.claim == "4,812,331 protected pixels, 0 changed"
    assert (found.lines, found.outside, found.has_raw, found.has_heat) == ([], None, False, False)


def test_the_built_in_engine_has_nothing_to_line_up(result: Picture) -> None:
    result.proof = FACTS | {"verdict": "off", "matched": False}
    assert [line.name for line in proven(result).lines] == ["Lined up", "Seam score"]
    assert proven(result).outside is None


def test_a_raw_answer_is_looked_at_over_the_part_that_was_sent(result: Picture) -> None:
    assert proven(result).has_raw
    last = proven(result).lines[-1]
    assert " ".join(last.value.replace("\N{MULTIPLICATION SIGN}", "x").split()) == (
        "800 x 400 pixels, PNG, 2.1 MB"
    )


def test_of_a_whole_picture_the_raw_answer_is_looked_at_and_not_taken(result: Picture) -> None:
    """The result is that answer already, scaled."""
    assert proven(result).can_take_raw
    result.kind, result.proof = PictureKind.WHOLE, {"resized": True, "raw": RAW}
    found = proven(result)
    assert (found.has_raw, found.can_take_raw, found.outside) == (True, False, None)
    assert [line.name for line in found.lines] == ["Size", "Raw answer"]


def test_a_raw_answer_that_was_taken_says_that_nothing_was_protected(result: Picture) -> None:
    result.proof, result.protected_pixels = {"raw_of": "other", "resized": True}, 0
    found = proven(result)
    assert found.claim == "The raw answer: nothing was protected"
    assert found.standing == Standing.NONE
    assert [line.name for line in found.lines] == ["Size"]
    assert not found.has_raw


def test_a_heat_map_is_shown_where_its_file_lies(result: Picture) -> None:
    assert not proven(result).has_heat
    with media.scratch() as folder:
        (folder / "heat.webp").write_bytes(b"webp")
        result.folder = media.keep(folder)
    assert proven(result).has_heat


@pytest.mark.parametrize(
    ("facts", "beginning"),
    [
        ({"reliable": False, "verdict": "unrelated"}, "The answer could not be lined up"),
        ({"reliable": False, "verdict": "small_ring"}, "The answer could not be lined up"),
        ({"residual": 2.6}, "The answer still lies about 2.6 px beside its place."),
    ],
)
def test_what_may_show_at_the_edge_is_warned_of(
    result: Picture, facts: dict[str, Any], beginning: str
) -> None:
    assert not is_doubtful(result)
    result.proof |= facts
    assert proven(result).warning.startswith(beginning)
    assert "Nothing changed outside the mask" in proven(result).warning
    assert is_doubtful(result)


def test_every_figure_is_told_in_words() -> None:
    assert said() == {
        "Changed outside by the raw answer": "93 % of the pixels, 36 of 255 levels on average",
        "Lined up": "Moved 12 px left, 12 px down",
        "Rest error": "0.3 px",
        "Colours": "Red +3, green 0, blue \N{MINUS SIGN}5 levels",
        "Border": "Fits: 5.4 of 255 levels apart",
        "Seam score": "1.0, not to be seen",
    }


def test_every_line_says_why_it_is_told() -> None:
    for verdict in ("aligned", "in_place", "featureless", "small_ring", "unrelated", "off"):
        assert all(line.why for line in proof_texts.lines(FACTS | {"verdict": verdict}, CROP))


@pytest.mark.parametrize(
    ("facts", "name", "value"),
    [
        ({"outside_percent": 0.0, "outside_mean": 0.0}, None, "Nothing that can be seen"),
        ({"resized": True}, "Size", "Scaled to fit"),
        ({"verdict": "in_place"}, "Lined up", "Not needed"),
        ({"verdict": "featureless", "residual": None}, "Lined up", "Could not be measured"),
        ({"verdict": "unrelated", "reliable": False}, "Lined up", "Not possible"),
        ({"residual": 0.02}, "Rest error", "Less than 0.1 px"),
        ({"matched": False}, "Colours", "Left as they came"),
        ({"gain": [1.0] * 3, "offset": [0.2] * 3}, "Colours", "Right as they came"),
        ({"gain": [0.95], "offset": [0.0]}, "Colours", "Brightness \N{MINUS SIGN}6 levels"),
        ({"gradient": True, "border": 43.37}, "Border", "Evened out: 43 of 255 levels apart"),
        ({"seam": 1.7}, "Seam score", "1.7, hardly to be seen"),
        ({"seam": 2.4}, "Seam score", "2.4, may be seen"),
    ],
)
def test_each_state_has_its_words(facts: dict[str, Any], name: str | None, value: str) -> None:
    assert said(**facts)[name or "Changed outside by the raw answer"] == value


def test_of_an_answer_that_shows_something_else_no_distance_is_told() -> None:
    assert "Rest error" not in said(verdict="unrelated", reliable=False, residual=20.6)
    assert "Rest error" not in said(verdict="featureless", residual=None)


def motion(scale: float, degrees: float, right: float, down: float) -> list[float]:
    """The matrix of an answer drawn larger by `scale`, turned, and moved, about the middle."""
    angle = math.radians(degrees)
    a, c = scale * math.cos(angle), scale * math.sin(angle)
    middle = CROP[0] / 2, CROP[1] / 2
    x = middle[0] + right - (a * middle[0] - c * middle[1])
    y = middle[1] + down - (c * middle[0] + a * middle[1])
    return [a, -c, x, c, a, y]


@pytest.mark.parametrize(
    ("drawn", "words"),
    [
        ((1.0, 0, 0, 0), ["by less than can be seen"]),
        ((1.015, 0, 0, 0), ["made 1.5 % smaller"]),
        ((0.98, 0, 0, 0), ["made 2 % larger"]),
        ((1.0, 0.4, -3.25, 0), ["moved 3.2 px right", "turned by 0.4°"]),
        ((1.0, 0, 0, 7.0), ["moved 7 px up"]),
    ],
)
def test_an_answer_is_moved_back_from_where_it_was_drawn(
    drawn: tuple[float, float, float, float], words: list[str]
) -> None:
    assert proof_texts.motions(motion(*drawn), CROP) == words
