"""Which files the rows name, and which of them may be missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core.management import call_command

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


def test_only_previews_can_be_made_again(scene: Scene) -> None:
    can = {one.name for one in named_files() if one.can_be_made}
    pictures = (scene.original, scene.result)
    assert can == {f"{one.folder}/{name}" for one in pictures for name in PREVIEWS}


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


def test_a_picture_without_previews_is_no_fault(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    for picture in (scene.original, scene.result):
        without_previews(picture)
        call_command("doctor")
        assert picture.public_id not in capsys.readouterr().out
