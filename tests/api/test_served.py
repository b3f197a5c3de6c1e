"""What a client reads of a model that it cannot have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from editor.api import served
from editor.api.errors import ApiError
from tests.making import make_provider_row

if TYPE_CHECKING:
    from tests.conftest import People


def refused(people: People, name: str) -> ApiError:
    with pytest.raises(ApiError) as caught:
        served.resolve(people.project, name)
    assert caught.value.param == "model"
    return caught.value


def test_what_is_there_is_found(people: People, django_assert_num_queries: Any) -> None:
    row = make_provider_row(people.project)
    with django_assert_num_queries(1):
        assert served.resolve(people.project, "brush-1").engine_id == f"{row.public_id}:brush-1"


def test_what_is_not_there_is_told_with_what_is(people: People) -> None:
    make_provider_row(people.project, offered=[f"m{number}" for number in range(60)])
    error = refused(people, "x" * 500)
    assert (error.status, error.code) == (404, "model_not_found")
    assert f"no model named '{'x' * 100}'. It has: builtin, m0, m1" in error.message
    assert "m9" not in error.message


@pytest.mark.parametrize(
    ("fields", "code", "text"),
    [
        ({"is_enabled": False}, "provider_paused", "Atelier is paused. "),
        ({"trouble": "key_rejected"}, "provider_key_rejected", "Atelier rejects its key. "),
    ],
)
def test_a_provider_that_is_not_to_be_asked_is_forbidden(
    people: People, fields: dict[str, Any], code: str, text: str
) -> None:
    make_provider_row(people.project, **fields)
    error = refused(people, "brush-1")
    assert (error.status, error.code) == (403, code)
    assert error.message.startswith(text)
