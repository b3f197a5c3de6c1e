"""What a case plays in: a running studio, a provider behind it, keys, pictures to send."""

from __future__ import annotations

import base64
import io
import json
import os
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from PIL import Image

from tests.browser.conftest import ROOT
from tests.conformance.clients.calls import Call, Reply, Upload
from tests.making import as_bytes, make_image

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tests.browser.conftest import Studio
    from tests.conformance.clients.calls import Client
    from tests.faults.fake import Fake

type Box = tuple[int, int, int, int]

PATIENCE_SECONDS = 30
DATABASE = "pentimento.sqlite3"
SIZE = (96, 64)
BOX = (24, 16, 56, 40)
# What the built-in engine does to a whole picture, and to a part of it.
TEAL = "make it teal"
ANY_SIZE = "quick-image"


@dataclass(slots=True)
class Scene:
    """One case's: files lie in a folder of its own, so that no two cases send the same bytes."""

    studio: Studio
    fake: Fake
    keys: Mapping[str, Any]
    client: Client
    folder: Path
    seed: int
    _count: int = field(default=0)

    @property
    def home(self) -> str:
        return self.studio.url

    # --- what is sent

    def photo(self, size: tuple[int, int] = SIZE, *, mode: str = "RGB", **how: Any) -> Upload:
        """A PNG like no other."""
        return self.file(as_bytes(make_image(*size, mode=mode, seed=self._next())), **how)

    def mask(self, size: tuple[int, int] = SIZE, box: Box = BOX) -> Upload:
        """An RGBA PNG that is clear inside the box: what may change."""
        alpha = Image.new("L", size, 255)
        alpha.paste(0, box)
        image = Image.new("RGBA", size)
        image.putalpha(alpha)
        return self.file(as_bytes(image))

    def file(self, data: bytes, ending: str = "png", **how: Any) -> Upload:
        """A file with these bytes."""
        path = self.folder / f"file-{self._next()}.{ending}"
        path.write_bytes(data)
        return Upload(path, **how)

    def _next(self) -> int:
        self._count += 1
        return self.seed * 1000 + self._count

    def words(self, text: str) -> str:
        """A prompt that no other case sends, so that the books can be asked for it."""
        return f"{text} {self.seed}.{self._next()}"

    # --- sending

    def send(self, call: Call) -> Reply:
        return self.client.send(call)[0]

    def edit(self, image: Any = None, **values: Any) -> Reply:
        """Edit a picture; field names of the contract and those of `Call` may be mixed."""
        return self.send(self.call(image, **values))

    def call(self, image: Any = None, **values: Any) -> Call:
        """Return the call that `edit` makes, by default with the built-in engine."""
        options = {name: values.pop(name) for name in Call.__slots__ if name in values}
        fields = {"prompt": TEAL, **values}
        kept = {name: value for name, value in fields.items() if value is not LEFT_OUT}
        images = None if image is NONE else self.photo() if image is None else image
        return Call(images=images, fields=kept, **options)

    def paid(self, image: Any = None, **values: Any) -> Reply:
        """Edit with the fake provider, at any size unless another model is named."""
        return self.send(self.paid_call(image, **values))

    def paid_call(self, image: Any = None, **values: Any) -> Call:
        return self.call(image, **{"key": self.keys["paid"], "model": ANY_SIZE, **values})

    # --- what became of it

    def executions(self, text: str) -> list[dict[str, Any]]:
        """What the provider executed and would charge for prompts with this text."""
        return [line for line in self.fake.executions() if text in line["prompt"]]

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Read the studio's own books."""
        with closing(sqlite3.connect(self.studio.data / DATABASE)) as database:
            return database.execute(query, values).fetchall()

    def charges(self, text: str) -> int:
        """How many payments the studio's ledger holds for edits with this text in the prompt."""
        query = (
            "SELECT count(*) FROM editor_ledgerentry l JOIN editor_edit e ON e.id = l.edit_id "
            "WHERE l.kind = 'settle' AND instr(e.prompt, ?)"
        )
        ((count,),) = self.rows(query, text)
        return int(count)

    def write(self, order: str, *values: object) -> None:
        """Change the studio's books behind its back: a clock put on, a table missing."""
        with closing(sqlite3.connect(self.studio.data / DATABASE, timeout=20)) as database:
            database.execute(order, values)
            database.commit()

    def edits(self, text: str) -> list[tuple[str, str]]:
        """Id and state of the studio's edits whose prompts have this text."""
        query = "SELECT public_id, state FROM editor_edit WHERE instr(prompt, ?) ORDER BY id"
        return [(str(name), str(state)) for name, state in self.rows(query, text)]

    def until_finished(self, text: str) -> None:
        """Wait until the one edit with this text in its prompt has its result."""
        self.until(lambda: [state for _name, state in self.edits(text)] == ["succeeded"], text)

    def until(self, happens: Callable[[], object], what: str) -> None:
        """Wait for something other processes bring about; fail when it never comes."""
        end = time.monotonic() + PATIENCE_SECONDS
        while not happens():
            assert time.monotonic() < end, f"never happened: {what}"
            time.sleep(0.05)


class Leave:
    """Stands for a field or a picture that is not sent."""


LEFT_OUT = Leave()
NONE = Leave()


def fill(studio: Studio, address: str) -> dict[str, Any]:
    """Fill a fresh studio beside its processes; return its keys."""
    environment = os.environ | {
        "PENTIMENTO_DATA": str(studio.data),
        "DJANGO_SETTINGS_MODULE": "project.settings.prod",
    }
    environment.pop("DATABASE_URL", None)
    done = subprocess.run(
        [sys.executable, "-m", "tests.conformance.seed", address],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def picture(reply: Reply, number: int = 0) -> Image.Image:
    """Decode one picture of an answer. Fails when there is none."""
    return decoded(data_of(reply, number))


def data_of(reply: Reply, number: int = 0) -> bytes:
    """The file that an answer holds."""
    assert reply.status == 200, (reply.status, reply.envelope, reply.failure)
    return base64.b64decode(reply.body["data"][number]["b64_json"], validate=True)


def decoded(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image
