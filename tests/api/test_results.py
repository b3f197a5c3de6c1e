"""Addresses of results: for an hour, without a key."""

from __future__ import annotations

import base64
import io
from dataclasses import astuple
from typing import TYPE_CHECKING, Any

import pytest
from django.core import signing
from django.utils import timezone
from PIL import Image

from editor.api import addresses
from editor.models import Picture, Project
from tests.api.calling import Came, call
from tests.api.studio import edited, form

if TYPE_CHECKING:
    from tests.api.calling import Caller
    from tests.conftest import People

pytestmark = pytest.mark.django_db(transaction=True)


def address(caller: Caller, **fields: Any) -> str:
    came = edited(caller, form(response_format="url", **fields))
    (entry,) = came.json()["data"]
    assert set(entry) == {"url"}
    return str(entry["url"])


def fetch(url: str, method: str = "GET") -> Came:
    return call(method, url.removeprefix("http://testserver"))


def closed(came: Came) -> None:
    assert came.told == (404, "result_expired", None)
    assert came.headers["content-type"] == "application/json"


def test_an_address_is_whole_and_opens_without_a_key(caller: Caller) -> None:
    url = address(caller, size="40x30", output_format="jpeg", output_compression="60")
    assert url.startswith("http://testserver/v1/images/results/")
    came = fetch(url)
    assert (came.status, came.headers["content-type"]) == (200, "image/jpeg")
    found = Image.open(io.BytesIO(came.body))
    assert (found.format, found.size) == ("JPEG", (40, 30))
    assert came.headers["cross-origin-resource-policy"] == "cross-origin"
    assert came.headers["x-content-type-options"] == "nosniff"
    assert fetch(url, "HEAD").status == 200
    assert fetch(url, "POST").told == (405, "method_not_allowed", None)


def test_it_is_the_same_picture_as_in_base64(caller: Caller) -> None:
    direct = edited(caller, form()).json()["data"][0]["b64_json"]
    assert fetch(address(caller)).body == base64.b64decode(direct)


def test_it_names_the_host_that_was_called(caller: Caller, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["studio.example"]
    settings.BASE_URL = "https://base.example"
    mine = edited(caller, form(response_format="url"), host="studio.example").json()
    other = edited(caller, form(response_format="url"), host="evil.example").json()
    assert mine["data"][0]["url"].startswith("http://studio.example/v1/")
    assert other["data"][0]["url"].startswith("https://base.example/v1/")


def test_it_closes_after_an_hour(caller: Caller, settings: Any) -> None:
    wanted = addresses.opened(address(caller).rsplit("/", 1)[-1])
    for age, opens in ((3590, True), (3610, False)):
        token = _aged(wanted, age)
        came = fetch(f"/v1/images/results/{token}")
        assert (came.status == 200) is opens
        if not opens:
            closed(came)


def _aged(wanted: addresses.Wanted, seconds: int) -> str:
    """A token as it was made so long ago."""

    class Past(signing.TimestampSigner):
        def timestamp(self) -> str:
            return signing.b62_encode(int(timezone.now().timestamp()) - seconds)

    return Past(salt=addresses.SALT).sign_object(astuple(wanted))


@pytest.mark.parametrize("token", ["x", "a:b:c", "é", "x" * 5000, "%2e%2e"])
def test_what_we_never_gave_out_opens_nothing(db: None, token: str) -> None:
    closed(fetch(f"/v1/images/results/{token}"))


def test_a_token_of_another_use_opens_nothing(caller: Caller) -> None:
    address(caller)
    picture = Picture.objects.get(kind="patch")
    closed(fetch("/v1/images/results/" + signing.dumps([picture.public_id, "png", [1, 1], None])))


def test_it_closes_with_the_picture(people: People, caller: Caller) -> None:
    url = address(caller)
    Picture.objects.filter(kind="patch").update(trashed_at=timezone.now())
    closed(fetch(url))
    Picture.objects.update(trashed_at=None)
    assert fetch(url).status == 200
    Project.objects.update(deleted_at=timezone.now())
    closed(fetch(url))
    Project.objects.update(deleted_at=None)
    Picture.objects.filter(kind="patch").delete()
    closed(fetch(url))
