"""The fake provider writes down what it received, and fails exactly as it was told to."""

from __future__ import annotations

import hashlib
import json
import socket
from urllib.parse import urlsplit

import httpx
import pytest

from tests.faults.asking import (
    JPEG,
    MASK,
    PROMPT,
    SIZE,
    TINY,
    ask,
    picture,
    quick,
)
from tests.faults.fake import Fake, deaf_port, fake_provider, refused_port
from tests.faults.fake_provider.faults import FAULTS, Stage

# Faults that never come to an end by themselves; those that drip do so once a second here.
ENDLESS = {"silence", "stall", "stall-upload", "slowloris", "slow-head", "endless-chunks", "huge",
           "sse-silent", "sse-pings-only", "sse-endless-line"}  # fmt: skip
DRIPS = {"slowloris", "slow-head", "sse-pings-only"}


# The ledger


def test_the_ledger_says_what_came(fake: Fake, client: httpx.Client) -> None:
    ask(fake.base_url, client, user="u1")
    (line,) = fake.ledger()
    assert (line["token"], line["charged"], line["answer"]) == ("token-1", True, "edit")
    assert (line["model"], line["prompt"]) == ("gpt-image-2", PROMPT)
    assert line["fields"]["user"] == "u1"
    assert line["images"][0]["sha256"] == hashlib.sha256(JPEG[1]).hexdigest()
    assert line["mask"]["bytes"] == len(MASK[1])
    assert fake.executions("token-1") == [line]
    assert fake.executions("token-2") == []


@pytest.mark.parametrize("spec", ["reset-on-accept", "reset-upload:0.5", "early-answer"])
def test_what_did_not_come_whole_is_not_in_it(fake: Fake, client: httpx.Client, spec: str) -> None:
    large = ("a.png", bytes(8_000_000), "image/png")
    try:
        response = ask(fake.failing(spec), client, files=[("image", large)])
    except httpx.TransportError:
        pass
    else:
        assert (spec, response.status_code) == ("early-answer", 413)
    assert fake.ledger() == []


# How faults are ordered


def test_a_queue_of_faults(fake: Fake, client: httpx.Client) -> None:
    fake.script(next=["429-retry-after:7", "500*2", "ok", "html"])
    answers = [quick(fake.base_url, client) for _turn in range(6)]
    assert [answer.status_code for answer in answers] == [429, 500, 500, 200, 200, 200]
    assert answers[0].headers["retry-after"] == "7"
    assert answers[4].headers["content-type"] == "text/html"
    assert answers[5].json()["data"]


def test_a_fault_in_the_prompt_and_one_in_the_path(fake: Fake, client: httpx.Client) -> None:
    prompt = f"{PROMPT} [[fault:503*1]]"
    assert [quick(fake.base_url, client, prompt=prompt).status_code for _turn in range(2)] == [
        *(503, 200)
    ]
    assert quick(fake.failing("409"), client).status_code == 409
    with pytest.raises(ValueError, match="no such fault"):
        fake.script(next=["nonsense"])


def test_an_unknown_parameter_can_be_left_out(fake: Fake, client: httpx.Client) -> None:
    base = fake.failing("unknown-parameter:quality")
    refused = quick(base, client)
    assert refused.json()["error"]["param"] == "quality"
    assert quick(base, client, quality=None).status_code == 200
    assert len(fake.executions()) == 1


@pytest.mark.parametrize(
    ("argument", "expected"),
    [("0", "0"), ("-5", "-5"), ("1000000000", "1000000000"), ("soon", "soon"), ("date+9", "GMT")],
)
def test_every_kind_of_retry_after(
    fake: Fake, client: httpx.Client, argument: str, expected: str
) -> None:
    response = quick(fake.failing(f"429-retry-after:{argument}"), client)
    assert response.headers["retry-after"].endswith(expected)


# Faults of every kind


def test_every_fault_has_a_line() -> None:
    assert len(FAULTS) >= 100
    assert not [fault.name for fault in FAULTS.values() if not fault.line.endswith((".", ")"))]
    assert not ENDLESS - set(FAULTS)


