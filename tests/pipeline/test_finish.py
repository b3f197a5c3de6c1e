"""What becomes of an answer of which not all pictures are of use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.pipeline.paid_engine import CHARGED, PaidEngine
from tests.pipeline.test_paid import run, sandbox, sums

if TYPE_CHECKING:
    from pathlib import Path

    from editor.engines.base import Answer, EditResult
    from tests.conftest import People

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["sandbox"]


@dataclass
class LosesOne(PaidEngine):
    """One of its pictures breaks whoever opens it, every time."""

    async def read(self, answer: Answer, work: Path) -> EditResult:
        drawn = await PaidEngine.read(self, answer, work)
        drawn.images[1].unlink()
        return drawn


def test_a_picture_that_always_breaks_its_reader_costs_only_itself(people: People) -> None:
    engine = LosesOne(count=3)
    edit = run(engine, people)
    assert (edit.state, len(engine.asked), engine.read_times) == ("succeeded", 1, 4)
    assert list(edit.results.order_by("number").values_list("number", flat=True)) == [1, 3]
    assert sums(edit)["settled"] == CHARGED
