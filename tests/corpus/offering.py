"""Sends a file through the real upload and judges the answer as its sender would."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bs4 import BeautifulSoup

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.test import Client

    from tests.corpus.hostile import Hostile

LONGEST_SECONDS = 10.0
TAKEN = {200, 201}
REFUSED = {413, 422}
# A refusal says what to do: one of these begins a sentence of it.
ADVICE = ("Export", "Choose", "Make it", "Save it", "Upload", "Open it", "Send", "Draw")
FORBIDDEN = ("error", "exception", "traceback", "none", "null", "{", "}", "pillow", "canary")
BOUNDARY = "----a-boundary-that-no-file-holds"


@dataclass(slots=True)
class Offering:
    """Sends files one after the other; `outcomes` counts what became of them."""

    client: Client
    path: str
    outcomes: Counter[str] = field(default_factory=Counter)
    slowest: tuple[float, str] = (0.0, "")

    def send(self, hostile: Hostile) -> int:
        """Send one file and check the manners of the answer; return its status."""
        body, content_type = multipart(hostile)
        start = time.monotonic()
        response = self.client.post(self.path, body, content_type=content_type)
        seconds = time.monotonic() - start
        self.slowest = max(self.slowest, (seconds, hostile.name))
        assert seconds < LONGEST_SECONDS, (hostile.name, seconds)
        status = response.status_code
        assert status in TAKEN | REFUSED, (hostile.name, status)
        text = notes(response.content.decode())
        if status in REFUSED:
            check_message(hostile.name, text)
        self.outcomes[f"{status} {text[:70]}"] += 1
        return status

    def send_all(self, files: Iterable[Hostile]) -> dict[str, int]:
        """Send every file; return name -> status."""
        return {hostile.name: self.send(hostile) for hostile in files}

    def report(self, title: str) -> None:
        """Print how often each answer was given."""
        total = sum(self.outcomes.values())
        print(f"\n{title}: {total} files, slowest {self.slowest[0]:.2f} s ({self.slowest[1]})")  # noqa: T201
        for outcome, count in self.outcomes.most_common():
            print(f"{count:6} {outcome}")  # noqa: T201


def multipart(hostile: Hostile) -> tuple[bytes, str]:
    """The request's body as a browser writes it (WHATWG, multipart form data): names as given."""
    name = hostile.name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
    head = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        f"Content-Type: {hostile.content_type}\r\n\r\n"
    )
    body = head.encode() + hostile.data + f"\r\n--{BOUNDARY}--\r\n".encode()
    return body, f"multipart/form-data; boundary={BOUNDARY}"


def notes(html: str) -> str:
    """What the answer says to its sender, in one line."""
    found = BeautifulSoup(html, "html.parser").select_one("[data-upload-notes]")
    assert found is not None, html[:200]
    return " ".join(found.get_text(" ").split())


def check_message(name: str, text: str) -> None:
    """Whole sentences that say what to do next, and nothing from inside the machine."""
    assert text.endswith("."), (name, text)
    assert any(word in text for word in ADVICE), (name, text)
    assert not [word for word in FORBIDDEN if word in text.lower()], (name, text)
