"""How a provider is asked: the preset's words beside those of its owner."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from bs4 import BeautifulSoup
from django.utils import timezone

from editor.engines.openai.catalog import catalog
from editor.engines.openai.manner import Manner
from editor.models import Activity, Provider, ProviderSource
from editor.services import provider_manner, providers
from tests.making import make_provider, make_user

if TYPE_CHECKING:
    from django.test import Client

    from tests.conftest import People

type Values = dict[str, str | list[str]]
PRESETS = sorted(catalog().presets)


@pytest.fixture
def row(people: People) -> Provider:
    return make_provider(people.project, preset="vllm-omni")


@pytest.fixture
def olga(client: Client, people: People) -> Client:
    client.force_login(people.olga)
    return client


def url(row: Provider) -> str:
    scope = f"/p/{row.project.slug}" if row.project else ""
    return f"{scope}/providers/{row.public_id}/manner/"


def page(client: Client, row: Provider) -> BeautifulSoup:
    return BeautifulSoup(client.get(url(row)).content, "html.parser")


def shown(client: Client, row: Provider) -> Values:
    """The form's values as the page shows them, ready to be sent back."""
    form = page(client, row).select("main form")[0]
    values: Values = {}
    for field in form.select("input[name]:not([type=hidden])"):
        if field.get("type") != "checkbox":
            values[str(field["name"])] = str(field.get("value", ""))
        elif field.has_attr("checked"):
            have = values.setdefault(str(field["name"]), [])
            assert isinstance(have, list)
            have.append(str(field.get("value", "on")))
    for field in form.select("textarea"):
        values[str(field["name"])] = field.text.lstrip("\n")
    for option in form.select("option[selected]"):
        assert option.parent
        values[str(option.parent["name"])] = str(option["value"])
    return values


def manner(row: Provider) -> Manner:
    row.refresh_from_db()
    return Manner.of(providers.config(row).preset.manner)


@pytest.mark.parametrize("preset", PRESETS)
def test_what_is_shown_and_sent_back_changes_nothing(
    olga: Client, people: People, preset: str
) -> None:
    row = make_provider(people.project, preset=preset)
    assert olga.post(url(row), shown(olga, row)).status_code == 302
    row.refresh_from_db()
    assert (row.manner, row.version) == ({}, 1)
    assert "Everything is as the preset" in olga.get(url(row)).content.decode()
    assert manner(row) == Manner.of(catalog().presets[preset].manner)


def test_the_page_shows_the_presets_values(olga: Client, row: Provider) -> None:
    values = shown(olga, row)
    assert (values["mask"], values["mask_field"], values["image_field"]) == (
        *("white", "mask_image", "repeat"),
    )
    assert values["fields_taken"] == [
        *("n", "size", "background", "output_format", "output_compression"),
    ]
    assert (values["size_step"], values["max_bytes"]) == ("16", "25")
    assert page(olga, row).get_text().count("as the preset says") == 7


def test_every_word_can_be_another(olga: Client, row: Provider) -> None:
    values = shown(olga, row) | {
        "mask": "black", "mask_field": "mask", "mask_max_bytes": "4.5", "needs_mask": "on",
        "image_field": "brackets", "max_images": "3", "max_bytes": "50", "jpeg": "on",
        "transport": "multipart", "auth": "api-key", "root": "", "path": "/edit/{model}",
        "query": "api-version=2026-11-01\nmode = fast", "size_mode": "aspect",
        "aspects": "1:1, 3:2", "max_pixels": "1000000", "fields_taken": ["size", "n"],
        "extra": "response_format=b64_json", "user_field": "",
        "result_hosts": "CDN.example.com *", "size_listed": "512x512", "size_step": "",
        "size_max_edge": "", "size_max_ratio": "", "size_min_pixels": "", "size_max_pixels": "",
    }  # fmt: skip
    values.pop("names_model")
    assert olga.post(url(row), values).status_code == 302
    found = manner(row)
    assert row.manner == {
        "mask": "black", "mask_field": "mask", "mask_max_bytes": 4_500_000, "needs_mask": True,
        "image_field": "brackets", "max_images": 3, "max_bytes": 50_000_000, "jpeg": True,
        "auth": "api-key", "root": "", "path": "/edit/{model}",
        "query": {"api-version": "2026-11-01", "mode": "fast"}, "names_model": False,
        "size_mode": "aspect", "aspects": ["1:1", "3:2"], "max_pixels": 1_000_000,
        "fields": ["n", "size"], "extra": {"response_format": "b64_json"}, "user_field": "",
        "result_hosts": ["cdn.example.com", "*"], "sizes": {"listed": [[512, 512]]},
    }  # fmt: skip
    assert (found.mask, found.fields, found.result_hosts) == (
        *("black", ("n", "size"), ("cdn.example.com", "*")),
    )
    assert olga.post(url(row), shown(olga, row)).status_code == 302
    row.refresh_from_db()
    assert row.version == 2
    record = Activity.objects.latest("pk")
    assert (record.kind, "mask" in record.detail["fields"]) == ("provider.manner_changed", True)
    assert "cdn.example.com" not in str(record.detail)


