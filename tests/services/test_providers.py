"""Providers change in one transaction, by those who may, and leave a record without secrets."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from editor.access import fetch
from editor.engines.errors import Execution, Trouble
from editor.models import Activity, Membership, Provider, Role
from editor.services import engine_menu, engines, environment, providers, vault
from editor.services.providers import Settings
from tests.making import make_provider, make_user

if TYPE_CHECKING:
    from editor.access.fetch import ProviderRoom
    from tests.conftest import People

KEY = "sk-canary-0123456789abcdef"
WANTED = Settings("Ours", "openai", "https://api.openai.com/v1", ("gpt-image-2",), KEY)


@pytest.fixture
def room(people: People) -> ProviderRoom:
    return fetch.provider_room(people.olga, people.project.slug)


def kinds() -> list[str]:
    rows = Activity.objects.filter(kind__startswith="provider.")
    return list(rows.values_list("kind", flat=True))


def test_a_new_one_keeps_its_key_sealed(room: ProviderRoom) -> None:
    made = providers.create(room=room, wanted=WANTED)
    assert (made.source, made.project, made.created_by) == ("owner", room.project, room.user)
    assert (made.key_tail, made.version) == ("cdef", 1)
    assert KEY not in made.key_encrypted
    assert providers.config(made).key == KEY
    assert not providers.config(made).any_private
    assert kinds() == ["provider.added"]


def test_staff_make_them_for_everybody(people: People) -> None:
    staff = make_user("steve", is_staff=True)
    made = providers.create(room=fetch.provider_room(staff, ""), wanted=WANTED)
    assert (made.source, made.project) == ("staff", None)
    assert providers.config(made).any_private
    assert list(providers.usable(people.project)) == [made]
    assert kinds() == []


@pytest.mark.parametrize(("key", "shown"), [("", ""), ("short", "····"), (KEY, "cdef")])
def test_of_a_short_key_nothing_is_shown(key: str, shown: str) -> None:
    assert providers.tail(key) == shown


def test_every_change_counts_and_is_recorded_without_values(room: ProviderRoom) -> None:
    made = providers.create(room=room, wanted=WANTED)
    again = replace(WANTED, key="")
    assert providers.change(room=room, provider=made, wanted=again).version == 1
    changed = providers.change(room=room, provider=made, wanted=replace(again, name="Mine"))
    assert (changed.version, changed.name) == (2, "Mine")
    assert providers.config(changed).key == KEY
    assert providers.change(room=room, provider=made, wanted=WANTED).version == 3
    last = Activity.objects.latest("pk")
    assert last.detail == {"provider": made.public_id, "fields": ["name"], "key": True}
    assert KEY not in str(list(Activity.objects.values()))
    assert "api.openai.com" not in str(list(Activity.objects.values()))


def test_a_key_goes_to_no_other_server(room: ProviderRoom) -> None:
    made = providers.create(room=room, wanted=WANTED)
    moved = replace(WANTED, base_url="https://images.example.org/v1", key="")
    with pytest.raises(providers.KeyNeeded):
        providers.change(room=room, provider=made, wanted=moved)
    made.refresh_from_db()
    assert made.base_url == WANTED.base_url
    prefix = replace(WANTED, base_url="https://API.openai.com:443/other", key="")
    assert providers.change(room=room, provider=made, wanted=prefix).base_url == prefix.base_url


def test_another_key_or_server_ends_the_trouble(room: ProviderRoom) -> None:
    made = providers.create(room=room, wanted=WANTED)
    trouble = {"trouble": "key_rejected", "failures": 5, "open_until": timezone.now()}
    Provider.objects.update(
        **trouble, probe={"x": {"mask": "obeyed"}}, learned={"gpt-image-2": ["n"]}
    )
    same = providers.change(room=room, provider=made, wanted=replace(WANTED, key="", name="X"))
    assert same.trouble == "key_rejected"
    found = providers.change(room=room, provider=made, wanted=WANTED)
    assert (found.trouble, found.failures, found.open_until) == ("", 0, None)
    assert found.probe == {"x": {"mask": "obeyed"}}
    moved = replace(WANTED, base_url="https://images.example.org")
    found = providers.change(room=room, provider=made, wanted=moved)
    assert (found.probe, found.probed_at, found.learned) == ({}, None, {})


def test_switched_off_it_is_not_offered(room: ProviderRoom, people: People) -> None:
    made = providers.create(room=room, wanted=WANTED)
    assert providers.switch(room=room, provider=made, on=False).version == 2
    assert not providers.usable(people.project)
    providers.switch(room=room, provider=made, on=False)
    providers.switch(room=room, provider=made, on=True)
    assert kinds() == ["provider.added", "provider.switched_off", "provider.switched_on"]


def test_a_deleted_one_stays_as_a_row_without_a_key(room: ProviderRoom, people: People) -> None:
    made = providers.create(room=room, wanted=WANTED)
    providers.delete(room=room, provider=made)
    made.refresh_from_db()
    assert (made.key_encrypted, made.key_tail, made.is_enabled) == ("", "", False)
    assert made.deleted_at
    assert not providers.listed(room)
    with pytest.raises(Http404):
        providers.switch(room=room, provider=made, on=True)
    assert providers.unreadable() == []


def test_the_door_is_asked_again(room: ProviderRoom, people: People) -> None:
    made = providers.create(room=room, wanted=WANTED)
    Membership.objects.filter(user=people.olga).update(role=Role.EDITOR)
    for verb in (
        lambda: providers.create(room=room, wanted=WANTED),
        lambda: providers.change(room=room, provider=made, wanted=WANTED),
        lambda: providers.switch(room=room, provider=made, on=False),
        lambda: providers.delete(room=room, provider=made),
        lambda: providers.adapt(room=room, provider=made, name="gpt-image-2", changes={}),
    ):
        with pytest.raises(PermissionDenied):
            verb()


def test_values_are_laid_over_the_catalog_and_taken_off(room: ProviderRoom) -> None:
    made = providers.create(room=room, wanted=WANTED)
    changes: dict[str, Any] = {"n_max": 2, "price": {"image_out": 24.5}}
    found = providers.adapt(room=room, provider=made, name="gpt-image-2", changes=changes)
    model = providers.model(found, "gpt-image-2")
    assert model.abilities.n_max == 2
    assert model.price
    assert model.price.image_out == 24.5
    again = providers.adapt(room=room, provider=found, name="gpt-image-2", changes=changes)
    assert again.version == found.version == 2
    bare = providers.adapt(room=room, provider=found, name="gpt-image-2", changes={})
    assert bare.overrides == {}
    assert providers.model(bare, "gpt-image-2") == providers.listed_model("openai", "gpt-image-2")


def test_values_of_another_time_do_not_close_the_pages(room: ProviderRoom) -> None:
    made = providers.create(room=room, wanted=WANTED)
    made.overrides = {"gpt-image-2": {"price": {"by_the_dozen": 3}}}
    assert providers.model(made, "gpt-image-2") == providers.listed_model("openai", "gpt-image-2")


def test_what_a_service_refused_can_be_tried_again(room: ProviderRoom) -> None:
    made = providers.create(room=room, wanted=WANTED)
    Provider.objects.update(learned={"gpt-image-2": ["moderation"], "other": ["n"]})
    found = providers.relearn(room=room, provider=made, name="gpt-image-2")
    assert (found.learned, found.version) == ({"other": ["n"]}, 2)
    assert providers.relearn(room=room, provider=made, name="gpt-image-2").version == 2


def test_the_settings_provider_is_not_moved_or_deleted(people: People, settings: Any) -> None:
    settings.OPENAI_API_KEY = KEY
    row = environment.sync()
    assert row
    room = fetch.provider_room(make_user("steve", is_staff=True), "")
    renamed = Settings("Ours", row.preset, row.base_url, tuple(row.offered))
    assert providers.change(room=room, provider=row, wanted=renamed).name == "Ours"
    for wanted in (replace(renamed, key="x"), replace(renamed, base_url="https://a.example")):
        with pytest.raises((PermissionDenied, providers.KeyNeeded)):
            providers.change(room=room, provider=row, wanted=wanted)
    with pytest.raises(PermissionDenied):
        providers.delete(room=room, provider=row)


def test_planning_needs_no_key_and_sending_says_that_it_is_lost(
    people: People, settings: Any
) -> None:
    row = make_provider(people.project)
    name = f"{row.public_id}:gpt-image-2"
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    assert engines.offered(people.project, name).id == name
    groups = engine_menu.menu(people.project)
    assert name in {entry.id for group in groups for entry in group.entries}

    class NoRunner:
        async def run(self, function: str, **arguments: Any) -> dict[str, Any]:
            raise AssertionError(function)

    with pytest.raises(vault.WrongKey) as lost:
        engines.Engines(NoRunner()).engine(name)
    assert (lost.value.execution, lost.value.trouble) == (Execution.NO, Trouble.KEY_REJECTED)
    assert lost.value.code == "key_unreadable"


def test_a_provider_is_locked_before_its_project(room: ProviderRoom) -> None:
    """As in the claim, which would wait in a circle with it otherwise."""
    made = providers.create(room=room, wanted=WANTED)
    with CaptureQueriesContext(connection) as queries:
        providers.switch(room=room, provider=made, on=False)
    asked = [query["sql"] for query in queries if query["sql"].startswith("SELECT")]
    of_provider = next(n for n, sql in enumerate(asked) if 'FROM "editor_provider"' in sql)
    # Where rows are not locked its project is read with the membership alone.
    of_project = next(n for n, sql in enumerate(asked) if 'JOIN "editor_project"' in sql)
    assert of_provider < of_project
