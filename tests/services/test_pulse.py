"""What a page is told when it asks again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from editor.models import Edit, State
from editor.services.gallery import MAX_EDIT_CARDS
from editor.services.pulse import Cursor, news
from tests.making import make_door, make_edit_row, make_rows

if TYPE_CHECKING:
    from tests.conftest import People


def test_a_cursor_survives_the_way_to_the_browser_and_back() -> None:
    for cursor in (Cursor(0, alive=False), Cursor(10**17, alive=True)):
        assert Cursor.parse(str(cursor)) == cursor


@pytest.mark.parametrize("text", ["", "1", "1.", ".1", "1.2", "-1.0", "1.0.0", "a.0", "٣.0"])
def test_nonsense_is_no_cursor(text: str) -> None:
    with pytest.raises(ValueError, match="not a cursor"):
        Cursor.parse(text)


def test_of_many_waiting_edits_the_one_that_changed_is_told(people: People) -> None:
    (picture,) = make_rows(people.project, people.olga, 1)
    first, *_rest = (
        make_edit_row(people.project, people.olga, picture, pulse=1)
        for _ in range(MAX_EDIT_CARDS + 1)
    )
    Edit.objects.filter(pk=first.pk).update(state=State.SUCCEEDED, pulse=2)
    seen, now = Cursor(1, alive=False), Cursor(2, alive=False)
    told = news(make_door(people.project, people.olga), seen=seen, now=now).edits
    assert len(told) == MAX_EDIT_CARDS
    assert told[-1] == first
