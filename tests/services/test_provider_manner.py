"""What a provider's owner changed of its manner is what leaves, and what is let in."""

from __future__ import annotations

import asyncio
import io
import json
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from typing import TYPE_CHECKING, Any

import httpx
import numpy as np
import pytest
from django.utils import timezone
from PIL import Image

from editor.access import fetch
from editor.engines.openai import download
from editor.engines.openai.probe import Findings, probe
from editor.models import Activity, Provider
from editor.services import probe_texts, provider_manner, providers
from tests.engines.openai.pictures import b64
from tests.engines.openai.setting import Inline
from tests.making import make_provider

if TYPE_CHECKING:
    from editor.access.fetch import ProviderRoom
    from tests.conftest import People

MODEL = "our-own-model"


@dataclass
class Service:
    """A service that reads masks by their colours, black for what is to change, and keeps requests."""

    seen: list[httpx.Request] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(request)
        parts = self.parts
        if "image" not in parts or "mask" not in parts:
            return httpx.Response(400, json={"error": {"message": "no mask"}})
        image = np.asarray(_opened(parts["image"]).convert("RGB")).copy()
        image[np.asarray(_opened(parts["mask"]).convert("RGB"))[..., 0] < 128] = (255, 0, 0)
        out = io.BytesIO()
        Image.fromarray(image).save(out, "PNG")
        return httpx.Response(200, json={"data": [{"b64_json": b64(out.getvalue())}]})

    @property
    def parts(self) -> dict[str, bytes]:
        """The last form that came, by the names of its fields."""
        request = self.seen[-1]
        kind = request.headers["content-type"]
        if kind == "application/json":
            return {name: json.dumps(value).encode() for name, value in self.json.items()}
        body = b"content-type: " + kind.encode() + b"\r\n\r\n" + request.content
        found: Any = BytesParser(policy=HTTP).parsebytes(body).iter_parts()
        return {
            part.get_param("name", header="content-disposition"): part.get_payload(decode=True)
            for part in found
        }

    @property
    def json(self) -> dict[str, Any]:
        """The last document that came."""
        found: dict[str, Any] = json.loads(self.seen[-1].content)
        return found


def _opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


@pytest.fixture
def row(people: People) -> Provider:
    return make_provider(
        people.project, preset="generic", offered=[MODEL, "other"], base_url="https://relay.test/v1"
    )


@pytest.fixture
def room(people: People) -> ProviderRoom:
    return fetch.provider_room(people.olga, people.project.slug)


def ask(row: Provider, service: Service) -> Findings:
    """One edit that really goes through planning, encoding and the wire."""
    config = providers.config(Provider.objects.get(pk=row.pk))
    transport = httpx.MockTransport(service)
    return asyncio.run(probe(config, MODEL, runner=Inline(), transport=lambda: transport))


def asked_with(room: ProviderRoom, row: Provider, **changes: Any) -> Service:
    provider_manner.change(room=room, provider=row, changes=changes)
    service = Service()
    ask(row, service)
    return service


def test_unchanged_it_is_asked_as_the_preset_says(row: Provider) -> None:
    service = Service()
    ask(row, service)
    assert str(service.seen[-1].url) == "https://relay.test/v1/images/edits"
    assert set(service.parts) == {"prompt", "model", "quality", "image", "mask"}
    assert _opened(service.parts["mask"]).mode == "RGBA"


@pytest.mark.parametrize(("polarity", "left", "right"), [("white", 0, 255), ("black", 255, 0)])
def test_another_polarity_changes_the_mask_that_leaves(
    room: ProviderRoom, row: Provider, polarity: str, left: int, right: int
) -> None:
    mask = _opened(asked_with(room, row, mask=polarity).parts["mask"])
    assert mask.mode == "L"
    assert (mask.getpixel((5, 5)), mask.getpixel((mask.width - 5, 5))) == (left, right)


def test_other_names_change_the_fields_that_leave(room: ProviderRoom, row: Provider) -> None:
    service = asked_with(
        room,
        row,
        mask_field="mask_image",
        extra={"response_format": "url"},
        fields=[],
        names_model=False,
    )
    assert set(service.parts) == {"prompt", "image", "mask_image", "response_format"}


def test_without_a_mask_none_leaves(room: ProviderRoom, row: Provider) -> None:
    service = asked_with(room, row, mask="none")
    assert set(service.parts) == {"prompt", "model", "quality", "image"}


def test_json_leaves_in_the_place_of_a_form(room: ProviderRoom, row: Provider) -> None:
    service = asked_with(room, row, transport="xai", mask="none")
    assert set(service.json) == {"prompt", "model", "quality", "image"}


def test_another_path_query_and_key_lead_elsewhere_at_the_same_host(
    room: ProviderRoom, row: Provider
) -> None:
    service = asked_with(
        room, row, root="/api/v2", path="/m/{model}/edit", query={"v": "2"}, auth="api-key"
    )
    request = service.seen[-1]
    assert str(request.url) == "https://relay.test/v1/m/our-own-model/edit?v=2"
    assert "api-key" in request.headers
    assert "authorization" not in request.headers


