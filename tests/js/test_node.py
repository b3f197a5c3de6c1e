"""Runs the JavaScript unit tests with Node's own test runner."""

from __future__ import annotations

from tests.js.node import HERE, run_node


def test_models() -> None:
    files = sorted(path.name for path in HERE.glob("*.test.js"))
    assert files
    done = run_node("--test", *files)
    assert done.returncode == 0, done.stdout + done.stderr