@pytest.mark.parametrize(
    "name", [fault.name for fault in FAULTS.values() if fault.stage != Stage.UPLOAD]
)
def test_every_fault_happens_once_and_is_written_down(
    fake: Fake, client: httpx.Client, name: str
) -> None:
    """Whatever it does, it does it soon, and the ledger says that, and whether it is charged."""
    fields = {"stream": "true", "partial_images": "1"} if name.startswith("sse-") else {}
    spec, read = f"{name}:1" if name in DRIPS else name, 0
    try:
        with client.stream(
            "POST",
            f"{fake.failing(spec)}/images/edits",
            data={"model": "quick-image", "prompt": PROMPT, "quality": "low", **fields},
            files=[("image", TINY)],
            timeout=0.5 if name in ENDLESS else 20,
        ) as response:
            for piece in response.iter_raw():
                read += len(piece)
                if name in ENDLESS and read > 4_000_000:
                    break
    except httpx.TransportError:
        assert name in ENDLESS | {"close", "reset", "eof", "bad-chunk", "cut-chunks",
            "many-headers", "huge-header", "no-http", "bad-length", "two-lengths", "sse-closes",
            "sse-resets"}  # fmt: skip
    (line,) = fake.ledger()
    assert (line["answer"], line["charged"]) == (name, FAULTS[name].charged)


def test_a_redirect_leads_to_a_canary(fake: Fake, client: httpx.Client) -> None:
    response = quick(fake.failing("307"), client)
    assert (response.status_code, fake.ledger("canary")) == (307, [])
    assert urlsplit(response.headers["location"]).netloc == urlsplit(fake.elsewhere).netloc
    client.get(response.headers["location"])
    (visit,) = fake.ledger("canary")
    assert (visit["path"], visit["with_key"]) == ("/canary/307", True)


def test_results_elsewhere_are_fetched_once(fake: Fake, client: httpx.Client) -> None:
    address = quick(fake.failing("url-elsewhere"), client).json()["data"][0]["url"]
    assert address.startswith(fake.elsewhere)
    assert [client.get(address).status_code for _turn in range(2)] == [200, 404]
    assert [visit["with_key"] for visit in fake.ledger("download")] == [True, True]


def test_a_flaky_result_comes_in_the_end(fake: Fake, client: httpx.Client) -> None:
    address = quick(fake.failing("url-flaky"), client).json()["data"][0]["url"]
    assert [client.get(address).status_code for _turn in range(3)] == [503, 503, 200]


def test_tls_is_met_with_plain_text(fake: Fake) -> None:
    with pytest.raises(httpx.ConnectError):
        httpx.get(fake.home.replace("http:", "https:"), trust_env=False)


def test_dead_ports(fake: Fake) -> None:
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", refused_port()))
    with deaf_port() as port, pytest.raises(TimeoutError):
        socket.create_connection(("127.0.0.1", port), timeout=0.2)


def test_raw_bytes_of_a_chunked_request(fake: Fake) -> None:
    """A body without a length is read to its last chunk; two requests share a connection."""
    body = json.dumps({"model": "gpt-image-2"}).encode()
    head = (
        b"POST /v1/images/edits HTTP/1.1\r\nhost: x\r\nauthorization: Bearer k\r\n"
        b"content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n"
    )
    request = head + b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
    where = urlsplit(fake.home)
    with socket.create_connection((where.hostname, where.port), timeout=5) as connection:
        connection.sendall(request + request)
        received = b""
        while received.count(b"missing_required_parameter") < 2:
            received += connection.recv(65536)
    assert received.count(b"HTTP/1.1 400") == 2
    assert len(fake.ledger()) == 2


def test_a_canned_answer_has_the_size_asked_for(client: httpx.Client) -> None:
    with fake_provider(canned=1_500_000) as canned:
        response = ask(canned.base_url, client)
        assert len(response.content) == pytest.approx(1_500_000, rel=0.02)
        assert picture(response.json()["data"][0]["b64_json"]).size == SIZE
        assert len(canned.executions("token-1")) == 1
