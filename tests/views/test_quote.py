"""What is answered before an edit is sent."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any

import pytest
from bs4 import BeautifulSoup, Tag
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from editor.models import Activity, Edit, Picture, Project, Provider
from tests.making import make_project, make_row, make_rows

if TYPE_CHECKING:
    from django.test import Client

    from tests.conftest import People

MODEL = "brush-1"


@pytest.fixture
def provider(people: People) -> Provider:
    return Provider.objects.create(
        source="owner",
        project=people.project,
        name="Paints",
        preset="generic",
        base_url="https://paints.example/v1",
        offered=[MODEL],
        overrides={MODEL: {"inputs_max": 3}},
    )


@pytest.fixture
def picture(people: People) -> Picture:
    return make_row(people.project, people.olga, "door.jpg", width=6000, height=4000)


def ask(client: Client, people: People, picture: Picture, engine: str, **more: Any) -> Any:
    client.force_login(people.emil)
    url = reverse("quote", args=[people.project.slug, picture.public_id])
    return client.post(url, {"engine": engine, "prompt": "a red door"} | more)


def found(response: Any) -> Tag:
    quote = BeautifulSoup(response.content, "html.parser").select_one("[data-quote]")
    assert quote is not None
    return quote


def engine_of(provider: Provider) -> str:
    return f"{provider.public_id}:{MODEL}"


def test_it_says_what_leaves_and_that_no_price_is_known(
    client: Client, people: People, picture: Picture, provider: Provider
) -> None:
    response = ask(client, people, picture, engine_of(provider), box="1000 1000 1400 1200")
    assert response.status_code == 200
    quote = found(response)
    assert quote["data-price"] == "unknown cost"
    assert "of 6000 \u00d7 4000 pixels, to paints.example" in quote.text
    left, top, right, bottom = map(int, str(quote["data-crop"]).split())
    assert left < 1000 < 1400 < right
    assert top < 1000 < 1200 < bottom
    assert "$0.00" not in response.content.decode()
    assert not quote.has_attr("data-blocked")


def test_a_smaller_box_sends_less(
    client: Client, people: People, picture: Picture, provider: Provider
) -> None:
    def pixels(box: str) -> int:
        drawn = str(found(ask(client, people, picture, engine_of(provider), box=box))["data-drawn"])
        width, height = map(int, drawn.split(" \u00d7 "))
        return width * height

    assert pixels("1000 1000 1100 1100") < pixels("1000 1000 1900 1900") <= pixels("")


def test_the_chosen_crop_is_planned(
    client: Client, people: People, picture: Picture, provider: Provider
) -> None:
    box = {"box": "1000 1000 1400 1200"}
    tight = found(ask(client, people, picture, engine_of(provider), context="1.2", **box))
    assert tight["data-crop"] == "960 980 1440 1220"
    assert (tight["data-context"], tight["data-grow"]) == ("1.2", "19")
    framed = found(
        ask(
            client, people, picture, engine_of(provider), crop="10 20 1300 1100", padding="0", **box
        )
    )
    assert framed["data-crop"] == "10 20 1443 1243"
    assert framed["data-grow"] == "0"


def test_a_mask_at_the_edge_is_sent_with_mirrored_room(
    client: Client, people: People, picture: Picture, provider: Provider
) -> None:
    quote = found(ask(client, people, picture, engine_of(provider), box="0 1000 400 1200"))
    left, top, right, bottom = map(int, str(quote["data-crop"]).split())
    assert left < 0
    assert f"the framed part, {right} \u00d7 {bottom - top} of" in quote.text
    assert "as a mirror would" in quote.text


CORNERS = {"box": "100 100 5900 3900", "islands": "100 100 400 400,5600 3600 5900 3900"}
AREAS = "100 100 400 400,5600 3600 5900 3900"


def priced(provider: Provider, **price: float) -> str:
    provider.overrides = {MODEL: {"price": price, "tokens": {"rule": "area", "quality": TOKENS}}}
    provider.save()
    return engine_of(provider)


TOKENS = {"low": 16, "medium": 48, "high": 96}


def ways(quote: Tag) -> dict[str, str]:
    """What stands beside each choice; the chosen one with a star."""
    return {
        ("*" if radio.has_attr("checked") else "") + str(radio["value"]): " ".join(
            str(radio.find_parent("label").text).split()  # type: ignore[union-attr]
        )
        for radio in quote.select("input[name=way]")
    }


def test_areas_far_apart_are_offered_as_edits_of_their_own(
    client: Client, people: People, picture: Picture, provider: Provider
) -> None:
    quote = found(ask(client, people, picture, engine_of(provider), **CORNERS))
    assert "2 areas lie far apart" in quote.text
    said = ways(quote)
    assert re.fullmatch(r"One crop 8\.\d megapixels", said["*one"])
    assert said["each"].startswith("Each area by itself 2 edits, 0.5 megapixels 1.")
    assert quote.select_one("input[name=apart]")["value"] == AREAS  # type: ignore[index]
    buttons = [str(button["data-only"]) for button in quote.select("[data-only]")]
    assert buttons == ["100 100 400 400", "5600 3600 5900 3900"]
    near = {"box": "100 100 900 400", "islands": "100 100 400 400,500 100 900 400"}
    assert not found(ask(client, people, picture, engine_of(provider), **near)).select(
        "[name=apart], [data-only]"
    )


def test_what_is_a_fifth_cheaper_is_chosen_beforehand_and_priced(
    client: Client, people: People, picture: Picture, provider: Provider
) -> None:
    engine = priced(provider, image_out=30.0)
    quote = found(ask(client, people, picture, engine, **CORNERS))
    said = ways(quote)
    assert list(said) == ["one", "*each"]
    assert re.search(r"2 edits, about \$[\d.]+\u2013[\d.]+ \d\d % cheaper", said["*each"])
    assert str(quote["data-price"]) in said["*each"]
    assert len(str(quote["data-crops"]).split(",")) == 2
    assert str(quote["data-crops"]).startswith(str(quote["data-crop"]))
    assert "Sends 2 framed parts of 6000 \u00d7 4000 pixels to paints.example" in quote.text
    one = found(ask(client, people, picture, engine, way="one", **CORNERS))
    assert list(ways(one)) == ["*one", "each"]
    assert str(one["data-price"]) in ways(one)["*one"]
    assert not one.has_attr("data-crops")


def test_what_is_only_sharper_is_offered_with_its_price(
    client: Client, people: People, picture: Picture, provider: Provider
) -> None:
    """A tenth of a dollar for each result, however large."""
    engine = priced(provider, per_image=0.1)
    quote = found(ask(client, people, picture, engine, **CORNERS))
    assert ways(quote) == {
        "*one": "One crop about $0.10",
        "each": f"Each area by itself 2 edits, about $0.20 {detail(quote)} \u00d7 the detail",
    }
    each = found(ask(client, people, picture, engine, way="each", **CORNERS))
    assert each["data-price"] == "about $0.20"


def detail(quote: Tag) -> str:
    times = re.search(r"([\d.]+) \u00d7 the detail", quote.text)
    assert times
    assert float(times[1]) > 1.3
    return times[1]


def test_a_budget_is_asked_for_what_is_chosen(
    client: Client, people: People, picture: Picture, provider: Provider
) -> None:
    Project.objects.update(budget_micros=150_000)
    engine = priced(provider, per_image=0.1)
    one = found(ask(client, people, picture, engine, way="one", **CORNERS))
    each = found(ask(client, people, picture, engine, way="each", **CORNERS))
    assert [one.has_attr("data-blocked"), each.has_attr("data-blocked")] == [False, True]
    assert "This may cost $0.20" in each.text


def test_several_results_are_made_of_one_crop(
    client: Client, people: People, picture: Picture, provider: Provider
) -> None:
    provider.overrides = {MODEL: {"n_max": 4}}
    provider.save()
    quote = found(ask(client, people, picture, engine_of(provider), n="2", way="each", **CORNERS))
    assert "Several results are made of one crop" in quote.text
    assert not quote.select("input")
    assert len(quote.select("[data-only]")) == 2
    assert not quote.has_attr("data-crops")


def test_a_frame_drawn_by_hand_holds_all_areas(
    client: Client, people: People, picture: Picture, provider: Provider
) -> None:
    framed = CORNERS | {"crop": "0 0 6000 4000", "way": "each"}
    quote = found(ask(client, people, picture, engine_of(provider), **framed))
    assert not quote.select("[name=apart], [data-only]")


def test_without_a_mask_the_whole_picture_leaves(
    client: Client, people: People, picture: Picture, provider: Provider
) -> None:
    quote = found(ask(client, people, picture, engine_of(provider)))
    assert "Sends the whole picture, 6000 \u00d7 4000 pixels, to paints.example." in quote.text
    assert quote.has_attr("data-whole")
    assert quote["data-crop"] == "0 0 6000 4000"


def test_a_box_beyond_the_picture_is_cut(
    client: Client, people: People, picture: Picture, provider: Provider
) -> None:
    assert (
        ask(client, people, picture, engine_of(provider), box="0 0 90000 90000").status_code == 200
    )
    assert ask(client, people, picture, engine_of(provider), box="7000 0 8000 9").status_code == 200


@pytest.mark.parametrize("engine", ["nobody:brush-1", ":", "builtin:brush-1"])
def test_an_engine_that_is_not_offered_is_refused(
    client: Client, people: People, picture: Picture, engine: str
) -> None:
    response = ask(client, people, picture, engine)
    assert response.status_code == 422
    assert "Choose an engine" in response.content.decode()


def test_the_built_in_engine_has_no_quote(client: Client, people: People, picture: Picture) -> None:
    response = ask(client, people, picture, "builtin")
    assert response.status_code == 200
    assert response.content.strip() == b""


def test_too_many_pictures_are_said_before_sending(
    client: Client, people: People, picture: Picture, provider: Provider
) -> None:
    others = make_rows(people.project, people.olga, 3)
    ids = [other.public_id for other in others]
    quote = found(ask(client, people, picture, engine_of(provider), inputs=ids))
    assert quote.has_attr("data-blocked")
    assert "takes at most 3 pictures" in quote.text


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"box": "1 2 3"}, "mask's box must be four numbers"),
        ({"box": "10 10 5 20"}, "mask's box must be four numbers"),
        ({"crop": "1 2 3"}, "four numbers"),
        ({"crop": "10 10 5 20"}, "four numbers"),
        ({"context": "9"}, "from 1.1 to 4"),
        ({"context": "NaN"}, "from 1.1 to 4"),
        ({"padding": "-1"}, "0 to 10 percent"),
        ({"feather": "fluffy"}, "edge from the list"),
        ({"blend": "fluffy"}, "blending from the list"),
        ({"islands": "1 2 3 4,5"}, "areas"),
        ({"islands": ",".join(["1 2 3 4"] * 7)}, "areas"),
        ({"n": "11"}, "10"),
        ({"size": "free"}, "Enter width and height"),
        ({"size": "huge"}, "Choose a size"),
        ({"quality": "<b>"}, "Choose one"),
        ({"inputs": ["a", "a"]}, "twice"),
        ({"inputs": [str(number) for number in range(16)]}, "At most 15"),
        ({"inputs": ["\x00"]}, "Reload the page"),
        ({"inputs": ["nobody"]}, "no longer there"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(
    client: Client,
    people: People,
    picture: Picture,
    provider: Provider,
    fields: dict[str, Any],
    words: str,
) -> None:
    response = ask(client, people, picture, engine_of(provider), **fields)
    assert response.status_code == 422
    assert words in html.unescape(response.content.decode())


@pytest.mark.parametrize("where", ["elsewhere", "in the trash"])
def test_pictures_that_may_not_go_along_look_like_none(
    client: Client, people: People, picture: Picture, provider: Provider, where: str
) -> None:
    project = people.project if where == "in the trash" else make_project(people.sam, "Sam's")
    other = make_row(project, people.olga, "other.jpg")
    if where == "in the trash":
        Picture.objects.filter(pk=other.pk).update(trashed_at=other.created_at)
    response = ask(client, people, picture, engine_of(provider), inputs=[other.public_id])
    assert response.status_code == 422
    assert "no longer there" in response.content.decode()


def test_a_provider_of_another_project_does_not_exist(
    client: Client, people: People, picture: Picture, provider: Provider
) -> None:
    Provider.objects.update(project=make_project(people.sam, "Sam's"))
    response = ask(client, people, picture, engine_of(provider))
    assert response.status_code == 422
    assert "paints.example" not in response.content.decode()


def test_a_budget_that_is_too_small_is_said_before_sending(
    client: Client, people: People, picture: Picture, provider: Provider
) -> None:
    """A price is known: a tenth of a dollar for each result."""
    provider.overrides = {MODEL: {"price": {"per_image": 0.1}}}
    provider.save()
    assert "budget" not in found(ask(client, people, picture, engine_of(provider))).text
    Project.objects.update(budget_micros=250_000)
    enough = found(ask(client, people, picture, engine_of(provider), n="2"))
    assert "Left of this month's budget: $0.25." in enough.text
    assert not enough.has_attr("data-blocked")
    too_much = found(ask(client, people, picture, engine_of(provider), n="3"))
    assert too_much.has_attr("data-blocked")
    assert "and $0.25 of this month's budget is left." in too_much.text


def test_nothing_is_kept(
    client: Client, people: People, picture: Picture, provider: Provider
) -> None:
    ask(client, people, picture, engine_of(provider))
    assert not Edit.objects.exists()
    assert not Activity.objects.filter(kind__startswith="edit").exists()


def test_the_provider_is_read_once(
    client: Client, people: People, picture: Picture, provider: Provider
) -> None:
    """What was found to be offered is what is asked: it cannot be gone in between."""
    with CaptureQueriesContext(
        connection,
    ) as queries:
        ask(client, people, picture, engine_of(provider))
    read = [one for one in queries if 'FROM "editor_provider"' in one["sql"]]
    assert len(read) == 1


def test_questions_are_cheap(
    client: Client, people: People, picture: Picture, provider: Provider
) -> None:
    """As many with fifteen further pictures as with one."""
    provider.overrides = {MODEL: {"inputs_max": 16}}
    provider.save()
    counts = []
    for count in (1, 15):
        ids = [other.public_id for other in make_rows(people.project, people.olga, count)]
        with CaptureQueriesContext(
            connection,
        ) as queries:
            ask(client, people, picture, engine_of(provider), inputs=ids)
        counts.append(len(queries))
    assert counts[0] >= counts[1]
