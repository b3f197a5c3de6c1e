"""What the pages of a project list."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from editor.models import Edit, Role, State
from editor.services.gallery import edit_cards, open_edits, page
from editor.services.looks import Look, Show
from tests.making import make_door, make_edit_row, make_project, make_rows

if TYPE_CHECKING:
    from tests.conftest import People


def test_the_queue_is_one_for_all_projects(people: People) -> None:
    other = make_project(people.sam, "Other")
    (theirs,) = make_rows(other, people.sam, 1)
    (ours,) = make_rows(people.project, people.olga, 1)
    moments = ["2026-01-01T10:00:00Z", "2026-01-01T10:00:00Z", "2026-01-01T09:00:00Z"]
    first, second, earliest = (
        make_edit_row(project, people.olga, picture, next_run_at=at)
        for (project, picture), at in zip(
            [(other, theirs), (people.project, ours), (people.project, ours)], moments, strict=True
        )
    )
    make_edit_row(other, people.sam, theirs, state=State.AWAITING, next_run_at=moments[2])
    cards = edit_cards(make_door(people.project, people.olga))
    ahead = {card.pk: card.ahead for card in cards}  # type: ignore[attr-defined]
    assert ahead == {earliest.pk: 0, second.pk: 2}
    assert first.pk not in ahead


def test_one_card_is_found_whatever_its_state(people: People) -> None:
    (picture,) = make_rows(people.project, people.olga, 1)
    done = make_edit_row(people.project, people.olga, picture, state=State.SUCCEEDED)
    door = make_door(people.project, people.olga, Role.OWNER)
    assert edit_cards(door) == []
    assert edit_cards(door, only=done) == [done]
    assert open_edits(door) == 0


def test_an_edit_without_an_author_is_nobodys_own(people: People) -> None:
    (picture,) = make_rows(people.project, people.olga, 1)
    edit = make_edit_row(people.project, people.emil, picture)
    Edit.objects.update(actor=None)
    for role, may in [(Role.OWNER, True), (Role.EDITOR, False), (Role.VIEWER, False)]:
        (card,) = edit_cards(make_door(people.project, people.emil, role), only=edit)
        assert bool(card.may_cancel) == may  # type: ignore[attr-defined]


@pytest.mark.parametrize("after", ["nobody", "a\0b", "%", "\ud800", "-1"])
@pytest.mark.parametrize("show", [Show.ALL, Show.FAILED])
def test_nonsense_for_a_cursor_gives_the_first_page(people: People, after: str, show: Show) -> None:
    (picture, _) = make_rows(people.project, people.olga, 2)
    for _ in range(2):
        make_edit_row(people.project, people.olga, picture, state=State.FAILED)
    found = page(make_door(people.project, people.olga), Look(show), after=after)
    assert len(found.pictures or found.edits) == 2
