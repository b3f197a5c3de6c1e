"""Passkeys: adding, naming, removing, signing in with one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from allauth.mfa.models import Authenticator
from bs4 import BeautifulSoup
from django.test import Client

from tests.authenticator import FLAG, Device
from tests.making import PASSWORD, make_user

if TYPE_CHECKING:
    from editor.models import User

pytestmark = pytest.mark.django_db

HOME, ADD, LOGIN = "/accounts/two-step/", "/accounts/passkeys/add/", "/accounts/passkeys/login/"
STEP, CODES = "/accounts/two-step/login/", "/accounts/two-step/codes/"
CONFIRM = "/accounts/passkeys/confirm/"


def at_localhost() -> Client:
    return Client(SERVER_NAME="localhost")


@pytest.fixture
def olga() -> User:
    return make_user("olga")


@pytest.fixture
def client(olga: User) -> Client:
    """Olga at localhost, who has just proved to be herself."""
    client = at_localhost()
    sign_in(client)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client


def sign_in(client: Client) -> Any:
    data = {"login": "olga@example.test", "password": PASSWORD}
    return client.post("/accounts/login/", data)


def options(page: Any) -> dict[str, Any]:
    script = BeautifulSoup(page.content, "html.parser").find(id="passkey-options")
    assert script
    return dict(json.loads(script.get_text()))


def add(client: Client, device: Device, name: str = "My phone") -> Any:
    credential = device.create(options(client.get(ADD)))
    return client.post(ADD, {"name": name, "credential": credential})


def ask(client: Client) -> dict[str, Any]:
    question = client.get(LOGIN, headers={"Accept": "application/json"}).json()
    return dict(question["request_options"])


def test_a_passkey_is_added_and_codes_come_with_it(client: Client) -> None:
    assert add(client, Device()).headers["Location"] == CODES
    page = client.get(HOME).content.decode()
    assert "My phone" in page
    assert "not used yet" in page


def test_adding_asks_for_the_password_first(olga: User) -> None:
    client = at_localhost()
    client.force_login(olga)
    assert client.get(ADD).headers["Location"].startswith("/accounts/reauthenticate/?next=")


def test_a_passkey_without_a_name_gets_one(client: Client) -> None:
    add(client, Device(), name="")
    assert "Passkey 1" in client.get(HOME).content.decode()


def test_a_passkey_signs_in_by_itself_and_goes_on(client: Client) -> None:
    device = Device()
    add(client, device)
    visitor = at_localhost()
    data = {"credential": device.get(ask(visitor)), "next": "/?new=1"}
    assert visitor.post(LOGIN, data).headers["Location"] == "/?new=1"
    assert visitor.get("/").status_code == 200


def test_a_device_that_did_not_check_its_owner_is_refused(client: Client) -> None:
    device = Device()
    add(client, device)
    visitor = at_localhost()
    data = {"credential": device.get(ask(visitor), flags=FLAG.UP)}
    assert visitor.post(LOGIN, data).headers["Location"] == "/accounts/login/"
    assert "This code is wrong" in visitor.get("/accounts/login/").content.decode()


RESPONSE = {"clientDataJSON": "e30", "authenticatorData": "AA", "signature": "AA"}
WHOLE = {"id": "AA", "rawId": "AA", "type": "public-key", "response": RESPONSE}
NONSENSE = [
    *("", "null", "[]", '"text"', "{", "[" * 5000, '{"id": 1}', '{"id": "a", "rawId": "b"}'),
    json.dumps(WHOLE),
    json.dumps(WHOLE | {"response": None}),
    json.dumps(WHOLE | {"response": RESPONSE | {"userHandle": 7}}),
    json.dumps(WHOLE | {"response": RESPONSE | {"clientDataJSON": "_w"}}),
    json.dumps(WHOLE | {"response": {"clientDataJSON": "e30", "attestationObject": "oA"}}),
    json.dumps(WHOLE | {"response": {"clientDataJSON": "e30", "attestationObject": "_w"}}),
    json.dumps(WHOLE | {"clientExtensionResults": 7}),
]


@pytest.mark.parametrize("credential", NONSENSE)
def test_nonsense_signs_nobody_in(olga: User, credential: str) -> None:
    visitor = at_localhost()
    ask(visitor)
    response = visitor.post(LOGIN, {"credential": credential})
    assert response.headers["Location"] == "/accounts/login/"


@pytest.mark.parametrize("credential", NONSENSE)
def test_nonsense_is_not_kept_as_a_passkey(client: Client, credential: str) -> None:
    client.get(ADD)
    response = client.post(ADD, {"name": "Nonsense", "credential": credential})
    assert response.status_code == 422
    assert not Authenticator.objects.exists()


@pytest.mark.parametrize("credential", NONSENSE)
def test_nonsense_is_no_second_step(client: Client, credential: str) -> None:
    add(client, Device())
    visitor = at_localhost()
    sign_in(visitor)
    visitor.get(STEP)
    assert visitor.post(STEP, {"credential": credential}).status_code == 422


def test_an_answer_counts_once(client: Client) -> None:
    device = Device()
    add(client, device)
    visitor = at_localhost()
    data = {"credential": device.get(ask(visitor))}
    visitor.post(LOGIN, data)
    visitor.post("/accounts/logout/")
    assert visitor.post(LOGIN, data).headers["Location"] == "/accounts/login/"


def test_the_password_alone_is_not_enough_any_more(client: Client) -> None:
    device = Device()
    add(client, device)
    visitor = at_localhost()
    assert sign_in(visitor).headers["Location"] == STEP
    credential = device.get(options(visitor.get(STEP)))
    assert visitor.post(STEP, {"credential": credential}).headers["Location"] == "/"
    assert visitor.get("/").status_code == 200


def test_somebody_elses_passkey_is_no_second_step(client: Client) -> None:
    add(client, Device())
    visitor = at_localhost()
    sign_in(visitor)
    credential = Device().get(options(visitor.get(STEP)))
    response = visitor.post(STEP, {"credential": credential})
    assert response.status_code == 422
    assert "This code is wrong" in response.content.decode()


def test_a_passkey_stands_in_for_the_password(client: Client) -> None:
    device = Device()
    add(client, device)
    credential = device.get(options(client.get(CONFIRM)))
    data = {"credential": credential, "next": HOME}
    assert client.post(CONFIRM, data).headers["Location"] == HOME


def test_renaming_and_removing(client: Client) -> None:
    add(client, Device())
    passkey = Authenticator.objects.get(type="webauthn")
    rename = f"/accounts/passkeys/{passkey.pk}/rename/"
    assert client.post(rename, {"name": ""}).status_code == 422
    assert client.post(rename, {"name": "Key ring"}).headers["Location"] == HOME
    remove = f"/accounts/passkeys/{passkey.pk}/remove/"
    assert "Remove “Key ring”?" in client.get(remove).content.decode()
    assert client.post(remove).headers["Location"] == HOME
    assert not Authenticator.objects.exists()


@pytest.mark.parametrize("action", ["rename", "remove"])
def test_somebody_elses_passkey_is_not_found(client: Client, action: str) -> None:
    foreign = Authenticator.objects.create(
        user=make_user("emil"), type="webauthn", data={"name": "Emil's"}
    )
    url = f"/accounts/passkeys/{foreign.pk}/{action}/"
    assert client.get(url).status_code == 404
    assert client.post(url, {"name": "Mine"}).status_code == 404
    assert Authenticator.objects.get(pk=foreign.pk).data == {"name": "Emil's"}


@pytest.mark.parametrize(
    ("host", "secure", "words"),
    [
        ("localhost", False, "Add a passkey"),
        ("testserver", True, "Add a passkey"),
        ("127.0.0.1", False, "http://localhost/accounts/two-step/"),
        ("testserver", False, "begins with https://"),
        ("127.0.0.1", True, "https://localhost/accounts/two-step/"),
    ],
)
def test_they_are_offered_where_browsers_have_them(
    olga: User, host: str, secure: bool, words: str
) -> None:
    client = Client(SERVER_NAME=host)
    client.force_login(olga)
    page = client.get(HOME, secure=secure).content.decode()
    found = [text for text in ("Add a passkey", "localhost/acc", "begins with") if text in page]
    assert words in page
    assert len(found) == 1
    visitor = Client(SERVER_NAME=host).get("/accounts/login/", secure=secure).content.decode()
    assert ("Sign in with a passkey" in visitor) is (words == "Add a passkey")
