"""What happens around a running edit: its member goes, its project rests or is deleted."""

from __future__ import annotations

import asyncio
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest
from asgiref.sync import sync_to_async
from django.core.management import call_command

from editor.models import Edit, Membership, Picture, Role, State
from editor.pipeline.cancel import cancel_open
from editor.services import members, projects
from tests.making import make_door, make_member
from tests.pipeline.stub_engine import StubEngine
from tests.pipeline.test_run import queue, work

if TYPE_CHECKING:
    from collections.abc import Callable

    from editor.access.fetch import Door
    from editor.pipeline.dispatch.local import LocalDispatch

pytestmark = pytest.mark.django_db(transaction=True)


def run_with(change: Callable[[Door, Edit], Any], *, finishes: bool = True) -> Edit:
    """Let `change` happen while the engine works; return the edit at its end.

    Without `finishes` the engine works on until it is stopped.
    """
    engine = StubEngine()
    edit = queue(engine)
    otto = make_member(edit.project, "otto", Role.OWNER)
    door = make_door(edit.project, otto)

    async def script(_dispatch: LocalDispatch) -> None:
        await engine.started.wait()
        await sync_to_async(change)(door, edit)
        if finishes:
            engine.release.set()
        while await Edit.objects.open().filter(pk=edit.pk).aexists():
            await asyncio.sleep(0.02)

    work(engine, script)
    edit.refresh_from_db()
    call_command("doctor", stdout=StringIO())
    return edit


def test_the_edit_of_a_removed_member_goes_on_and_its_result_stays() -> None:
    def remove(door: Door, edit: Edit) -> None:
        author = Membership.objects.get(project=edit.project, user=edit.actor)
        members.remove(door=door, membership=author)

    edit = run_with(remove)
    assert edit.state == State.SUCCEEDED
    assert Picture.objects.get(edit=edit).created_by == edit.actor


def test_what_runs_in_an_archived_project_ends_well() -> None:
    edit = run_with(lambda door, _edit: projects.archive(door=door))
    assert edit.state == State.SUCCEEDED
    assert Picture.objects.filter(edit=edit).count() == 1


def test_what_runs_in_a_deleted_project_is_stopped() -> None:
    def delete(door: Door, edit: Edit) -> None:
        projects.delete(door=door)
        cancel_open(edit.project)

    edit = run_with(delete, finishes=False)
    assert edit.state == State.CANCELED
    assert not Picture.objects.filter(edit=edit).exists()