def test_limits_hold(room: ProviderRoom, row: Provider) -> None:
    service = asked_with(room, row, max_pixels=100_000)
    width, height = _opened(service.parts["image"]).size
    assert width * height <= 100_000
    assert "error" in ask_limited(room, row)


def ask_limited(room: ProviderRoom, row: Provider) -> Findings:
    provider_manner.change(room=room, provider=row, changes={"max_bytes": 100_000})
    service = Service()
    found = ask(row, service)
    assert service.seen == []
    return found


def test_results_are_fetched_from_hosts_that_are_named(room: ProviderRoom, row: Provider) -> None:
    def allowed(host: str) -> bool:
        return download.allowed(host, providers.config(Provider.objects.get(pk=row.pk)))

    assert allowed("anywhere.example")
    provider_manner.change(room=room, provider=row, changes={"result_hosts": ["cdn.example.com"]})
    hosts = ("relay.test", "cdn.example.com", "a.cdn.example.com", "example.com", "evil.example")
    assert [allowed(host) for host in hosts] == [True, True, True, False, False]
    provider_manner.change(room=room, provider=row, changes={"result_hosts": []})
    assert [allowed(host) for host in hosts] == [True, False, False, False, False]


@pytest.mark.parametrize(
    "changes",
    [
        {"mask": "grey"},
        {"perfume": "rose"},
        {"max_images": 0},
        {"max_images": True},
        {"jpeg": "yes"},
        {"path": "edits"},
        {"path": 7},
        {"query": ["a"]},
        {"extra": {"n": "10"}},
        {"extra": {"size": "1x1"}},
        {"extra": {"a": 1}},
        {"fields": "n"},
        {"fields": ["prompt"]},
        {"result_hosts": "*"},
        {"result_hosts": ["https://a.example"]},
        {"aspects": ["wide"]},
        {"size_mode": "aspect"},
        {"transport": "openrouter"},
        {"sizes": {"listed": []}, "size_mode": "size"},
        {"sizes": {"max_ratio": 0.5}},
        {"timeouts": {"lunch": 5}},
        {"mask_field": "user"},
        {"user_field": "model"},
    ],
)
def test_what_makes_no_sense_is_refused_by_its_name(
    room: ProviderRoom, row: Provider, changes: dict[str, Any]
) -> None:
    with pytest.raises(ValueError, match=r"[a-z_]+: "):
        provider_manner.change(room=room, provider=row, changes=changes)
    row.refresh_from_db()
    assert (row.manner, row.version) == ({}, 1)
    assert not Activity.objects.filter(kind="provider.manner_changed").exists()


def test_saying_the_same_again_writes_nothing(room: ProviderRoom, row: Provider) -> None:
    for _time in range(2):
        provider_manner.change(room=room, provider=row, changes={"mask": "white"})
    row.refresh_from_db()
    assert row.version == 2
    provider_manner.change(room=room, provider=row, changes={"mask": "white", "fields": None})
    record = Activity.objects.filter(kind="provider.manner_changed").latest("pk")
    assert record.detail["fields"] == ["fields"]


def keep(row: Provider, **tests: Findings) -> Provider:
    at = timezone.now()
    found = {name: {"at": at.isoformat(), **one} for name, one in tests.items()}
    Provider.objects.filter(pk=row.pk).update(probe=found, probed_at=at, offered=list(found))
    return Provider.objects.get(pk=row.pk)


def test_a_mask_that_is_read_the_other_way_round_is_mended_by_one_click(
    room: ProviderRoom, row: Provider
) -> None:
    service = Service()
    found = ask(row, service)
    assert (found["mask"], found["polarity"]) == ("inverted", "alpha")
    (test,) = probe_texts.tested(keep(row, model=found))
    assert (test.polarity, test.button) == ("black", "Use this polarity: black changes")
    provider_manner.send_masks_as(room=room, provider=row, polarity=test.polarity)
    found = ask(row, service)
    assert (found["mask"], found["polarity"]) == ("obeyed", "black")
    (test,) = probe_texts.tested(keep(row, model=found))
    assert test.polarity == ""
    assert any("It was black in the mask." in one.means for one in test.findings)


def test_no_polarity_is_offered_that_another_model_would_suffer_from(row: Provider) -> None:
    wrong: Findings = {"mask": "inverted", "polarity": "alpha"}
    right: Findings = {"mask": "obeyed", "polarity": "alpha"}
    for tests, offered in (
        ({"a": wrong}, ["black"]),
        ({"a": wrong, "b": wrong}, ["black", "black"]),
        ({"a": wrong, "b": right}, ["", ""]),
        ({"a": right}, [""]),
        ({"a": Findings(mask="ignored")}, [""]),
        ({"a": Findings(mask="inverted")}, ["black"]),
        ({"a": Findings(mask="inverted", polarity="white")}, [""]),
    ):
        kept = keep(row, **tests)
        assert [provider_manner.better_polarity(kept, name) for name in tests] == offered


def test_a_mask_that_has_no_place_is_not_turned(room: ProviderRoom, row: Provider) -> None:
    provider_manner.change(room=room, provider=row, changes={"transport": "xai", "mask": "none"})
    with pytest.raises(ValueError, match="mask"):
        provider_manner.send_masks_as(room=room, provider=row, polarity="black")
