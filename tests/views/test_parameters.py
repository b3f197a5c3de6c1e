"""The options of an engine, as the canvas shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from editor.engines.plans import Abilities
from editor.forms.parameters import ParametersForm
from editor.imaging.sizes import SizeRules
from editor.models import Provider
from tests.making import make_project

if TYPE_CHECKING:
    from django.test import Client

    from tests.conftest import People

ALL = Abilities(
    n_max=4,
    inputs_max=16,
    sizes=SizeRules(listed=((1024, 1024), (1536, 1024)), step=16, max_edge=3840),
    qualities=("low", "high"),
    backgrounds=("auto", "transparent"),
    fidelities=("low", "high"),
    formats=("png", "jpeg"),
    moderations=("auto", "low"),
    compression=True,
    partial_images_max=2,
)


def names(abilities: Abilities) -> list[str]:
    return [field.name for field in ParametersForm(abilities=abilities).offered]


def choices(abilities: Abilities, name: str) -> list[str]:
    fields = {field.name: field for field in ParametersForm(abilities=abilities).offered}
    return [str(value) for value, _label in fields[name].field.widget.choices]


def chosen(**data: object) -> dict[str, Any]:
    form = ParametersForm(data)
    assert form.is_valid(), form.errors
    return form.parameters


def test_everything_an_engine_takes_is_offered() -> None:
    assert names(ALL) == [
        *("n", "size", "quality", "background", "input_fidelity", "output_format"),
        *("output_compression", "moderation", "partial_images"),
    ]


def test_what_it_does_not_take_is_not() -> None:
    assert names(Abilities()) == []
    assert names(Abilities(qualities=("low",), n_max=2)) == ["n", "quality"]


def test_each_list_begins_with_leaving_it_to_the_engine() -> None:
    assert choices(ALL, "quality") == ["", "low", "high"]
    assert choices(ALL, "background") == ["", "transparent"]
    assert choices(ALL, "partial_images") == ["", "1", "2"]


def test_a_size_of_ones_own_is_offered_where_any_is_drawn() -> None:
    assert choices(ALL, "size") == ["", "1024x1024", "1536x1024", "free"]
    listed = Abilities(sizes=SizeRules(listed=((1024, 1024),)))
    assert choices(listed, "size") == ["", "1024x1024"]


def test_what_was_left_to_the_engine_is_not_sent() -> None:
    assert chosen() == {}
    assert chosen(n="1", size="auto", quality="", moderation="auto", partial_images="0") == {}


def test_what_was_chosen_goes_by_the_api_names() -> None:
    assert chosen(
        n="3",
        size="1024x1024",
        quality="high",
        output_format="webp",
        output_compression="0",
        partial_images="2",
    ) == {
        "n": 3,
        "size": "1024x1024",
        "quality": "high",
        "output_format": "webp",
        "output_compression": 0,
        "partial_images": 2,
    }


def test_compression_is_for_compressed_formats() -> None:
    assert chosen(output_format="png", output_compression="50") == {"output_format": "png"}
    assert chosen(output_compression="50") == {}


def test_a_size_of_ones_own_is_one_value() -> None:
    assert chosen(size="free", width="1000", height="800") == {"size": "1000x800"}
    assert chosen(size="1024x1024", width="1000", height="800") == {"size": "1024x1024"}


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"n": "0"}, "n"),
        ({"n": "11"}, "n"),
        ({"partial_images": "4"}, "partial_images"),
        ({"output_compression": "101"}, "output_compression"),
        ({"size": "1000"}, "size"),
        ({"size": "0x5"}, "size"),
        ({"size": "free", "width": "5"}, "height"),
        ({"size": "free", "width": "0", "height": "9"}, "width"),
        ({"quality": "very high"}, "quality"),
        ({"moderation": "a" * 21}, "moderation"),
    ],
)
def test_nonsense_is_refused(data: dict[str, str], field: str) -> None:
    form = ParametersForm(data)
    assert not form.is_valid()
    assert list(form.errors) == [field]


def test_a_word_that_another_model_knows_is_left_for_the_plan_to_judge() -> None:
    assert chosen(quality="xhigh") == {"quality": "xhigh"}


def test_the_page_shows_the_fields_with_their_help(client: Client, people: People) -> None:
    provider = Provider.objects.create(
        source="staff",
        name="OpenAI",
        preset="openai",
        base_url="https://api.openai.com/v1",
        offered=["gpt-image-2"],
    )
    client.force_login(people.emil)
    url = reverse("parameters", args=[people.project.slug])
    page = client.get(url, {"engine": f"{provider.public_id}:gpt-image-2"})
    soup = BeautifulSoup(page.content, "html.parser")
    root = soup.select_one("[data-parameters]")
    assert root is not None
    quality = soup.select_one("select[name=quality]")
    assert quality is not None
    help_text = soup.select_one(f"#{quality['aria-describedby']}")
    assert help_text is not None
    assert "quickest and cheapest" in help_text.text
    assert all(
        soup.select_one(f"label[for={field['id']}]") for field in soup.select("select, input")
    )


@pytest.mark.parametrize("engine", ["nobody:m", "dall-e-9", "\x00:m"])
def test_an_engine_that_is_not_offered_is_not_found(
    client: Client, people: People, engine: str
) -> None:
    client.force_login(people.emil)
    url = reverse("parameters", args=[people.project.slug])
    assert client.get(url, {"engine": engine}).status_code == 404


def test_a_provider_of_another_project_is_not_found(client: Client, people: People) -> None:
    other = make_project(people.sam, "Sam's")
    provider = Provider.objects.create(
        source="owner",
        project=other,
        name="Sam's",
        preset="generic",
        base_url="https://sam.example",
        offered=["m"],
    )
    client.force_login(people.olga)
    url = reverse("parameters", args=[people.project.slug])
    assert client.get(url, {"engine": f"{provider.public_id}:m"}).status_code == 404
