"""Calls that are sent by the process that was called: one execution, one edit, nothing lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from editor.models import Edit, LedgerEntry, State
from tests.api.studio import Painter, connect, form, within

if TYPE_CHECKING:
    from tests.api.calling import Caller, Came
    from tests.conftest import People

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_plain_call_is_sent_from_here_and_finished_by_a_worker(
    people: People, caller: Caller
) -> None:
    connect(people)
    engine = Painter(forwards=True)

    async def script() -> Came:
        return await caller.edit(form(protect="off"))

    came = within(script, engine)
    assert came.status == 200, came.body
    edit = Edit.objects.get()
    assert len(engine.executed) == 1
    assert engine.seen[0].image.name.startswith("as-it-came")
    assert LedgerEntry.objects.filter(edit=edit, kind="reserve").count() == 1
    assert edit.state in {State.RECEIVED, State.SUCCEEDED}