def test_what_differs_is_shown_beside_the_presets(olga: Client, row: Provider) -> None:
    olga.post(url(row), shown(olga, row) | {"mask": "black", "mask_field": "mask"})
    text = " ".join(page(olga, row).get_text().split())
    assert "changed here · preset: white" in text
    assert "changed here · preset: mask_image" in text
    assert "Mask 2 changed here" in text
    assert text.count("changed here ·") == 2
    assert "Some of it differs" in olga.get(url(row).replace("manner/", "")).content.decode()


def test_one_value_goes_back_and_the_rest_is_saved(olga: Client, row: Provider) -> None:
    olga.post(url(row), shown(olga, row) | {"mask": "black", "mask_field": "mask"})
    olga.post(url(row), shown(olga, row) | {"back": "mask", "user_field": "end_user"})
    row.refresh_from_db()
    assert row.manner == {"mask_field": "mask", "user_field": "end_user"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("needs_mask", "on"),
        ("fields_taken", ["n"]),
        ("query", "a=b"),
        ("size_listed", "512x512"),
        ("size_step", ""),
        ("max_bytes", "7"),
        ("mask_field", "not a name"),
    ],
)
def test_any_value_goes_back_even_from_nonsense(
    olga: Client, row: Provider, field: str, value: Any
) -> None:
    olga.post(url(row), shown(olga, row) | {field: value})
    olga.post(url(row), shown(olga, row) | {field: value, "back": field})
    row.refresh_from_db()
    assert row.manner == {}


def test_all_goes_back_at_once(olga: Client, row: Provider) -> None:
    olga.post(url(row), shown(olga, row) | {"mask": "black", "jpeg": "on"})
    olga.post(url(row), {"reset": "1"})
    assert manner(row) == Manner.of(catalog().presets["vllm-omni"].manner)
    assert row.manner == {}


@pytest.mark.parametrize("back", ["", "nothing", "sizes"])
def test_a_field_that_is_none_is_not_put_back(olga: Client, row: Provider, back: str) -> None:
    assert olga.post(url(row), shown(olga, row) | {"back": back}).status_code == 302


def test_what_the_page_does_not_know_is_left_alone(olga: Client, row: Provider) -> None:
    Provider.objects.update(manner={"timeouts": {"read": 5.0}})
    olga.post(url(row), shown(olga, row) | {"mask": "black"})
    row.refresh_from_db()
    assert row.manner == {"timeouts": {"read": 5.0}, "mask": "black"}
    assert providers.config(row).timeouts.read == 5.0


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("mask", "grey", "Select a valid choice"),
        ("mask_field", "", "required"),
        ("mask_field", "a mask", "is no name of a field"),
        ("mask_field", "image", "is sent already"),
        ("user_field", "prompt", "is sent already"),
        ("user_field", "mask_image", "is sent already"),
        ("extra", "n=10", "is sent already"),
        ("extra", "prompt=mine", "is sent already"),
        ("extra", "user=me", "is sent already"),
        ("extra", "nothing", "as name=value"),
        ("extra", "a=1\na=2", "as name=value"),
        ("extra", "a=\u00e9", "cannot be sent"),
        ("query", "a b=1", "is no name of a field"),
        ("path", "images/edits", "is no path"),
        ("path", "/images/../admin", "is no path"),
        ("path", "/images?x=1", "is no path"),
        ("path", "//evil.example/edits", "is no path"),
        ("path", "/{other}", "is no path"),
        ("root", "v1", "is no path"),
        ("root", "/{model}", "is no path"),
        ("max_images", "17", "less than or equal to 16"),
        ("max_images", "", "required"),
        ("max_bytes", "1000", "less than or equal to 100"),
        ("max_bytes", "nan", "Enter a number"),
        ("max_pixels", "1", "greater than or equal to"),
        ("aspects", "3x2", "is no aspect"),
        ("fields_taken", ["prompt"], "Select a valid choice"),
        ("result_hosts", "https://cdn.example.com", "is no name of a host"),
        ("result_hosts", "cdn.example.com/pictures", "is no name of a host"),
        ("result_hosts", "*.example.com", "is no name of a host"),
        ("result_hosts", "cdn.example.com:8443", "is no name of a host"),
        ("result_hosts", " ".join(f"h{n}.example" for n in range(21)), "At most 20."),
        ("size_listed", "512", "is no size"),
        ("size_max_edge", "", "need a longest edge"),
        ("size_min_pixels", "99999999", "less than the least"),
    ],
)
def test_nonsense_comes_back(
    olga: Client, row: Provider, field: str, value: Any, says: str
) -> None:
    response = olga.post(url(row), shown(olga, row) | {field: value})
    assert response.status_code == 422
    found = BeautifulSoup(response.content, "html.parser")
    (error,) = found.select(".field__errors, .form-errors")
    assert says in error.get_text()
    assert error.find_parent("details", open=True) is not None
    row.refresh_from_db()
    assert row.manner == {}


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"transport": "xai"}, "mask"),
        ({"size_mode": "aspect", "aspects": ""}, "aspects"),
    ],
)
def test_words_that_contradict_each_other_come_back(
    olga: Client, row: Provider, values: Values, field: str
) -> None:
    response = olga.post(url(row), shown(olga, row) | values)
    assert response.status_code == 422
    found = BeautifulSoup(response.content, "html.parser")
    assert found.select_one(f"#id_{field}_error") is not None


