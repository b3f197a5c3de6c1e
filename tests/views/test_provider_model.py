"""A model's prices and abilities at one provider, beside the catalog's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from bs4 import BeautifulSoup

from editor.models import Activity, Provider
from editor.services import providers
from tests.making import make_provider

if TYPE_CHECKING:
    from django.test import Client

    from tests.conftest import People

MODEL = "gpt-image-2"


@pytest.fixture
def row(people: People) -> Provider:
    return make_provider(people.project, offered=[MODEL, "org/some:model"])


@pytest.fixture
def olga(client: Client, people: People) -> Client:
    client.force_login(people.olga)
    return client


def url(row: Provider, model: str = MODEL) -> str:
    assert row.project
    return f"/p/{row.project.slug}/providers/{row.public_id}/models/{model}/"


def shown(olga: Client, row: Provider, model: str = MODEL) -> dict[str, Any]:
    """The form's values as the page shows them, ready to be sent back."""
    page = BeautifulSoup(olga.get(url(row, model)).content, "html.parser")
    fields = page.select("main form")[0].select("input[name]:not([type=hidden])")
    return {
        str(f["name"]): f.get("value", "on" if f.get("type") == "checkbox" else "")
        for f in fields
        if f.get("type") != "checkbox" or f.has_attr("checked")
    }


def test_what_is_shown_and_sent_back_changes_nothing(olga: Client, row: Provider) -> None:
    for model in (MODEL, "org/some:model"):
        assert olga.post(url(row, model), shown(olga, row, model)).status_code == 302
    row.refresh_from_db()
    assert (row.overrides, row.version) == ({}, 1)
    assert "Everything is as in the catalog" in olga.get(url(row)).content.decode()


def test_another_price_is_kept_beside_the_catalogs(olga: Client, row: Provider) -> None:
    catalog = providers.listed_model("openai", MODEL).price
    assert catalog
    olga.post(url(row), shown(olga, row) | {"image_out": "24.5"})
    row.refresh_from_db()
    price = providers.model(row, MODEL).price
    assert price
    assert (price.image_out, price.image_in) == (24.5, catalog.image_in)
    assert list(row.overrides[MODEL]) == ["price"]
    page = " ".join(olga.get(url(row)).content.decode().split())
    assert f"changed here · catalog: {catalog.image_out:g}" in page
    assert page.count("changed here") == 1
    assert Activity.objects.latest("pk").kind == "provider.model_changed"


def test_abilities_and_sizes_are_kept_in_the_catalogs_words(olga: Client, row: Provider) -> None:
    values = shown(olga, row) | {"n_max": "2", "qualities": "low medium, ultra", "step": "32"}
    values |= {"listed": "1024x1024 2048\u00d72048"}
    values.pop("mask")
    olga.post(url(row), values)
    row.refresh_from_db()
    takes = providers.model(row, MODEL).abilities
    assert (takes.n_max, takes.mask, takes.qualities) == (2, False, ("low", "medium", "ultra"))
    assert takes.sizes
    assert (takes.sizes.step, takes.sizes.listed) == (32, ((1024, 1024), (2048, 2048)))
    before = providers.listed_model("openai", MODEL).abilities.sizes
    assert before
    assert takes.sizes.max_edge == before.max_edge
    assert set(row.overrides[MODEL]) == {"n_max", "mask", "qualities", "sizes"}
    assert olga.post(url(row), shown(olga, row)).status_code == 302
    row.refresh_from_db()
    assert row.version == 2


def test_the_catalogs_values_come_back(olga: Client, row: Provider) -> None:
    olga.post(url(row), shown(olga, row) | {"image_out": "24.5", "n_max": "2"})
    olga.post(url(row), {"reset": "1"})
    row.refresh_from_db()
    assert row.overrides == {}
    assert providers.model(row, MODEL) == providers.listed_model("openai", MODEL)


def test_a_model_that_the_catalog_does_not_know_gets_a_price(olga: Client, row: Provider) -> None:
    name = "org/some:model"
    assert "The catalog does not know this model." in olga.get(url(row, name)).content.decode()
    olga.post(url(row, name), shown(olga, row, name) | {"per_image": "0.04", "label": "Some"})
    row.refresh_from_db()
    model = providers.model(row, name)
    assert model.price
    assert (model.label, model.price.per_image) == ("Some", 0.04)


def test_what_the_page_does_not_know_is_left_alone(olga: Client, row: Provider) -> None:
    Provider.objects.update(overrides={MODEL: {"source": "https://x.example", "n_max": 2}})
    olga.post(url(row), shown(olga, row) | {"n_max": "3"})
    row.refresh_from_db()
    assert row.overrides == {MODEL: {"source": "https://x.example", "n_max": 3}}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"image_out": "-1"}, "image_out"),
        ({"image_out": "nan"}, "image_out"),
        ({"image_out": "1e9"}, "image_out"),
        ({"label": ""}, "label"),
        ({"n_max": "0"}, "n_max"),
        ({"inputs_max": "17"}, "inputs_max"),
        ({"qualities": "Low!"}, "qualities"),
        ({"listed": "1024"}, "listed"),
        ({"listed": "0x1024"}, "listed"),
        ({"min_pixels": "100", "max_pixels": "10"}, "max_pixels"),
        ({"step": "16", "max_edge": ""}, "max_edge"),
    ],
)
def test_nonsense_comes_back(
    olga: Client, row: Provider, change: dict[str, str], field: str
) -> None:
    response = olga.post(url(row), shown(olga, row) | change)
    assert response.status_code == 422
    page = BeautifulSoup(response.content, "html.parser")
    assert page.select_one(f"#id_{field}_error") is not None
    assert bool(page.select("details[open]")) is (field != "image_out")
    row.refresh_from_db()
    assert row.overrides == {}


def test_what_a_service_refused_is_told_and_can_be_tried_again(olga: Client, row: Provider) -> None:
    assert "What the service refused" not in olga.get(url(row)).content.decode()
    Provider.objects.update(learned={MODEL: ["moderation"]})
    assert "What the service refused" in olga.get(url(row)).content.decode()
    olga.post(url(row), {"relearn": "1"})
    row.refresh_from_db()
    assert row.learned == {}


@pytest.mark.parametrize("model", ["nothing", "org/other", "org", "some:model"])
def test_a_model_that_is_not_offered_has_no_page(olga: Client, row: Provider, model: str) -> None:
    assert olga.get(url(row, model)).status_code == 404
    assert olga.post(url(row, model), {"reset": "1"}).status_code == 404
