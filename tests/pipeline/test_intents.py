"""How the edit of an intent is found again, and when it is not."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from editor.engines.errors import ErrorClass
from editor.models import OPEN_STATES, Edit, State
from editor.pipeline.intents import REMEMBERED, REPEATED_WITHIN, ApiCall, Mismatch, known
from tests.making import make_api_key, make_edit_row, make_rows

if TYPE_CHECKING:
    from editor.models import ApiKey
    from tests.conftest import People

SECOND = timedelta(seconds=5)


@pytest.fixture
def key(people: People) -> ApiKey:
    return make_api_key(people.project, people.olga)[0]


@pytest.fixture
def make(people: People, key: ApiKey) -> Any:
    """Edits of the key, with the same contents, `age` ago."""
    (picture,) = make_rows(people.project, people.olga, 1)

    def made(age: timedelta = timedelta(), **fields: Any) -> Edit:
        values = {"fingerprint": "same", "api_key": key} | fields
        edit = make_edit_row(people.project, people.olga, picture, **values)
        Edit.objects.filter(pk=edit.pk).update(created_at=timezone.now() - age)
        return edit

    return made


def found(people: People, idem_key: str, call: ApiCall | None, fingerprint: str = "same") -> Any:
    return known(people.olga.pk, idem_key, fingerprint, call)


@pytest.mark.parametrize("by_api", [True, False])
def test_the_same_key_means_the_same_edit(
    people: People, key: ApiKey, make: Any, *, by_api: bool
) -> None:
    call = ApiCall(key) if by_api else None
    edit = make(idem_key="k")
    assert found(people, "k", call) == edit
    assert found(people, "other", call) is None
    assert known(people.emil.pk, "k", "same", call) is None
    with pytest.raises(Mismatch):
        found(people, "k", call, "another")


@pytest.mark.parametrize("state", State)
def test_a_programs_key_is_remembered_for_a_day_and_while_it_runs(
    people: People, key: ApiKey, make: Any, state: State
) -> None:
    young = make(REMEMBERED - SECOND, idem_key="young", state=state)
    old = make(REMEMBERED + SECOND, idem_key="old", state=state)
    assert found(people, "young", ApiCall(key)) == young
    assert found(people, "old", ApiCall(key)) == (old if state in OPEN_STATES else None)


def test_a_forgotten_edit_stays_under_a_key_that_nobody_sends(
    people: People, key: ApiKey, make: Any
) -> None:
    edit = make(REMEMBERED + SECOND, idem_key="k", state=State.SUCCEEDED)
    assert found(people, "k", ApiCall(key), "another") is None
    edit.refresh_from_db()
    assert edit.idem_key.startswith("old-")
    assert make(idem_key="k").pk != edit.pk


def test_a_page_never_forgets(people: People, make: Any) -> None:
    edit = make(30 * REMEMBERED, idem_key="k", state=State.SUCCEEDED)
    assert found(people, "k", None) == edit


@pytest.mark.parametrize("error_class", ErrorClass)
def test_only_what_says_try_again_is_forgotten_at_once(
    people: People, key: ApiKey, make: Any, error_class: ErrorClass
) -> None:
    edit = make(idem_key="k", state=State.FAILED, error_class=error_class)
    again = found(people, "k", ApiCall(key))
    assert again == (None if error_class == ErrorClass.BUSY else edit)


@pytest.mark.parametrize("state", State)
def test_a_repeated_call_joins_what_is_young_or_runs(
    people: People, key: ApiKey, make: Any, state: State
) -> None:
    make(REPEATED_WITHIN + SECOND, state=State.SUCCEEDED)
    edit = make(REPEATED_WITHIN - SECOND, state=state)
    joined = found(people, "k", ApiCall(key, repeats=True))
    assert joined == (None if state in {State.FAILED, State.CANCELED} else edit)
    assert found(people, "k", ApiCall(key)) is None


def test_a_repeated_call_joins_what_ran_long_and_ended_just_now(
    people: People, key: ApiKey, make: Any
) -> None:
    ended = timezone.now() - REPEATED_WITHIN + SECOND
    edit = make(2 * REPEATED_WITHIN, state=State.SUCCEEDED, finished_at=ended)
    assert found(people, "k", ApiCall(key, repeats=True)) == edit
    Edit.objects.update(finished_at=ended - 2 * SECOND)
    assert found(people, "k", ApiCall(key, repeats=True)) is None


def test_a_repeated_call_joins_the_newest_of_its_key_with_its_contents(
    people: People, key: ApiKey, make: Any
) -> None:
    other, _token = make_api_key(people.project, people.olga)
    make()
    newest = make()
    make(fingerprint="another")
    make(api_key=other)
    assert found(people, "k", ApiCall(key, repeats=True)) == newest