@pytest.mark.parametrize(
    "values",
    [
        {"size_step": "", "size_listed": ""},
        {"size_max_ratio": "0.5"},
        {"size_step": "64", "size_max_edge": "64", "size_min_pixels": "10000"},
    ],
)
def test_sizes_by_which_nothing_can_be_drawn_come_back_in_words(
    olga: Client, row: Provider, values: Values
) -> None:
    response = olga.post(url(row), shown(olga, row) | values)
    assert response.status_code == 422
    found = BeautifulSoup(response.content, "html.parser")
    (error,) = found.select(".field__errors, .form-errors")
    assert error.get_text(strip=True).startswith("By these sizes no picture can be drawn.")
    assert error.find_parent("details", open=True) is not None


def test_a_change_forgets_what_tests_found(olga: Client, row: Provider) -> None:
    now = timezone.now()
    Provider.objects.update(probe={"m": {"at": now.isoformat(), "mask": "inverted"}}, probed_at=now)
    olga.post(url(row), shown(olga, row) | {"mask": "black"})
    row.refresh_from_db()
    assert (row.probe, row.probed_at) == ({}, None)


def test_another_kind_of_service_is_asked_in_its_own_manner(
    olga: Client, people: People, row: Provider
) -> None:
    olga.post(url(row), shown(olga, row) | {"mask": "black"})
    own = url(row).replace("manner/", "")
    assert "what you changed of it is dropped" in olga.get(own).content.decode()
    values = {"preset": "vllm-omni", "name": row.name, "base_url": row.base_url}
    values |= {"own_models": "m", "concurrency": "8"}
    assert olga.post(own, values).status_code == 302
    row.refresh_from_db()
    assert row.manner == {"mask": "black"}
    assert olga.post(own, values | {"preset": "generic"}).status_code == 302
    row.refresh_from_db()
    assert row.manner == {}


def test_the_settings_provider_is_asked_as_staff_say(client: Client, db: None) -> None:
    row = make_provider(source=ProviderSource.ENVIRONMENT)
    client.force_login(make_user("steve", is_staff=True))
    client.post(url(row), shown(client, row) | {"mask": "white"})
    assert manner(row).mask == "white"


def test_the_one_click_after_a_test_turns_the_mask_and_nothing_else(
    olga: Client, row: Provider
) -> None:
    olga.post(url(row), shown(olga, row) | {"jpeg": "on"})
    response = olga.post(url(row), {"polarity": "black"})
    assert response.headers["Location"] == url(row).replace("manner", "test")
    row.refresh_from_db()
    assert row.manner == {"jpeg": True, "mask": "black"}
    olga.post(url(row), {"polarity": "white"})
    row.refresh_from_db()
    assert row.manner == {"jpeg": True}
    assert olga.post(url(row), {"polarity": "grey"}).status_code == 422


def test_words_of_another_version_do_not_close_the_page(olga: Client, row: Provider) -> None:
    Provider.objects.update(manner={"mask": "grey", "perfume": "rose"})
    assert olga.get(url(row)).status_code == 200
    assert provider_manner.current(Provider.objects.get()).mask == "white"
    olga.post(url(row), {"reset": "1"})
    row.refresh_from_db()
    assert row.manner == {}
