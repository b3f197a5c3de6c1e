"""Keys: shown once, kept as a hash, and useless the moment they should be."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import Http404
from django.utils import timezone

from editor.access import fetch
from editor.access.roles import Action
from editor.models import Activity, ApiKey, Edit, Membership, Project, Role, Scope, User
from editor.pipeline.intents import ApiCall
from editor.pipeline.submit import Wish, submit
from editor.services import api_keys, members
from editor.services.engines import planning_registry
from tests.making import make_api_key, make_door, make_picture, make_project

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import People


def everything_stored() -> str:
    """All that the database holds, as text."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        rows = []
        for table in tables:
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608  names from the database itself
            rows.append(repr(cursor.fetchall()))
    return "\n".join(rows)


def test_a_token_finds_its_key(people: People) -> None:
    key, token = make_api_key(people.project, people.emil)
    found = api_keys.find(token)
    assert (found, found.project, found.user) == (key, people.project, people.emil)
    assert api_keys.door(found) == make_door(people.project, people.emil, Role.EDITOR)
    assert found.may(Scope.EDIT)
    assert found.may(Scope.READ_MODELS)


def test_a_token_looks_like_one(people: People) -> None:
    tokens = {make_api_key(people.project, people.olga)[1] for _ in range(20)}
    assert len(tokens) == 20
    assert all(re.fullmatch(r"sk-pent-[a-z0-9]{8}-[A-Za-z0-9]{43}", token) for token in tokens)


