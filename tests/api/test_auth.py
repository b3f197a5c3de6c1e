"""Who may call, and how often."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.utils import timezone

from editor.api import auth
from editor.api.errors import ApiError
from editor.models import ApiKey, Membership, Role, Scope
from tests.api.calling import EDITS, Came, call, make_caller
from tests.api.studio import form
from tests.making import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.api.calling import Caller
    from tests.conftest import People

pytestmark = pytest.mark.django_db(transaction=True)
MODELS = "/v1/models"


def ask(headers: dict[str, str]) -> Came:
    return call("GET", MODELS, headers=headers)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"authorization": ""},
        {"authorization": "Bearer"},
        {"authorization": "Bearer  "},
        {"authorization": "Basic c2stcGVudA=="},
        {"api-key": " "},
    ],
)
def test_without_a_key_nobody_gets_in(people: People, headers: dict[str, str]) -> None:
    came = ask(headers)
    assert came.told == (401, "invalid_api_key", None)
    assert "did not provide" in came.error["message"]


@pytest.mark.parametrize(
    "token", ["sk-pent-none", "sk-" + "x" * 48, "sk-pent-abcdefgh-" + "A" * 43, "é", "\0"]
)
def test_a_wrong_key_is_told_so(people: People, token: str) -> None:
    came = ask({"authorization": f"Bearer {token}"})
    assert came.told == (401, "invalid_api_key", None)
    assert came.error["message"].startswith("Incorrect API key.")


def test_one_letter_decides(caller: Caller) -> None:
    last = "a" if caller.token[-1] != "a" else "b"
    assert ask({"authorization": f"Bearer {caller.token[:-1]}{last}"}).status == 401
    assert ask({"authorization": f"Bearer {caller.token}"}).status == 200


def test_the_token_comes_as_openai_or_azure_send_it(caller: Caller) -> None:
    assert ask({"api-key": caller.token}).status == 200
    assert ask({"authorization": f"bearer {caller.token}"}).status == 200
    assert ask({"authorization": f"Bearer {caller.token}", "api-key": "other"}).status == 200


def revoke(caller: Caller) -> None:
    ApiKey.objects.update(revoked_at=timezone.now())


def expire(caller: Caller) -> None:
    ApiKey.objects.update(expires_at=timezone.now() - timedelta(seconds=1))


def lower(caller: Caller) -> None:
    Membership.objects.filter(user=caller.key.user).update(role=Role.VIEWER)


def leave(caller: Caller) -> None:
    Membership.objects.filter(user=caller.key.user).delete()


def close(caller: Caller) -> None:
    type(caller.key.user).objects.filter(pk=caller.key.user_id).update(is_active=False)


def delete(caller: Caller) -> None:
    type(caller.key.project).objects.update(deleted_at=timezone.now())


def archive(caller: Caller) -> None:
    type(caller.key.project).objects.update(archived_at=timezone.now())


@pytest.mark.parametrize(
    ("end", "words"),
    [
        (revoke, "was revoked"),
        (expire, "has expired"),
        (lower, "opens nothing any more"),
        (leave, "opens nothing any more"),
        (close, "opens nothing any more"),
        (delete, "opens nothing any more"),
        (archive, "is archived"),
    ],
)
def test_a_key_ends_at_once_and_says_why(
    caller: Caller, end: Callable[[Caller], None], words: str
) -> None:
    assert caller.get(MODELS).status == 200
    end(caller)
    came = caller.get(MODELS)
    assert came.told == (401, "invalid_api_key", None)
    assert words in came.error["message"]
    assert caller.post(EDITS, *form()).told == (401, "invalid_api_key", None)


def test_a_key_does_what_it_was_made_for(people: People) -> None:
    reader = make_caller(people, scopes=(Scope.READ_MODELS,))
    came = reader.post(EDITS, *form())
    assert came.told == (403, "insufficient_permissions", None)
    assert Scope.EDIT in came.error["message"]
    assert reader.get(MODELS).status == 200
    writer = make_caller(people, scopes=(Scope.EDIT,))
    assert writer.get(MODELS).told == (403, "insufficient_permissions", None)


def test_cookies_mean_nothing_and_none_is_set(people: People) -> None:
    client = Client()
    assert client.login(username=people.emil.email, password=PASSWORD)
    cookie = f"sessionid={client.cookies['sessionid'].value}"
    came = ask({"cookie": cookie})
    assert (came.status, "set-cookie" in came.headers) == (401, False)


def test_how_often_a_key_may_ask_is_told_and_kept(people: People) -> None:
    caller = make_caller(people, requests_per_minute=2)
    first, second, third = (caller.get(MODELS) for _ in range(3))
    assert [
        (one.status, one.headers["x-ratelimit-remaining-requests"])
        for one in (first, second, third)
    ] == [(200, "1"), (200, "0"), (429, "0")]
    assert third.headers["x-ratelimit-limit-requests"] == "2"
    assert third.error["type"] == "requests"
    assert third.code == "rate_limit_exceeded"
    wait = int(third.headers["retry-after"])
    assert 1 <= wait <= 60
    assert third.headers["x-ratelimit-reset-requests"] == f"{wait}s"
    assert "x-should-retry" not in third.headers
    assert make_caller(people).get(MODELS).status == 200  # another key's minute is its own


def test_a_refused_call_says_what_is_left_too(caller: Caller) -> None:
    came = caller.post(EDITS, b"{}", "application/json")
    assert came.status == 400
    assert int(came.headers["x-ratelimit-remaining-requests"]) >= 0


def test_what_is_asked_of_the_database_for_a_call(
    caller: Caller, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(3):
        auth.admit(caller.token, Scope.EDIT)


def test_those_who_come_together_are_told_each_its_own(people: People) -> None:
    """Two keys, one of them nearly used up; a scope that lacks, and tokens that open nothing."""
    mine = make_caller(people, requests_per_minute=2)
    reader = make_caller(people, scopes=(Scope.READ_MODELS,))
    asks = [
        (mine.token, Scope.EDIT),
        ("sk-pent-none", Scope.EDIT),
        (reader.token, Scope.EDIT),
        (mine.token, Scope.READ_MODELS),
        (reader.token, Scope.READ_MODELS),
        (mine.token, Scope.EDIT),
        (f"{mine.token[:-1]}\0", Scope.EDIT),
    ]
    told = auth.admit_each(asks)
    found = [one.code if isinstance(one, ApiError) else one.allowance.remaining for one in told]
    most = reader.key.requests_per_minute
    assert found == [
        1,
        "invalid_api_key",
        "insufficient_permissions",
        0,
        most - 1,
        "rate_limit_exceeded",
        "invalid_api_key",
    ]
    callers = [one for one in told if isinstance(one, auth.Caller)]
    assert [one.key for one in callers] == [mine.key, mine.key, reader.key]
    assert {one.door.user for one in callers} == {people.emil}


def test_those_who_come_together_cost_no_more_than_one(
    caller: Caller, django_assert_num_queries: Any
) -> None:
    auth.admit(caller.token, Scope.EDIT)
    with django_assert_num_queries(3):
        assert len(auth.admit_each([(caller.token, Scope.EDIT)] * 8)) == 8
