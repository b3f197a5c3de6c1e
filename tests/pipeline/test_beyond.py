"""Crops that reach beyond the picture, all the way through a worker and back."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from editor.imaging.focus import FocusRules
from editor.imaging.sizes import SizeRules
from editor.pipeline import assembly
from editor.pipeline.dispatch.local import Timing
from tests.pipeline.paid_engine import PaidEngine, queue_paid

if TYPE_CHECKING:
    from editor.models import Edit
    from tests.conftest import People

pytestmark = pytest.mark.django_db(transaction=True)
TIMING = Timing(lease=5, heartbeat=0.2, rescue=0.2, tick=0.02, grace=0.1, paid_grace=0.3)


@dataclass
class Mirroring(PaidEngine):
    """One that is shown what lies beyond the picture's edge, and a mask that is grown."""

    sizes: SizeRules | None = None

    def rules(self, instruction: Any) -> FocusRules:
        return FocusRules(0.5, 4, sizes=self.sizes, padding=0.1, mirrors=True)


def run(engine: PaidEngine, people: People, box: tuple[int, int, int, int] | None) -> Edit:
    edit = queue_paid(engine, people.project, people.olga, box=box)
    dispatch = assembly.new_dispatch(slots=1, registry=lambda _sandbox: engine, timing=TIMING)
    asyncio.run(dispatch.run(drain=True))
    edit.refresh_from_db()
    return edit


def test_a_mask_at_the_edge_is_sent_grown_with_its_mirror_and_put_back_as_painted(
    people: People, data_dir: Any
) -> None:
    engine, shown = Mirroring(), dict[str, Any]()

    def look() -> None:
        request = engine.seen[-1]
        assert request.mask
        with Image.open(request.mask) as mask, Image.open(request.image) as crop:
            shown.update(size=crop.size, mask=mask.getbbox())

    engine.script = [look]
    edit = run(engine, people, (0, 10, 20, 30))
    # 16 pixels of room on each side, then a mask that is grown by a tenth, in the mirror as well.
    assert edit.focus["box"] == [-16, -6, 36, 46]
    assert edit.focus["grow"] == 5
    assert shown == {"size": (52, 52), "mask": (0, 11, 41, 41)}
    result = edit.results.get()
    assert (edit.state, result.changed_protected_pixels) == ("succeeded", 0)
    assert result.protected_pixels == 80 * 60 - 20 * 20
    assert (result.patch_x, result.patch_y) == (0, 10)


def test_a_whole_picture_is_put_back_without_its_mirror(people: People, data_dir: Any) -> None:
    engine = Mirroring(sizes=SizeRules(listed=((64, 64),)))
    edit = run(engine, people, None)
    assert edit.focus["box"] == [0, -10, 80, 70]
    result = edit.results.get()
    assert (edit.state, result.width, result.height) == ("succeeded", 80, 60)
