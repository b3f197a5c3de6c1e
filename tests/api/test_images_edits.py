"""One call from its body to its pictures."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from PIL import Image, ImageChops

from editor.models import Edit, State
from tests.api.calling import make_caller
from tests.api.studio import (
    BOX,
    edited,
    form,
    opened,
    picture,
)

if TYPE_CHECKING:
    from tests.api.calling import Caller
    from tests.conftest import People

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def caller(people: People) -> Caller:
    return make_caller(people)


def test_a_masked_edit_comes_back_in_its_own_size_and_changes_the_mask_alone(
    caller: Caller,
) -> None:
    came = edited(caller, form())
    document = came.json()
    assert (came.status, came.headers["content-type"]) == (200, "application/json")
    assert int(came.headers["content-length"]) == len(came.body)
    assert came.headers["x-request-id"].startswith("req_")
    edit = Edit.objects.get()
    assert (came.edit, edit.api_key, edit.state) == (edit.public_id, caller.key, State.SUCCEEDED)
    assert document["created"] == int(edit.created_at.timestamp())
    assert [document[name] for name in ("size", "quality", "background", "output_format")] == [
        *("80x60", "high", "opaque", "png")
    ]
    after, before = opened(came), Image.open(io.BytesIO(picture()))
    boxes = [ImageChops.difference(after, before).getbbox()]
    assert (after.format, after.size, boxes) == ("PNG", (80, 60), [BOX])


def test_the_built_in_engine_counts_nothing(caller: Caller) -> None:
    usage = edited(caller, form()).json()["usage"]
    nothing = {"text_tokens": 0, "image_tokens": 0}
    assert usage == {
        **dict.fromkeys(("input_tokens", "output_tokens", "total_tokens"), 0),
        "input_tokens_details": nothing,
        "output_tokens_details": nothing,
    }
