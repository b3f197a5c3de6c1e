"""Who sees what an edit cost: owners of all edits, editors of their own, nobody else of any."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from editor.access import fetch
from editor.models import Edit, Membership, Role
from tests.making import make_door, make_edit_row, make_rows

if TYPE_CHECKING:
    from tests.conftest import People


@pytest.mark.parametrize(
    ("who", "own", "others"),
    [("olga", True, True), ("emil", True, False), ("rita", False, False), ("vito", False, False)],
)
def test_who_sees_costs(people: People, who: str, own: bool, others: bool) -> None:
    (picture,) = make_rows(people.project, people.olga, 1)
    user = getattr(people, who)
    door = make_door(people.project, user, Role(Membership.objects.get(user=user).role))
    mine = make_edit_row(people.project, user, picture)
    theirs = make_edit_row(people.project, people.sam, picture)
    assert fetch.may_see_cost(door, mine) is own
    assert fetch.may_see_cost(door, theirs) is others
    Edit.objects.filter(pk=theirs.pk).update(actor=None)
    theirs.refresh_from_db()
    assert fetch.may_see_cost(door, theirs) is others
