"""Answers that changed everything but a subject."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from editor.imaging import proof, surround
from editor.imaging.errors import Rejected
from tests.imaging.make import make_file, make_picture

if TYPE_CHECKING:
    from pathlib import Path

    from editor.imaging.recipe import Recipe

SIZE = (60, 50)
SUBJECT = (20, 10, 40, 45)


def make_coverage() -> Image.Image:
    """The subject is protected, a rim of it is mixed."""
    coverage = Image.new("L", SIZE, 255)
    coverage.paste(100, SUBJECT)
    coverage.paste(0, (22, 12, 38, 43))
    return coverage


def keep(
    folder: Path, mode: str, answer: Image.Image, coverage: Image.Image | None = None
) -> tuple[surround.Kept, Image.Image, Image.Image]:
    """Keep an answer; return what is told, the parent and the written picture."""
    before = make_picture(mode, SIZE)
    parent: Recipe = {
        "base": str(make_file(folder / "parent.png", before)), "icc": None, "patches": [],
    }  # fmt: skip
    facts = surround.keep(
        parent=parent,
        answer=str(make_file(folder / "answer.png", answer)),
        coverage=str(make_file(folder / "coverage.png", coverage or make_coverage())),
        out=str(folder / "whole.png"),
        out_dir=str(folder),
    )
    with Image.open(folder / "whole.png") as after:
        after.load()
    return facts, before, after


@pytest.mark.parametrize(
    ("before", "answer"),
    [("L", "L"), ("LA", "LA"), ("RGB", "RGB"), ("RGBA", "RGBA"), ("RGB", "RGBA"), ("L", "LA")],
)
def test_the_subject_is_the_parents_and_the_rest_the_answers(
    tmp_path: Path, before: str, answer: str
) -> None:
    drawn = make_picture(answer, SIZE, seed=7)
    facts, parent, after = keep(tmp_path, before, drawn)
    assert (after.mode, after.size) == (answer, SIZE) == (facts["mode"], SIZE)
    assert (facts["protected"], facts["changed"], facts["profile_fits"]) == (16 * 31, 0, True)
    kept = np.asarray(make_coverage()) == 0
    assert (np.asarray(after)[kept] == np.asarray(parent.convert(answer))[kept]).all()
    assert (np.asarray(after)[~kept] == np.asarray(drawn)[~kept]).all()
    assert set(facts["previews"]) == {"320.webp", "1280.webp"}


def test_the_profile_of_grey_does_not_fit_colours(tmp_path: Path) -> None:
    facts, _, after = keep(tmp_path, "L", make_picture("RGB", SIZE, seed=7))
    assert (after.mode, facts["profile_fits"]) == ("RGB", False)


def test_the_count_is_evidence() -> None:
    """What differs in the files is counted, whoever wrote them."""
    before, after = make_picture("RGB", SIZE), make_picture("RGB", SIZE)
    after.putpixel((30, 20), (1, 2, 3))
    after.putpixel((0, 0), (1, 2, 3))
    assert proof.differing(before, after, make_coverage()) == 1


def test_an_answer_of_another_size_is_a_defect(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="answer of"):
        keep(tmp_path, "RGB", make_picture("RGB", (30, 25)))


def test_an_unreadable_answer_is_refused(tmp_path: Path) -> None:
    drawn = make_picture("RGB", SIZE)
    keep(tmp_path, "RGB", drawn)
    (tmp_path / "answer.png").write_bytes(b"<html>")
    with pytest.raises(Rejected) as caught:
        surround.keep(
            parent={"base": str(tmp_path / "parent.png"), "icc": None, "patches": []},
            answer=str(tmp_path / "answer.png"),
            coverage=str(tmp_path / "coverage.png"),
            out=str(tmp_path / "out.png"),
            out_dir=str(tmp_path),
        )
    assert caught.value.code == "answer_unreadable"
