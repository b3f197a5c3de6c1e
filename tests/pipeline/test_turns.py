"""Whose edit is next."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from editor.pipeline.turns import Candidate, Turns

PLENTY: dict[int | None, int] = {None: 10_000}


def queue(*actors: int, provider: int | None = None) -> list[Candidate]:
    return [Candidate(number, 1, actor, provider) for number, actor in enumerate(actors)]


def actors_of(chosen: list[Candidate]) -> list[int | None]:
    return [one.actor for one in chosen]


def test_members_take_turns() -> None:
    chosen = Turns().choose(queue(1, 1, 1, 1, 2, 3), held={}, rooms=PLENTY, limit=5)
    assert actors_of(chosen) == [1, 2, 3, 1, 1]


def test_who_holds_fewest_comes_first() -> None:
    chosen = Turns().choose(queue(1, 1, 2), held={1: 3}, rooms=PLENTY, limit=2)
    assert actors_of(chosen) == [2, 1]


def test_one_slot_and_five_hundred_edits_of_another_delay_by_one_job() -> None:
    """With nothing held, whoever was served last comes last."""
    turns, crowd = Turns(), queue(*[1] * 500)
    turns.remember(turns.choose(crowd, held={}, rooms=PLENTY, limit=1))
    newcomer = Candidate(900, 1, 2, None)
    chosen = turns.choose([*crowd[1:], newcomer], held={}, rooms=PLENTY, limit=1)
    assert chosen == [newcomer]


def test_a_provider_gets_no_more_than_it_bears() -> None:
    due = [*queue(1, 1, 1, provider=7), *queue(1, 1, provider=8)]
    chosen = Turns().choose(due, held={}, rooms={7: 1, 8: 5}, limit=9)
    assert Counter(one.provider for one in chosen) == {7: 1, 8: 2}


def test_a_provider_that_is_not_named_gets_nothing() -> None:
    assert Turns().choose(queue(1, provider=7), held={}, rooms={8: 5}, limit=9) == []


@given(
    st.lists(st.tuples(st.integers(1, 4), st.sampled_from([7, 8])), max_size=40),
    st.integers(0, 20),
    st.integers(0, 6),
)
def test_the_choice_is_fair_bounded_and_without_repeats(
    due: list[tuple[int, int]], limit: int, room: int
) -> None:
    candidates = [
        Candidate(number, 1, actor, provider) for number, (actor, provider) in enumerate(due)
    ]
    chosen = Turns().choose(candidates, held={}, rooms={7: room, 8: room}, limit=limit)
    assert len(chosen) == len(set(chosen)) <= limit
    counts = Counter(one.provider for one in chosen)
    assert all(count <= room for count in counts.values())
    of_7, of_8 = (sum(provider == which for _actor, provider in due) for which in (7, 8))
    assert len(chosen) == min(limit, min(room, of_7) + min(room, of_8))


def test_a_project_over_its_share_comes_after_all_others() -> None:
    """Ten members of one project who hold nothing, and one of another who holds two."""
    crowd = [Candidate(number, 1, number, 7) for number in range(10)]
    other = [Candidate(20 + number, 2, 99, 7) for number in range(2)]
    held: dict[int | None, int] = {99: 2}
    rooms: dict[int | None, int] = {7: 100}
    shares = {1: 3, 2: 5}
    chosen = Turns().choose([*crowd, *other], held=held, rooms=rooms, limit=5, shares=shares)
    assert Counter(one.project for one in chosen) == {1: 3, 2: 2}


def test_what_nobody_else_wants_goes_to_who_is_over_the_share() -> None:
    crowd = [Candidate(number, 1, number, 7) for number in range(10)]
    chosen = Turns().choose(crowd, held={}, rooms={7: 100}, limit=8, shares={1: -2})
    assert len(chosen) == 8
