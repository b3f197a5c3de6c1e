"""The official LiteLLM proxy, in an environment of its own, in front of the fake provider.

It keeps nothing and asks nobody: no database, no telemetry, its own price list. Its packages stay
in ``.tools`` and are fetched once.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.faults.fake import NO_TLS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ROOT / ".tools"
VERSION = "1.108.7"
KEY = "sk-proxy"
MODELS = {"gpt-image-2": "sk-upstream"}
PATIENCE_SECONDS = 180
OUT_OF_REACH = re.compile(
    r"error sending request|dns error|failed to lookup|Could not connect|timed out|"
    r"NameResolutionError|NewConnectionError|No matching distribution",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Proxy:
    """A running proxy. ``base_url`` is what its users call; ``passing`` hands on as it comes."""

    home: str
    pid: int

    @property
    def base_url(self) -> str:
        return f"{self.home}/v1"

    @property
    def passing(self) -> str:
        return f"{self.home}/openai_passthrough/v1"


@contextmanager
def litellm_proxy(
    upstream: str, folder: Path, *, models: Mapping[str, str] = MODELS
) -> Iterator[Proxy]:
    """Start one that sends everything for these models, each with its key, to this host.

    Killed at the end.
    """
    python, program = installed()
    config = folder / "litellm.json"  # JSON is YAML
    config.write_text(json.dumps(_config(upstream, models)))
    port = _free_port()
    with (folder / "litellm.log").open("w") as log:
        process = subprocess.Popen(
            [python, program, "--config", config, "--host", "127.0.0.1", "--port", str(port)],
            cwd=folder,
            env=_environment(upstream, folder),
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            home = f"http://127.0.0.1:{port}"
            _wait(process, home, folder / "litellm.log")
            yield Proxy(home, process.pid)
        finally:
            process.kill()
            process.wait()


def _config(upstream: str, models: Mapping[str, str]) -> dict[str, object]:
    """Nothing is sent twice: the proxy must not retry what may have been charged."""
    where = {"api_base": f"{upstream}/v1"}
    return {
        "model_list": [
            {
                "model_name": name,
                "litellm_params": {"model": f"openai/{name}", "api_key": key} | where,
            }
            for name, key in models.items()
        ],
        "general_settings": {"master_key": KEY},
        "litellm_settings": {"num_retries": 0, "telemetry": False},
        "router_settings": {"num_retries": 0},
    }


def _environment(upstream: str, folder: Path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        "OPENAI_API_BASE": upstream,
        "OPENAI_API_KEY": "sk-upstream",
    }


def _wait(process: subprocess.Popen[bytes], home: str, log: Path) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            if httpx.get(f"{home}/health/liveliness", verify=NO_TLS, trust_env=False).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    raise AssertionError(f"the proxy did not start:\n{log.read_text()[-3000:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def installed() -> tuple[Path, Path]:
    """Return the proxy's Python and program, fetched if they are not there yet.

    The program's own first line would name the folder it was once installed in.
    Skips the test where no registry can be reached; any other failure fails it.
    """
    home = TOOLS / f"litellm-{VERSION}"
    TOOLS.mkdir(exist_ok=True)
    with (TOOLS / "litellm.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (home / "ready").exists():
            shutil.rmtree(home, ignore_errors=True)
            _run(sys.executable, "-m", "venv", home)
            _install(home / "bin/python")
            (home / "ready").touch()
    return home / "bin/python", home / "bin/litellm"


def _install(python: Path) -> None:
    """With the set-up's own uv where there is one, it is ten times faster; else with pip."""
    uv = shutil.which("uv") or next(map(str, sorted(TOOLS.glob("uv-*/bin/uv"))), None)
    words = ("pip", "install", "--quiet", f"litellm[proxy]=={VERSION}")
    if uv:
        _run(uv, *words, "--python", python)
    else:
        _run(python, "-m", *words)


def _run(*command: str | Path) -> None:
    environment = os.environ | {"UV_NO_PROGRESS": "1"}
    if not os.access(Path.home(), os.W_OK):
        environment["UV_CACHE_DIR"] = str(TOOLS / "cache")
    done = subprocess.run(
        [str(word) for word in command], capture_output=True, text=True, env=environment
    )
    if done.returncode and OUT_OF_REACH.search(done.stderr):
        pytest.skip(f"LiteLLM {VERSION} cannot be fetched here: {done.stderr[-500:]}")
    assert done.returncode == 0, done.stderr[-3000:]
