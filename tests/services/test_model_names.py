"""What a model's name means in a project."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from editor.engines.openai.catalog import catalog
from editor.services import model_names
from editor.services.aliases import aliases
from tests.making import make_project, make_provider_row

if TYPE_CHECKING:
    from editor.models import Project, Provider
    from tests.conftest import People

FAR = "2999-01-01"
GONE = "2026-01-01"


def make(project: Project | None, name: str, *offered: str, **fields: Any) -> Provider:
    return make_provider_row(project, name=name, offered=list(offered), **fields)


def meant(project: Project, name: str) -> str:
    return model_names.resolve(project, name).engine_id


@pytest.mark.parametrize("name", ["builtin", "", "  ", *aliases().names])
def test_while_no_provider_is_connected_everything_means_the_builtin_engine(
    people: People, name: str
) -> None:
    found = model_names.resolve(people.project, name)
    assert found.engine_id == "builtin"
    assert found.alias_of == (None if name == "builtin" else "builtin")
    assert found.engine.free


@pytest.mark.parametrize("spelling", ["id", "brush-1", "atelier/brush-1", "Atelier/brush-1"])
def test_an_engine_is_found_by_each_of_its_names(people: People, spelling: str) -> None:
    row = make(people.project, "Atelier", "brush-1")
    own = f"{row.public_id}:brush-1"
    found = model_names.resolve(people.project, own if spelling == "id" else spelling)
    assert found.engine_id == own
    assert found.alias_of == (None if spelling == "id" else own)
    assert (found.label, found.engine.id) == ("brush-1 · Atelier", own)


def test_names_with_slashes_colons_and_spaces_are_found(people: People) -> None:
    row = make(people.project, "Our LiteLLM (test)", "google/gemini-3.1", "flux:12b")
    for name in ("google/gemini-3.1", "our-litellm-test/google/gemini-3.1"):
        assert meant(people.project, name) == f"{row.public_id}:google/gemini-3.1"
    for name in ("flux:12b", f"{row.public_id}:flux:12b"):
        assert meant(people.project, name) == f"{row.public_id}:flux:12b"


def test_the_projects_own_provider_goes_before_the_studios(people: People) -> None:
    shared = make(None, "Everybody", "gpt-image-2")
    own = make(people.project, "Ours", "gpt-image-2")
    make(people.project, "Later", "gpt-image-2")
    assert meant(people.project, "gpt-image-2") == f"{own.public_id}:gpt-image-2"
    assert meant(people.project, "everybody/gpt-image-2") == f"{shared.public_id}:gpt-image-2"


def test_the_builtin_engine_cannot_be_hidden(people: People) -> None:
    make(people.project, "Atelier", "builtin")
    assert meant(people.project, "builtin") == "builtin"
    names = [each.name for each in model_names.listing(people.project)]
    assert names.count("builtin") == 1


def test_a_retired_name_means_what_replaces_it(people: People) -> None:
    row = make(people.project, "Atelier", "brush-1", "gpt-image-2", preset="openai")
    for name in aliases().replaced:
        wanted = "brush-1" if name == "default" else "gpt-image-2"
        assert meant(people.project, name) == f"{row.public_id}:{wanted}"


def test_where_nothing_replaces_it_the_first_model_in_service_does(people: People) -> None:
    overrides = {"old": {"ends": GONE}}
    row = make(people.project, "Atelier", "old", "brush-1", overrides=overrides)
    assert meant(people.project, "dall-e-2") == f"{row.public_id}:brush-1"


def test_a_model_that_is_offered_means_itself_until_its_end(people: People) -> None:
    row = make(people.project, "Atelier", "gpt-image-2", "gpt-image-1.5")
    for ends, wanted in ((FAR, "gpt-image-1.5"), (GONE, "gpt-image-2")):
        row.overrides = {"gpt-image-1.5": {"ends": ends}}
        row.save()
        assert meant(people.project, "gpt-image-1.5") == f"{row.public_id}:{wanted}"
    own = f"{row.public_id}:gpt-image-1.5"
    assert meant(people.project, own) == own


def test_nothing_stands_in_for_a_living_model(people: People) -> None:
    make(people.project, "Atelier", "brush-1")
    with pytest.raises(model_names.UnknownName) as caught:
        model_names.resolve(people.project, "gpt-image-2")
    assert caught.value.there == ("builtin", "brush-1")


def test_what_is_not_here_is_not_found(people: People) -> None:
    theirs = make(make_project(people.sam, "Sam's"), "Theirs", "brush-1")
    gone = make(people.project, "Gone", "brush-2", deleted_at=timezone.now())
    for name in (f"{theirs.public_id}:brush-1", f"{gone.public_id}:brush-2", "brush-1", "\0", ":"):
        with pytest.raises(model_names.UnknownName):
            model_names.resolve(people.project, name)


def test_a_paused_provider_is_no_stranger(people: People) -> None:
    row = make(people.project, "Atelier", "brush-1", is_enabled=False)
    for name in ("brush-1", f"{row.public_id}:brush-1"):
        with pytest.raises(model_names.Paused) as caught:
            model_names.resolve(people.project, name)
        assert (type(caught.value), caught.value.provider) == (model_names.Paused, row)
    assert meant(people.project, "gpt-image-1") == "builtin"


def test_a_rejected_key_is_told(people: People) -> None:
    make(people.project, "Atelier", "brush-1", trouble="key_rejected")
    for name in ("brush-1", "default"):
        with pytest.raises(model_names.KeyRejected):
            model_names.resolve(people.project, name)


def test_who_works_stands_in_for_who_does_not(people: People) -> None:
    make(people.project, "Rejected", "gpt-image-1", "brush-1", trouble="key_rejected")
    make(people.project, "Paused", "gpt-image-1", "brush-1", is_enabled=False)
    row = make(people.project, "Fine", "brush-1")
    for name in ("brush-1", "gpt-image-1", "default"):
        assert meant(people.project, name) == f"{row.public_id}:brush-1"


def test_a_resting_provider_is_still_asked(people: People) -> None:
    soon = timezone.now() + timedelta(minutes=5)
    row = make(people.project, "Resting", "brush-1", open_until=soon)
    assert meant(people.project, "default") == f"{row.public_id}:brush-1"


def test_the_list_holds_engines_then_names(people: People) -> None:
    first = make(people.project, "Atelier", "brush-1", "gpt-image-2")
    second = make(None, "Everybody", "gpt-image-2")
    make(people.project, "Off", "brush-9", is_enabled=False)
    make(people.project, "Rejected", "brush-8", trouble="key_rejected")
    found = {each.name: each.engine_id for each in model_names.listing(people.project)}
    one, two = f"{first.public_id}:gpt-image-2", f"{second.public_id}:gpt-image-2"
    brush = f"{first.public_id}:brush-1"
    assert list(found)[:4] == ["builtin", brush, one, two]
    assert found["brush-1"] == found["default"] == brush
    assert found["gpt-image-2"] == found["atelier/gpt-image-2"] == found["dall-e-2"] == one
    assert found["everybody/gpt-image-2"] == two
    assert not {"atelier/brush-1", "brush-8", "brush-9", "gpt-image-2.5-flare"} & set(found)


def test_whatever_is_listed_can_be_named(people: People) -> None:
    make(people.project, "Atelier", "brush-1", "gpt-image-2")
    make(None, "Everybody", "gpt-image-2", "a/b:c")
    for each in model_names.listing(people.project):
        assert model_names.resolve(people.project, each.name) == each


def test_one_query_however_many(people: People, django_assert_num_queries: Any) -> None:
    def rows(count: int) -> None:
        for number in range(count):
            make(people.project, f"P{number}", *(f"m{each}" for each in range(10)))

    for count in (1, 6):
        rows(count)
        with django_assert_num_queries(1):
            model_names.listing(people.project)
        with django_assert_num_queries(1):
            assert model_names.resolve(people.project, "m7").abilities.n_max


def test_the_table_is_true() -> None:
    """What stands in, and what is living, the catalog knows; no name is both."""
    table = aliases()
    wanted = {model for models in table.replaced.values() for model in models}
    assert wanted | set(table.living) <= set(catalog().models)
    assert not set(table.living) & set(table.replaced)
    offered = set(catalog().presets["openai"].models)
    assert offered <= set(table.names)
