"""Which pictures a look shows, and in which order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from editor.models import Favourite, Picture, Role, State
from editor.services.gallery import page
from editor.services.looks import Look, Show, Sort, place
from tests.making import make_door, make_edit_row, make_result_row, make_row, make_rows

if TYPE_CHECKING:
    from editor.access.fetch import Door
    from tests.conftest import People


@pytest.fixture
def door(people: People) -> Door:
    return make_door(people.project, people.olga)


def names(door: Door, look: Look) -> list[str]:
    """What a look shows, all its pages."""
    found: list[str] = []
    after = ""
    while True:
        shown = page(door, look, after=after)
        found += [picture.name for picture in shown.pictures]
        after = shown.more
        if not after:
            return found


def test_each_filter_shows_what_it_says(people: People, door: Door) -> None:
    original = make_row(people.project, people.emil, "original")
    result = make_result_row(original, people.olga, prompt="brighter")
    gone = make_row(people.project, people.olga, "gone", trashed_at=timezone.now())
    Favourite.objects.create(user=people.olga, picture=original)
    Favourite.objects.create(user=people.olga, picture=gone)
    Favourite.objects.create(user=people.emil, picture=result)
    Picture.objects.filter(pk=result.pk).update(name="result")
    shown = {show: set(names(door, Look(show))) for show in Show}
    assert shown == {
        Show.ALL: {"original", "result"},
        Show.ORIGINALS: {"original"},
        Show.RESULTS: {"result"},
        Show.FAVOURITES: {"original"},
        Show.MINE: {"result"},
        Show.RUNNING: set(),
        Show.FAILED: set(),
        Show.TRASH: {"gone"},
    }


def test_running_and_failed_show_edits_however_old(people: People, door: Door) -> None:
    picture = make_row(people.project, people.olga, "a")
    made = {
        state: make_edit_row(people.project, people.olga, picture, state=state) for state in State
    }
    running = {edit.state for edit in page(door, Look(Show.RUNNING)).edits}
    failed = {edit.state for edit in page(door, Look(Show.FAILED)).edits}
    assert running | failed == set(made) - {State.SUCCEEDED, State.CANCELED}
    assert failed == {State.FAILED, State.UNKNOWN, State.BILLED_UNUSABLE}


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        (Sort.NEWEST, ["photo 10", "Photo 9", "ähnlich", "Zebra"]),
        (Sort.OLDEST, ["Zebra", "ähnlich", "Photo 9", "photo 10"]),
        (Sort.NAME, ["Photo 9", "photo 10", "Zebra", "ähnlich"]),
        (Sort.LARGEST, ["ähnlich", "photo 10", "Photo 9", "Zebra"]),
    ],
)
def test_orders(people: People, door: Door, sort: Sort, expected: list[str]) -> None:
    for name, width in [("Zebra", 10), ("ähnlich", 900), ("Photo 9", 20), ("photo 10", 30)]:
        make_row(people.project, people.olga, name, width=width)
    assert names(door, Look(sort=sort)) == expected


@pytest.mark.parametrize("sort", Sort)
@pytest.mark.parametrize("show", [Show.ALL, Show.MINE, Show.TRASH])
def test_every_order_pages_without_gap_or_double(
    people: People, door: Door, sort: Sort, show: Show
) -> None:
    rows = make_rows(people.project, people.olga, 130)
    now = timezone.now()
    # Equal in everything but the key.
    Picture.objects.update(
        created_at=now, name_key="same", trashed_at=now if show == Show.TRASH else None
    )
    look = Look(show, sort)
    found = names(door, look)
    assert found == [row.name for row in (reversed(rows) if look.order.descending else rows)]


@pytest.mark.parametrize("sort", Sort)
def test_a_place_sorts_as_the_list_does(people: People, door: Door, sort: Sort) -> None:
    for width in (9, 100, 20):
        for name in ("b 10", "b 9", "a"):
            make_row(people.project, people.olga, name, width=width)
    look = Look(sort=sort)
    places = [place(picture, look.order) for picture in page(door, look).pictures]
    assert places == sorted(places, reverse=look.order.descending)
    assert len(set(places)) == 9


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("sea", {"Sea.jpg", "seaside"}),
        ("SEA side", {"seaside"}),
        ("ÉTÉ", {"été"}),
        ("e\u0301te\u0301", {"été"}),
        ("STRASSE", {"Straße"}),
        ("100%", {"100% wool"}),
        ("%", {"100% wool"}),
        ("a_b", {"a_b"}),
        ("_", {"a_b"}),
        ("\\", {"back\\slash"}),
        ("brighter", {"of a prompt"}),
        ("prompt brighter", {"of a prompt"}),
        ("sea prompt", set()),
        ("'; --", set()),
    ],
)
def test_search(people: People, door: Door, text: str, found: set[str]) -> None:
    for name in ("Sea.jpg", "seaside", "été", "Straße", "100% wool", "a_b", "axb", "back\\slash"):
        make_row(people.project, people.olga, name)
    make_result_row(
        make_row(people.project, people.olga, "of a prompt"), people.olga, "BRIGHTER sky"
    )
    assert set(names(door, Look(text=text))) == found


def test_search_narrows_edits_by_prompt_and_by_the_pictures_name(
    people: People, door: Door
) -> None:
    picture = make_row(people.project, people.olga, "Garden")
    failed = {"state": State.FAILED, "prompt": "Mehr LICHT"}
    edit = make_edit_row(people.project, people.olga, picture, **failed)
    make_edit_row(people.project, people.olga, picture, state=State.FAILED)
    for text in ("licht garden", "MEHR"):
        assert page(door, Look(Show.FAILED, text=text)).edits == [edit]


def test_the_trash_shows_what_one_may_restore(people: People) -> None:
    now = timezone.now()
    make_row(people.project, people.olga, "of olga", trashed_at=now)
    parent = make_row(people.project, people.olga, "parent")
    make_row(people.project, people.emil, "of emil", trashed_at=now)
    make_result_row(parent, people.emil, "x", trashed_at=now, name="result of emil")
    make_row(people.project, people.emil, "of nobody", trashed_at=now)
    Picture.objects.filter(name="of nobody").update(created_by=None)
    everything = {"of olga", "of emil", "result of emil", "of nobody"}
    for user, role, expected in [
        (people.olga, Role.OWNER, everything),
        (people.emil, Role.EDITOR, {"of emil", "result of emil"}),
        (people.vito, Role.VIEWER, set()),
    ]:
        shown = names(make_door(people.project, user, role), Look(Show.TRASH))
        assert set(shown) == expected


def test_a_query_says_only_what_is_not_plain() -> None:
    assert Look().query() == ""
    assert (
        Look(Show.MINE, Sort.NAME, "a b").query(after="x") == "?show=mine&sort=name&q=a+b&after=x"
    )
