"""One studio with a fake provider behind it, and three clients before it, for a whole run."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.conftest import Studio, start_studio, stop_studio
from tests.conformance.clients.curl import Curl
from tests.conformance.clients.node_sdk import NodeSDK, node
from tests.conformance.scene import Scene, fill
from tests.faults.fake import Fake, fake_provider

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from tests.conformance.clients.calls import Client

SETTINGS = {
    "PENTIMENTO_PRIVATE_PROVIDERS": "127.0.0.0/8",
    "PENTIMENTO_API_KEEPALIVE_SECONDS": "1",
}


@dataclass(frozen=True, slots=True)
class Stage:
    """What all cases share."""

    studio: Studio
    fake: Fake
    keys: Mapping[str, Any]
    node: subprocess.Popen[str]

    def client(self, name: str, *, home: str = "", key: str = "") -> Client:
        """One of the three; it speaks to the studio with the first project's key."""
        home, key = home or self.studio.url, key or self.keys["plain"]
        if name == "node":
            return NodeSDK(home, key, self.node)
        if name == "curl":
            return Curl(home, key)
        # Loaded by those alone who use it: it is large.
        from tests.conformance.clients.python_sdk import PythonSDK

        return PythonSDK(home, key)


@pytest.fixture(scope="session")
def stage(new_data: Callable[[str], Path]) -> Iterator[Stage]:
    with fake_provider() as fake, node() as process:
        studio = start_studio(new_data("conformance"), **SETTINGS)
        try:
            yield Stage(studio, fake, fill(studio, fake.base_url), process)
        finally:
            stop_studio(studio)


@pytest.fixture
def scene(stage: Stage, tmp_path: Path, request: pytest.FixtureRequest) -> Scene:
    """A scene for the client that the test names; the provider does what it does by itself."""
    stage.fake.script(clear=True, drift="", delay=0, done=False)
    client = stage.client(getattr(request, "param", "python"))
    seed = zlib.crc32(request.node.nodeid.encode()) % 1_000_000
    return Scene(stage.studio, stage.fake, stage.keys, client, tmp_path, seed)