def test_the_token_is_nowhere_but_with_whoever_asked(
    people: People, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("DEBUG"):
        key, token = make_api_key(people.project, people.olga)
        api_keys.find(token)
        for wrong in (token[:-1], token + "x", token[:-1] + ("a" if token[-1] != "a" else "b")):
            with pytest.raises(api_keys.UnknownKey):
                api_keys.find(wrong)
    secret = token.rpartition("-")[2]
    stored = everything_stored()
    assert key.prefix in stored
    assert key.hash in stored
    assert secret not in stored
    assert secret not in caplog.text
    assert secret not in repr(vars(key))


MALFORMED = [
    *("", " ", "x", "sk-pent-", "sk-pent-abcdefgh", "sk-pent-abcdefgh-", "Bearer", "\0", "ключ"),
    *(
        "sk-pent-abcdefgh-" + "A" * 42,
        "sk-pent-abcdefgh-" + "A" * 44,
        "sk-pent-ABCDEFGH-" + "A" * 43,
    ),
    *("sk-pent-abcdefgh-" + "A" * 43 + "\n", "sk-" + "A" * 100_000, "sk-pent-abcdefgh-" + "é" * 43),
]


@pytest.mark.parametrize("token", MALFORMED)
def test_what_is_no_token_asks_the_database_nothing(
    people: People, token: str, django_assert_num_queries: Callable[..., object]
) -> None:
    with django_assert_num_queries(0), pytest.raises(api_keys.UnknownKey):  # type: ignore[attr-defined]
        api_keys.find(token)


def test_the_right_beginning_is_not_enough(people: People) -> None:
    _, mine = make_api_key(people.project, people.olga)
    _, theirs = make_api_key(people.project, people.emil)
    mixed = mine.rpartition("-")[0] + "-" + theirs.rpartition("-")[2]
    with pytest.raises(api_keys.UnknownKey):
        api_keys.find(mixed)


def test_a_revoked_key_is_refused_at_once(people: People) -> None:
    key, token = make_api_key(people.project, people.emil)
    api_keys.revoke(door=make_door(people.project, people.emil, Role.EDITOR), key=key)
    with pytest.raises(api_keys.RevokedKey):
        api_keys.find(token)


def test_a_key_ends_when_its_time_is_over(people: People) -> None:
    later, token = make_api_key(
        people.project, people.emil, expires_at=timezone.now() + timedelta(hours=1)
    )
    assert api_keys.find(token) == later
    ApiKey.objects.filter(pk=later.pk).update(expires_at=timezone.now())
    with pytest.raises(api_keys.ExpiredKey):
        api_keys.find(token)


def demote(people: People) -> None:
    emils = Membership.objects.filter(project=people.project, user=people.emil)
    emils.update(role=Role.REVIEWER)


def remove(people: People) -> None:
    membership = Membership.objects.get(project=people.project, user=people.emil)
    members.remove(door=make_door(people.project, people.olga), membership=membership)


def leave(people: People) -> None:
    members.leave(door=make_door(people.project, people.emil, Role.EDITOR))


def close(people: People) -> None:
    User.objects.filter(pk=people.emil.pk).update(is_active=False)


def delete(people: People) -> None:
    Project.objects.filter(pk=people.project.pk).update(deleted_at=timezone.now())


def archive(people: People) -> None:
    Project.objects.filter(pk=people.project.pk).update(archived_at=timezone.now())


@pytest.mark.parametrize(
    ("end", "refusal"),
    [
        (demote, api_keys.StrandedKey),
        (remove, api_keys.RevokedKey),
        (leave, api_keys.RevokedKey),
        (close, api_keys.StrandedKey),
        (delete, api_keys.StrandedKey),
        (archive, api_keys.RestingKey),
    ],
)
def test_a_key_ends_with_what_it_stands_on(
    people: People, end: Callable[[People], None], refusal: type[api_keys.KeyRefused]
) -> None:
    _, token = make_api_key(people.project, people.emil)
    api_keys.find(token)
    end(people)
    with pytest.raises(refusal):
        api_keys.find(token)


def test_who_comes_back_finds_the_old_keys_ended(people: People) -> None:
    _, token = make_api_key(people.project, people.emil)
    _, elsewhere = make_api_key(make_project(people.emil, "Other"), people.emil)
    _, olgas = make_api_key(people.project, people.olga)
    remove(people)
    members.add(
        door=make_door(people.project, people.olga), email=people.emil.email, role=Role.EDITOR
    )
    with pytest.raises(api_keys.RevokedKey):
        api_keys.find(token)
    api_keys.find(elsewhere)
    api_keys.find(olgas)


def test_purged_projects_and_accounts_take_their_keys_along(people: People) -> None:
    _, mine = make_api_key(make_project(people.sam, "Sam's"), people.sam)
    _, token = make_api_key(people.project, people.emil)
    Project.objects.filter(name="Sam's").delete()
    people.emil.delete()
    assert not ApiKey.objects.exists()
    for gone in (mine, token):
        with pytest.raises(api_keys.UnknownKey):
            api_keys.find(gone)


def test_owners_look_after_all_keys_and_editors_after_their_own(people: People) -> None:
    olgas, _ = make_api_key(people.project, people.olga)
    emils, _ = make_api_key(people.project, people.emil)
    make_api_key(make_project(people.emil, "Other"), people.emil)
    as_olga = make_door(people.project, people.olga)
    as_emil = make_door(people.project, people.emil, Role.EDITOR)
    assert list(api_keys.listed(as_olga)) == [emils, olgas]
    assert list(api_keys.listed(as_emil)) == [emils]
    with pytest.raises(Http404):
        api_keys.revoke(door=as_emil, key=olgas)
    api_keys.revoke(door=as_olga, key=emils)
    emils.refresh_from_db()
    assert emils.revoked_at is not None


@pytest.mark.parametrize("who", ["rita", "vito"])
def test_readers_have_no_keys(people: People, who: str) -> None:
    user = getattr(people, who)
    opened = make_door(people.project, user, Role(Membership.objects.get(user=user).role))
    with pytest.raises(PermissionDenied):
        api_keys.create(door=opened, wanted=api_keys.Wanted("mine"))
    with pytest.raises(PermissionDenied):
        fetch.door(user, people.project.slug, Action.API_KEYS)


def test_what_was_done_is_recorded_without_the_token(people: People) -> None:
    key, token = make_api_key(people.project, people.olga)
    opened = make_door(people.project, people.olga)
    api_keys.revoke(door=opened, key=key)
    first = ApiKey.objects.get(pk=key.pk).revoked_at
    api_keys.revoke(door=opened, key=key)
    assert ApiKey.objects.get(pk=key.pk).revoked_at == first
    kinds = Activity.objects.filter(kind__startswith="api_key.")
    assert [(row.kind, row.actor, row.detail) for row in kinds] == [
        ("api_key.created", people.olga, {"api_key": key.pk}),
        ("api_key.revoked", people.olga, {"api_key": key.pk}),
    ]
    assert token.rpartition("-")[2] not in repr([row.detail for row in kinds])


def test_an_edit_knows_the_key_it_was_asked_with(people: People) -> None:
    key, _ = make_api_key(people.project, people.emil)
    picture = make_picture(people.project, people.emil)
    wish = Wish(picture, "builtin", "black and white", None, "one", call=ApiCall(key))
    edit = submit(door=api_keys.door(key), wish=wish, registry=planning_registry())
    assert edit.api_key == key
    assert edit.ledger.get().api_key == key
    newest = Edit.objects.filter(api_key=key, fingerprint=edit.fingerprint).order_by("-pk").first()
    assert newest == edit
    key.delete()
    edit.refresh_from_db()
    assert edit.api_key is None


def test_what_a_key_asked_for_is_found_by_an_index(people: People) -> None:
    key, _ = make_api_key(people.project, people.emil)
    found = Edit.objects.filter(api_key=key, fingerprint="f").order_by("-pk")[:1]
    assert "edit_by_key" in found.explain()
