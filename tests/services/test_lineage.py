"""The family of a picture as a tree, and what of it is shown first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from editor.models import Picture, State
from editor.services.lineage import MAX_DEPTH, Lineage, Tree
from tests.making import make_edit_row, make_rows

if TYPE_CHECKING:
    from tests.conftest import People


@pytest.fixture
def original(people: People) -> Picture:
    (picture,) = make_rows(people.project, people.olga, 1)
    return picture


def make_child(parent: Picture, prompt: str, *, trashed: bool = False) -> Picture:
    user = parent.created_by
    assert user
    edit = make_edit_row(parent.project, user, parent, state=State.SUCCEEDED, prompt=prompt)
    return Picture.objects.create(
        project=parent.project, kind="whole", name=parent.name, parent=parent, edit=edit,
        root_id=parent.root_id or parent.pk, width=8, height=8, mode="RGB", folder="x",
        created_by=user, trashed_at=timezone.now() if trashed else None,
    )  # fmt: skip


def make_line(parent: Picture, length: int) -> list[Picture]:
    line = []
    for number in range(length):
        parent = make_child(parent, f"step {number}")
        line.append(parent)
    return line


def outline(tree: Tree) -> list[tuple[str, int, int]]:
    return [(row.words, row.depth, row.skipped) for row in tree.rows]


def assert_lists_are_closed(tree: Tree) -> None:
    """Each list that opens ends, and at the end none is left open."""
    level = -1
    for row in tree.rows:
        level += row.opens
        assert level == row.depth
        level -= len(row.closes)
    assert level == -1


def test_the_whole_family_is_told_from_the_original_down(original: Picture) -> None:
    left = make_child(original, "left")
    right = make_child(original, "right")
    make_child(left, "left of left")
    tree = Lineage(right).tree(whole=True)
    assert outline(tree) == [
        ("", 0, 0),
        ("left", 1, 0),
        ("left of left", 2, 0),
        ("right", 1, 0),
    ]
    assert [row.is_current for row in tree.rows] == [False, False, False, True]
    assert_lists_are_closed(tree)


def test_what_is_near_is_shown_first(original: Picture) -> None:
    line = make_line(original, 9)
    for number in range(20):
        make_child(line[-1], f"child {number}")
        make_child(line[-2], f"sibling {number}")
    tree = Lineage(line[-1]).tree(whole=False)
    words = [row.words for row in tree.rows]
    assert words[:6] == ["", "step 4", "step 5", "step 6", "step 7", "step 8"]
    assert [row.step for row in tree.rows[:6]] == [0, 5, 6, 7, 8, 9]
    assert tree.rows[1].skipped == 4
    assert [word for word in words if word.startswith("child")] == [f"child {n}" for n in range(8)]
    assert [word for word in words if word.startswith("sib")] == [f"sibling {n}" for n in range(5)]
    assert tree.total == 50
    assert_lists_are_closed(tree)


def test_the_trash_is_seen_only_where_something_stands_on_it(original: Picture) -> None:
    base = make_child(original, "base", trashed=True)
    make_child(base, "kept")
    make_child(original, "gone", trashed=True)
    assert [row.words for row in Lineage(original).tree(whole=True).rows] == ["", "base", "kept"]


def test_a_version_in_the_trash_sees_itself(original: Picture) -> None:
    gone = make_child(original, "gone", trashed=True)
    lineage = Lineage(gone)
    assert outline(lineage.tree(whole=False)) == [("", 0, 0), ("gone", 1, 0)]
    assert lineage.siblings == []


def test_a_very_long_way_nests_no_deeper_than_browsers_do(original: Picture) -> None:
    line = make_line(original, MAX_DEPTH + 40)
    tree = Lineage(line[-1]).tree(whole=True)
    assert len(tree.rows) == len(line) + 1
    assert max(row.depth for row in tree.rows) == MAX_DEPTH
    assert_lists_are_closed(tree)


def test_ancestors_and_siblings(original: Picture) -> None:
    one, two = make_child(original, "one"), make_child(original, "two")
    lineage = Lineage(make_child(one, "deeper"))
    assert lineage.ancestors == [original, one]
    assert lineage.root == original
    assert Lineage(one).siblings == [two]
    assert Lineage(original).ancestors == Lineage(original).siblings == []
