"""`manage.py fakeprovider` is the provider of the tests, for trying things by hand."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from django.conf import settings as live
from django.core.management import CommandError, call_command

from tests.management.processes import PATIENCE_SECONDS

if TYPE_CHECKING:
    from pathlib import Path

COMMAND = [sys.executable, "manage.py", "fakeprovider"]


def test_it_runs_and_says_how_to_connect() -> None:
    process = subprocess.Popen(
        [*COMMAND, "--port", "0"], cwd=live.BASE_DIR, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    try:
        found = re.search(r"http://127\.0\.0\.1:\d+/v1", process.stdout.readline())
        assert found
        any_key = {"authorization": "Bearer any"}
        listed = httpx.get(f"{found[0]}/models", headers=any_key, timeout=PATIENCE_SECONDS)
        assert listed.status_code == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_SECONDS) == 0
        rest = process.stdout.read()
        assert f"OPENAI_BASE_URL={found[0]}" in rest
        assert "[[fault:429-retry-after:5]]" in rest
    finally:
        process.kill()
        process.communicate()


def test_it_lists_its_faults() -> None:
    listed = subprocess.run(
        [*COMMAND, "--faults"], cwd=live.BASE_DIR, capture_output=True, text=True, check=True
    )
    assert re.search(r"^gzip-bomb +A body that unpacks", listed.stdout, re.MULTILINE)


def test_a_taken_port_is_said_plainly() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = subprocess.run(
            [*COMMAND, "--port", str(port)], cwd=live.BASE_DIR, capture_output=True, text=True
        )
    assert ended.returncode == 1
    assert re.fullmatch(rf"Cannot listen on 127.0.0.1, port {port}: .+\n", ended.stderr)


def test_without_the_tests_there_is_none(tmp_path: Path, settings: Any) -> None:
    settings.BASE_DIR = tmp_path
    with pytest.raises(CommandError, match="belongs to the tests"):
        call_command("fakeprovider")
