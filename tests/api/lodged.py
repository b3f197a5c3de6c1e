"""Plain calls as they are carried, and what is left of them on disk."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from editor.models import Edit, Mask, Picture, State
from tests.api.asking import BOUNDARY, encoded
from tests.api.studio import Painter, painted, picture
from tests.pipeline.test_paid import settled

if TYPE_CHECKING:
    from pathlib import Path

    from editor.engines.base import Answer, EditRequest, Watch

# How the files are called that are sent just as they came.
UNTOUCHED = "as-it-came"


@dataclass
class Looker(Painter):
    """Takes files as they came, and keeps what was in them."""

    forwards: bool = True
    files: list[tuple[bytes, bytes]] = field(default_factory=list)

    async def edit(self, request: EditRequest, watch: Watch) -> Answer:
        mask = request.mask.read_bytes() if request.mask else b""
        self.files.append((request.image.read_bytes(), mask))
        return await super().edit(request, watch)

    @property
    def carried(self) -> int:
        """How many calls were sent without a worker in between."""
        return sum(request.image.name.startswith(UNTOUCHED) for request in self.seen)


def asked(
    image: bytes | None = None,
    mask: bytes | None = b"",
    *more: Any,
    protect: str = "off",
    prompt: str = "black and white",
    **fields: str,
) -> tuple[bytes, str]:
    """A body that is carried, but for what is said otherwise; no mask where that is None."""
    parts: list[Any] = [("image", image or picture(), "a.png", "image/png"), ("prompt", prompt)]
    if mask is not None:
        parts.append(("mask", mask or painted(), "m.png", "image/png"))
    body = encoded([*parts, ("protect", protect), *fields.items(), *more])
    return body, f"multipart/form-data; boundary={BOUNDARY}"


async def all_done() -> None:
    """Wait until nothing is on its way any more."""
    while await Edit.objects.open().aexists():
        await asyncio.sleep(0.01)


def the_edit() -> Edit:
    """The only one there is, done; all that must hold holds."""
    edit = settled(Edit.objects.select_related("picture", "mask", "provider").get())
    assert edit.state == State.SUCCEEDED, (edit.state, edit.error_code, edit.error_message)
    return edit


def strays(data_dir: Path) -> set[str]:
    """Folders of the store without a row, and rows without a folder."""
    kept = {path.parent.name for path in (data_dir / "pictures").rglob("*") if path.is_file()}
    rows = [*Picture.objects.all(), *Mask.objects.all()]
    return kept ^ {row.folder.rsplit("/", 1)[-1] for row in rows}
