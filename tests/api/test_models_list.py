"""The list of models, as tools read it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from editor.api import models_list
from editor.api.errors import ApiError
from tests.api.calling import make_caller
from tests.making import make_provider_row

if TYPE_CHECKING:
    from editor.models import Project
    from tests.conftest import People

FIELDS = {"id", "object", "created", "owned_by", "shutdown_date", "pentimento"}


def found(project: Project) -> dict[str, dict[str, Any]]:
    answer = models_list.listed(project)
    assert answer["object"] == "list"
    return {each["id"]: each for each in answer["data"]}


def test_without_a_provider_the_list_says_who_really_answers(people: People) -> None:
    models = found(people.project)
    assert set(models["builtin"]) == FIELDS
    assert models["gpt-image-1"]["pentimento"] == {
        "engine": "builtin",
        "label": "Built-in",
        "alias_of": "builtin",
        "free": True,
    }
    assert models["builtin"]["pentimento"]["alias_of"] is None
    assert {each["owned_by"] for each in models.values()} == {"pentimento"}
    assert {each["object"] for each in models.values()} == {"model"}


def test_with_one_an_alias_names_its_model(people: People) -> None:
    row = make_provider_row(people.project, name="Paint & Co", offered=["gpt-image-2"])
    row.overrides = {"gpt-image-2": {"ends": "2030-01-31"}}
    row.save()
    one = found(people.project)["dall-e-2"]
    assert one["created"] == int(row.created_at.timestamp())
    assert (one["owned_by"], one["shutdown_date"]) == ("Paint & Co", "2030-01-31")
    assert one["pentimento"] == {
        "engine": f"{row.public_id}:gpt-image-2",
        "label": "GPT Image 2 · Paint & Co",
        "alias_of": f"{row.public_id}:gpt-image-2",
        "free": False,
    }


def test_one_model_is_the_same_as_in_the_list(people: People) -> None:
    make_provider_row(people.project, offered=["a/b:c"])
    for name, wanted in found(people.project).items():
        assert models_list.described(people.project, name) == wanted


def test_an_unknown_one_is_not_found(people: People) -> None:
    with pytest.raises(ApiError) as caught:
        models_list.described(people.project, "gpt-9")
    assert caught.value.to_json()["error"]["code"] == "model_not_found"


def test_no_more_queries_for_more_models(people: People, django_assert_num_queries: Any) -> None:
    for number in range(6):
        make_provider_row(people.project, name=f"P{number}", offered=[f"m{n}" for n in range(10)])
    with django_assert_num_queries(1):
        models_list.listed(people.project)


@pytest.mark.django_db(transaction=True)
def test_the_views_answer_for_the_keys_project(people: People) -> None:
    caller = make_caller(people)
    assert caller.get("/v1/models").json() == models_list.listed(people.project)
    assert caller.get("/v1/models/gpt-image-2").json()["id"] == "gpt-image-2"
    assert caller.get("/v1/models/a%2Fb:c").status == 404
