"""The examples of the API page do what they say: each is run as it is shown there."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from django.template.loader import render_to_string
from PIL import Image

from tests.conformance.clients.node_sdk import NODE, sdk
from tests.making import as_bytes, make_image

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conformance.conftest import Stage

SIZE = (96, 64)
SECONDS = 120


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where a reader stands who has a photo, and the SDKs installed."""
    (tmp_path / "photo.jpg").write_bytes(as_bytes(make_image(*SIZE, seed=7), "JPEG"))
    (tmp_path / "node_modules").symlink_to(sdk() / "node_modules")
    return tmp_path


@pytest.mark.parametrize(
    ("name", "file", "program"),
    [
        ("curl", "example.sh", ["bash"]),
        ("python", "example.py", [sys.executable]),
        ("node", "example.mjs", [str(NODE)]),
    ],
)
def test_an_example_edits_a_picture(
    stage: Stage, folder: Path, name: str, file: str, program: list[str]
) -> None:
    shown = {"base_url": f"{stage.studio.url}/v1", "model": "builtin"}
    (folder / file).write_text(render_to_string(f"api_help/{name}.txt", shown))
    done = subprocess.run(
        [*program, file],
        cwd=folder,
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", "PENTIMENTO_KEY": stage.keys["plain"]},
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    assert done.returncode == 0, done.stderr
    with Image.open(folder / "edited.png") as edited, Image.open(folder / "photo.jpg") as photo:
        assert (edited.format, edited.size) == ("PNG", SIZE)
        assert edited.convert("RGB").tobytes() != photo.convert("RGB").tobytes()
