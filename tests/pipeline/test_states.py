from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from editor.models import TERMINAL_STATES, Activity, Edit, State
from editor.pipeline.states import NEXT, Hold, IllegalMove, LostLease, move, note_progress
from tests.making import make_edit_row, make_rows

if TYPE_CHECKING:
    from tests.conftest import People


@pytest.fixture
def edit(people: People) -> Edit:
    (picture,) = make_rows(people.project, people.olga, 1)
    return make_edit_row(people.project, people.olga, picture)


def test_every_state_can_reach_an_end() -> None:
    reached = set(TERMINAL_STATES)
    while grown := {s for s, following in NEXT.items() if following & reached} - reached:
        reached |= grown
    assert reached == set(State)


def test_nothing_follows_an_end() -> None:
    assert not any(NEXT[state] for state in TERMINAL_STATES)


def test_move_writes_state_fence_activity_and_pulse(edit: Edit) -> None:
    hold = move(Hold.on(edit), State.CLAIMED, new_fence=True, lease_owner="w")
    edit.refresh_from_db()
    assert (edit.state, edit.fence, edit.lease_owner) == ("claimed", 1, "w")
    assert hold == Hold(edit.pk, edit.project_id, State.CLAIMED, 1)
    assert Activity.objects.filter(edit=edit, kind="edit.claimed").count() == 1
    edit.project.refresh_from_db()
    assert edit.pulse == edit.project.pulse > 0


def test_a_step_that_is_not_in_the_table_is_refused(edit: Edit) -> None:
    with pytest.raises(IllegalMove):
        move(Hold.on(edit), State.SUCCEEDED)


@pytest.mark.parametrize("change", [{"fence": 7}, {"state": State.CANCELED}])
def test_a_zombie_writes_nothing(edit: Edit, change: dict[str, object]) -> None:
    stale = Hold.on(edit)
    Edit.objects.filter(pk=edit.pk).update(**change)
    with pytest.raises(LostLease):
        move(stale, State.CLAIMED)
    with pytest.raises(LostLease):
        note_progress(stale, 50)
    edit.refresh_from_db()
    assert edit.progress == 0
    assert edit.pulse == 0
    assert not Activity.objects.filter(edit=edit).exists()


def test_progress_is_seen_by_pages(edit: Edit) -> None:
    note_progress(Hold.on(edit), 40)
    edit.refresh_from_db()
    assert (edit.progress, edit.pulse > 0) == (40, True)
