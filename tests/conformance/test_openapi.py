"""The OpenAPI document is true: schemathesis asks whatever it promises, and more."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

from tests.browser.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conformance.conftest import Stage

EXAMPLES = 12
SECONDS = 60


def test_the_document_is_kept(stage: Stage, tmp_path: Path) -> None:
    done = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "run"),
            f"{stage.studio.url}/v1/openapi.json",
            *("--header", f"Authorization: Bearer {stage.keys['plain']}"),
            *("--checks", "all", "--max-examples", str(EXAMPLES), "--generation-deterministic"),
            *("--generation-database", "none", "--no-color", "--workers", "2"),
        ],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT), "SCHEMATHESIS_HOOKS": HOOKS},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=10 * SECONDS,
    )
    assert done.returncode == 0, done.stdout[-8000:]


HOOKS = "tests.conformance.picture_bodies"
