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

HOOKS = "tests.conformance.schemathesis_hooks"
EXAMPLES = 5
PATIENCE_SECONDS = 600


def test_the_document_is_kept(stage: Stage, tmp_path: Path) -> None:
    """All checks but one: `positive_data_acceptance` has no room for what only a model can know.

    Two checks of our own stand in its place.
    """
    done = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "run"),
            f"{stage.studio.url}/v1/openapi.json",
            *("--header", f"Authorization: Bearer {stage.keys['paid']}"),
            *("--checks", "all", "--exclude-checks", "positive_data_acceptance"),
            *("--max-examples", str(EXAMPLES), "--generation-deterministic", "--workers", "2"),
            # How long it takes to draw an example is the machine's matter.
            *("--suppress-health-check", "too_slow"),
            *("--continue-on-failure", "--no-color"),
        ],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT), "SCHEMATHESIS_HOOKS": HOOKS},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=PATIENCE_SECONDS,
    )
    assert done.returncode == 0, done.stdout[-8000:]
