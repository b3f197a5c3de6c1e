"""The worker's loop goes on whatever breaks in a step of it: what is in flight is not abandoned."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pytest
from asgiref.sync import sync_to_async

from editor.models import Edit, State
from editor.pipeline.cancel import cancel
from editor.pipeline.claim import claim
from editor.pipeline.database import DatabaseThread
from tests.pipeline.stub_engine import StubEngine
from tests.pipeline.test_run import TIMING, queue, work

if TYPE_CHECKING:
    from collections.abc import Callable

    from editor.pipeline.dispatch.local import LocalDispatch

pytestmark = pytest.mark.django_db(transaction=True)


@dataclass(frozen=True, slots=True)
class Mistaken(DatabaseThread):
    """After its first claim, every other one ends in a mistake of ours."""

    claims: list[int] = field(default_factory=list)

    async def __call__(self, function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        if function is claim:
            self.claims.append(1)
            if len(self.claims) > 1:
                raise RuntimeError("a mistake of ours")
        return await super(Mistaken, self).__call__(function, *arguments, **named)


@pytest.mark.parametrize(("wanted", "state"), [(True, "succeeded"), (False, "canceled")])
def test_the_loop_outlives_a_mistake_and_still_watches(*, wanted: bool, state: str) -> None:
    engine, database = StubEngine(), Mistaken()
    edit = queue(engine)

    async def script(_dispatch: LocalDispatch) -> None:
        await engine.started.wait()
        while len(database.claims) < 3:
            await asyncio.sleep(0.02)
        if wanted:
            engine.release.set()
        else:
            await sync_to_async(cancel)(edit)
        while await Edit.objects.open().aexists():
            await asyncio.sleep(0.02)

    work(engine, script, database)
    edit.refresh_from_db()
    assert edit.state == State(state)


@dataclass(frozen=True, slots=True)
class Looking(DatabaseThread):
    """Says when it has looked for work."""

    looked: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        found = await super(Looking, self).__call__(function, *arguments, **named)
        if function is claim:
            self.looked.set()
        return found


def test_an_edit_that_is_rung_for_does_not_wait_for_the_tick() -> None:
    engine, database = StubEngine(), Looking()
    engine.release.set()
    slow = replace(TIMING, tick=3600)

    async def script(_dispatch: LocalDispatch) -> None:
        await database.looked.wait()
        edit = await sync_to_async(queue)(engine)
        await engine.started.wait()
        while await Edit.objects.open().aexists():
            await asyncio.sleep(0.02)
        await edit.arefresh_from_db()
        assert edit.state == State.SUCCEEDED

    work(engine, script, database, slow)
