"""Which files the rows name, and which of them may be missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core.management import CommandError, call_command

from editor.management.holdings import PREVIEWS, named_files
from editor.services import media
from tests.making import make_attempt_row
from tests.management.scene import Scene, make_scene

if TYPE_CHECKING:
    from editor.models import Picture, State

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    return make_scene()


def without_previews(picture: Picture) -> None:
    for name in PREVIEWS:
        media.path(f"{picture.folder}/{name}").unlink()


def test_only_previews_of_an_original_can_be_made_again(scene: Scene) -> None:
    can = {one.name for one in named_files() if one.can_be_made}
    assert can == {f"{scene.original.folder}/{name}" for name in PREVIEWS}
    named = {one.name for one in named_files()}
    assert can < named
    assert {f"{scene.result.folder}/{name}" for name in PREVIEWS} < named


def test_the_checksum_is_the_first_files(scene: Scene) -> None:
    known = {one.name: one.sha256 for one in named_files() if one.sha256}
    assert known[f"{scene.original.folder}/original.jpg"] == scene.original.sha256
    assert known[scene.mask.file] == scene.mask.sha256
    assert f"{scene.result.folder}/alpha.png" not in known


@pytest.mark.parametrize(
    ("state", "named"), [("received", True), ("billed_unusable", True), ("succeeded", False)]
)
def test_answers_are_named_while_somebody_may_read_them(
    scene: Scene, state: State, *, named: bool
) -> None:
    scene.edit.state = state
    scene.edit.save()
    attempt = make_attempt_row(scene.edit, answer=b"{}", answer_sha256="a" * 64)
    found = [(one.name, one.sha256) for one in named_files() if one.store == "spool"]
    assert found == [(attempt.answer_file, "a" * 64)] * named


def test_an_original_without_previews_is_no_fault(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    without_previews(scene.original)
    call_command("doctor")
    assert scene.original.public_id not in capsys.readouterr().out


def test_a_result_without_previews_is_one(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    without_previews(scene.result)
    with pytest.raises((CommandError, SystemExit)):
        call_command("doctor")
    said = capsys.readouterr()
    assert "320.webp" in said.out + said.err
