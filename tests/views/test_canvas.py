from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from editor.models import Edit, Mask, Picture, Provider, State
from tests.making import (
    make_edit,
    make_edit_row,
    make_mask,
    make_picture,
    make_project,
    make_row,
    make_rows,
)

if TYPE_CHECKING:
    from pathlib import Path

    from django.core.files.uploadedfile import SimpleUploadedFile

    from editor.models import User
    from tests.conftest import People


@pytest.fixture
def picture(people: People) -> Picture:
    return make_picture(people.project, people.olga)


def login(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def path(people: People, picture: Picture) -> str:
    return reverse("canvas", args=[people.project.slug, picture.public_id])


def send(
    people: People,
    picture: Picture,
    *,
    user: User | None = None,
    prompt: str = "black and white",
    mask: SimpleUploadedFile | None = None,
    idem: str = "intent-1",
) -> Any:
    data = {"prompt": prompt, "engine": "builtin", "idem": idem}
    body = data | ({"mask": mask} if mask else {})
    client = login(user or people.olga)
    return client.post(path(people, picture), body, headers={"HX-Request": "true"})


def test_the_page_has_the_hooks(people: People, picture: Picture) -> None:
    page = login(people.olga).get(path(people, picture))
    soup = BeautifulSoup(page.content, "html.parser")
    hooks = [
        *("stage", "tool-brush", "tool-eraser", "tool-rectangle", "brush-size", "undo", "redo"),
        *("prompt", "engine", "submit-edit", "version-strip", "compare", "download"),
    ]
    missing = [name for name in hooks if not soup.select_one(f"[data-testid={name}]")]
    assert missing == []


def test_a_viewer_sees_the_picture_but_no_tools(people: People, picture: Picture) -> None:
    soup = BeautifulSoup(login(people.vito).get(path(people, picture)).content, "html.parser")
    assert soup.select_one("[data-testid=stage]")
    assert not soup.select_one("[data-testid=submit-edit]")


def test_an_edit_is_queued_and_its_card_comes_back(people: People, picture: Picture) -> None:
    response = send(people, picture, mask=make_mask((64, 48), (4, 5, 20, 30)))
    assert response.status_code == 201
    edit = Edit.objects.get()
    card = BeautifulSoup(response.content, "html.parser").select_one("[data-testid=edit-card]")
    assert card is not None
    assert (card["data-edit-id"], card["data-state"]) == (edit.public_id, "queued")
    assert edit.mask is not None
    assert (edit.mask.box, edit.mask.painted) == ((4, 5, 20, 30), 16 * 25)
    assert edit.actor == people.olga


def test_the_same_intent_twice_is_one_edit(
    people: People, picture: Picture, data_dir: Path
) -> None:
    first = send(people, picture, mask=make_mask((64, 48), (4, 5, 20, 30)))
    again = send(people, picture, mask=make_mask((64, 48), (4, 5, 20, 30)))
    assert (first.status_code, again.status_code) == (201, 201)
    assert (Edit.objects.count(), Mask.objects.count()) == (1, 1)
    assert len([f for f in data_dir.glob("pictures/*/*") if (f / "mask.png").exists()]) == 1


def test_the_same_key_with_other_contents_is_refused(people: People, picture: Picture) -> None:
    send(people, picture)
    assert send(people, picture, prompt="blur").status_code == 422
    assert Edit.objects.count() == 1


def test_two_people_may_use_the_same_key(people: People, picture: Picture) -> None:
    send(people, picture)
    assert send(people, picture, user=people.emil).status_code == 201
    assert Edit.objects.count() == 2


@pytest.mark.parametrize(
    ("prompt", "words"),
    [
        ("", "Write what should change"),
        ("add a purple dragon", "provider"),
        ("remove this", "paint"),
    ],
)
def test_what_cannot_be_done_is_said_before_anything_is_queued(
    people: People, picture: Picture, prompt: str, words: str
) -> None:
    response = send(people, picture, prompt=prompt)
    assert response.status_code == 422
    assert words.lower() in response.content.decode().lower()
    assert not Edit.objects.exists()


@pytest.mark.parametrize(
    ("size", "box", "words"),
    [((64, 47), (1, 1, 9, 9), "64"), ((64, 48), (5, 5, 5, 5), "paint")],
)
def test_a_mask_that_does_not_fit_is_refused(
    people: People,
    picture: Picture,
    size: tuple[int, int],
    box: tuple[int, int, int, int],
    words: str,
    data_dir: Path,
) -> None:
    response = send(people, picture, mask=make_mask(size, box))
    assert response.status_code == 422
    assert words in response.content.decode().lower()
    assert not Edit.objects.exists()
    assert not list(data_dir.glob("scratch/*"))


def test_an_unknown_engine_is_refused(people: People, picture: Picture) -> None:
    body = {"prompt": "blur", "engine": "dall-e-9", "idem": "x"}
    response = login(people.olga).post(path(people, picture), body)
    assert response.status_code == 422


def test_a_new_version_is_fetched_alone(people: People, picture: Picture) -> None:
    page = login(people.olga).get(path(people, picture), {"version": picture.public_id})
    assert picture.public_id in page.content.decode()
    assert b"<html" not in page.content


@pytest.mark.parametrize("count", [1, 12])
def test_queries_do_not_grow_with_edits(
    people: People,
    picture: Picture,
    count: int,
    django_assert_max_num_queries: Any,
) -> None:
    for _number in range(count):
        make_edit_row(people.project, people.olga, picture)
    client = login(people.olga)
    with django_assert_max_num_queries(12):
        assert client.get(path(people, picture)).status_code == 200


@pytest.mark.parametrize("version", ["nobody", "%00", "%ed%a0%80"])
def test_nonsense_for_a_version_is_not_found(
    people: People, picture: Picture, version: str
) -> None:
    client = Client()
    client.force_login(people.olga)
    url = reverse("canvas", args=[people.project.slug, picture.public_id])
    assert client.get(f"{url}?version={version}").status_code == 404


def again_of(page: Any) -> dict[str, Any] | None:
    found = BeautifulSoup(page.content, "html.parser").select_one("canvas-again")
    return dict(found.attrs) if found else None


def test_a_failed_edit_comes_back_with_its_mask_and_prompt(
    people: People, picture: Picture
) -> None:
    """The card's link leads to a canvas that begins with what was asked for."""
    edit = make_edit(people.project, people.olga, picture, prompt="blur", box=(3, 4, 30, 40))
    Edit.objects.update(state=State.FAILED, finished_at=timezone.now())
    client = login(people.emil)
    page = BeautifulSoup(client.get(path(people, picture)).content, "html.parser")
    (link,) = page.select("[data-testid=edit-card] a", string="Try again")
    again = again_of(client.get(str(link["href"])))
    assert again is not None
    assert again["data-prompt"] == "blur"
    assert again["data-engine"] == "builtin"
    assert again["data-mask"] == reverse("edit_mask", args=[people.project.slug, edit.public_id])
    assert again["data-box"] == "3 4 30 40"


def test_an_edit_without_a_mask_comes_back_without(people: People, picture: Picture) -> None:
    edit = make_edit_row(people.project, people.olga, picture)
    again = again_of(login(people.olga).get(path(people, picture), {"from": edit.public_id}))
    assert again is not None
    assert "data-mask" not in again


def test_readers_begin_nothing(people: People, picture: Picture) -> None:
    edit = make_edit_row(people.project, people.olga, picture)
    page = login(people.vito).get(path(people, picture), {"from": edit.public_id})
    assert page.status_code == 200
    assert again_of(page) is None


@pytest.fixture
def provider(people: People) -> Provider:
    return Provider.objects.create(
        source="owner",
        project=people.project,
        name="Paints",
        preset="generic",
        base_url="https://paints.example/v1",
        offered=["brush-1"],
        overrides={"brush-1": {"inputs_max": 3}},
    )


def ask(people: People, picture: Picture, provider: Provider, key: str = "", **more: Any) -> Any:
    """Send an edit to the provider; `agreed_host` unless told otherwise."""
    data = {"prompt": "a red door", "engine": f"{provider.public_id}:brush-1", "idem": "intent-1"}
    body = data | {"agreed_host": "paints.example"} | more
    headers = {"HX-Request": "true"} | ({"Idempotency-Key": key} if key else {})
    return login(people.emil).post(path(people, picture), body, headers=headers)


def test_the_first_send_asks_where_the_picture_may_go(
    people: People, picture: Picture, provider: Provider, data_dir: Path
) -> None:
    kept = set(data_dir.glob("pictures/*/*"))
    (other,) = make_rows(people.project, people.olga, 1)
    mask = make_mask((64, 48), (4, 5, 20, 30))
    response = ask(people, picture, provider, mask=mask, agreed_host="", inputs=[other.public_id])
    assert response.status_code == 200
    question = BeautifulSoup(response.content, "html.parser").select_one("[data-consent]")
    assert question is not None
    assert question["data-host"] == "paints.example"
    for words in ("leaves for paints.example", "Paints", "of 64", "mask", "1 further picture"):
        assert words in question.text
    assert not Edit.objects.exists()
    assert not Mask.objects.exists()
    assert set(data_dir.glob("pictures/*/*")) == kept


def test_an_agreement_is_for_one_host_and_once(
    people: People, picture: Picture, provider: Provider
) -> None:
    assert ask(people, picture, provider, agreed_host="elsewhere.example").status_code == 200
    assert ask(people, picture, provider).status_code == 201
    again = ask(people, picture, provider, idem="intent-2", agreed_host="")
    assert again.status_code == 201
    Provider.objects.update(base_url="https://moved.example/v1")
    assert ask(people, picture, provider, idem="intent-3").status_code == 200
    assert Edit.objects.count() == 2


def test_parameters_and_further_pictures_are_kept(
    people: People, picture: Picture, provider: Provider
) -> None:
    first, second = make_rows(people.project, people.olga, 2)
    ids = [second.public_id, first.public_id]
    response = ask(people, picture, provider, n="2", quality="high", inputs=ids)
    assert response.status_code == 201
    edit = Edit.objects.get()
    assert (edit.provider, edit.model) == (provider, "brush-1")
    assert edit.parameters == {"n": 2, "quality": "high"}
    rows = [(row.number, row.picture) for row in edit.inputs.all()]
    assert rows == [(2, second), (3, first)]


@pytest.mark.parametrize("more", [{"quality": "low"}, {"inputs": "other"}])
def test_the_key_covers_parameters_and_further_pictures(
    people: People, picture: Picture, provider: Provider, more: dict[str, str]
) -> None:
    (other,) = make_rows(people.project, people.olga, 1)
    fields = {name: value.replace("other", other.public_id) for name, value in more.items()}
    assert ask(people, picture, provider).status_code == 201
    assert ask(people, picture, provider, **fields).status_code == 422
    assert Edit.objects.count() == 1


def test_the_key_may_stand_in_the_header(
    people: People, picture: Picture, provider: Provider
) -> None:
    for idem in ("one", "two"):
        assert ask(people, picture, provider, key="the-key", idem=idem).status_code == 201
    assert Edit.objects.get().idem_key == "the-key"


def test_more_pictures_than_the_engine_takes_are_refused(
    people: People, picture: Picture, provider: Provider, data_dir: Path
) -> None:
    kept = set(data_dir.glob("pictures/*/*"))
    ids = [other.public_id for other in make_rows(people.project, people.olga, 3)]
    mask = make_mask((64, 48), (4, 5, 20, 30))
    response = ask(people, picture, provider, inputs=ids, mask=mask)
    assert response.status_code == 422
    assert "at most 3 pictures" in response.content.decode()
    assert not Edit.objects.exists()
    assert set(data_dir.glob("pictures/*/*")) == kept


def test_a_further_picture_must_be_live_and_of_the_project(
    people: People, picture: Picture, provider: Provider
) -> None:
    gone, itself = make_row(people.project, people.olga, "gone.jpg"), picture
    Picture.objects.filter(pk=gone.pk).update(trashed_at=timezone.now())
    foreign = make_row(make_project(people.emil, "Emil's"), people.emil, "foreign.jpg")
    for other in (gone, foreign):
        response = ask(people, picture, provider, inputs=[other.public_id])
        assert response.status_code == 422
        assert "no longer there" in response.content.decode()
    response = ask(people, picture, provider, inputs=[itself.public_id])
    assert "The picture you edit is among" in response.content.decode()
    assert not Edit.objects.exists()


def test_nothing_goes_to_a_provider_that_rejects_its_key(
    people: People, picture: Picture, provider: Provider
) -> None:
    assert ask(people, picture, provider).status_code == 201
    Provider.objects.update(trouble="key_rejected")
    refused = ask(people, picture, provider, idem="intent-2")
    assert refused.status_code == 422
    assert "rejects its key" in refused.content.decode()
    # What was taken before is still the same edit.
    assert ask(people, picture, provider).status_code == 201
    assert Edit.objects.count() == 1


def test_engines_are_grouped_by_whose_they_are(
    people: People, picture: Picture, provider: Provider
) -> None:
    Provider.objects.create(
        source="staff",
        name="Other",
        preset="generic",
        base_url="https://other.example/v1",
        offered=["m"],
        trouble="key_rejected",
    )
    soup = BeautifulSoup(login(people.emil).get(path(people, picture)).content, "html.parser")
    groups = [str(group["label"]) for group in soup.select("#engine optgroup")]
    assert groups[0] == "On this server"
    assert set(groups[1:]) == {"Paints (paints.example)", "Other (other.example)"}
    options = {option.text: option.has_attr("disabled") for option in soup.select("#engine option")}
    assert options == {"Built-in": False, "brush-1": False, "m \u2013 key rejected": True}


def test_an_earlier_edit_brings_its_parameters_and_pictures_back(
    people: People, picture: Picture, provider: Provider
) -> None:
    first, second = make_rows(people.project, people.olga, 2)
    ids = [first.public_id, second.public_id]
    ask(people, picture, provider, quality="high", inputs=ids)
    Picture.objects.filter(pk=first.pk).update(trashed_at=timezone.now())
    edit = Edit.objects.get()
    page = login(people.olga).get(path(people, picture), {"from": edit.public_id})
    again = BeautifulSoup(page.content, "html.parser").select_one("canvas-again")
    assert again is not None
    stored = {script["id"]: json.loads(script.text) for script in again.select("script")}
    assert stored["again-parameters"] == {"quality": "high"}
    assert [each["id"] for each in stored["again-inputs"]] == [second.public_id]


AREAS = ((4, 5, 14, 12), (50, 30, 60, 44))


def ask_apart(people: People, picture: Picture, provider: Provider, **more: Any) -> Any:
    areas = ",".join(" ".join(map(str, box)) for box in AREAS)
    form = {"mask": make_mask((64, 48), *AREAS), "way": "each", "apart": areas}
    return ask(people, picture, provider, **form | more)


def test_areas_that_are_edited_apart_come_back_as_a_card_each(
    people: People, picture: Picture, provider: Provider
) -> None:
    response = ask_apart(people, picture, provider)
    assert response.status_code == 201
    soup = BeautifulSoup(response.content, "html.parser")
    cards = soup.select("[data-testid=edit-card]")
    edits = list(Edit.objects.order_by("area"))
    assert [card["data-edit-id"] for card in cards] == [edit.public_id for edit in edits]
    assert [edit.mask.box for edit in edits if edit.mask] == list(AREAS)
    assert [card.has_attr("data-waits") for card in cards] == [False, True]
    assert "Area 1 of 2" in cards[0].text
    assert "Waits for area 1" in cards[1].text
    assert "Cancel" in cards[1].text


def test_one_crop_is_sent_unless_each_area_was_chosen(
    people: People, picture: Picture, provider: Provider
) -> None:
    assert ask_apart(people, picture, provider, way="one").status_code == 201
    (edit,) = Edit.objects.all()
    assert (edit.areas, edit.mask and edit.mask.box) == (1, (4, 5, 60, 44))


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"apart": "4 5 14 12,50 30 55 44"}, "What is painted has changed"),
        ({"apart": "4 5 14 12,14 12 60 44"}, "lie too near each other"),
        ({"apart": "4 5 14 12,9"}, "must be a few boxes"),
        ({"way": "both"}, "Choose how the areas are edited"),
        ({"n": "2"}, "for one result only"),
    ],
)
def test_areas_that_make_no_sense_are_refused(
    people: People, picture: Picture, provider: Provider, form: dict[str, str], words: str
) -> None:
    Provider.objects.update(overrides={provider.offered[0]: {"n_max": 4}})
    response = ask_apart(people, picture, provider, **form)
    assert response.status_code == 422
    assert words in response.content.decode()
    assert not Edit.objects.exists()
    assert not Mask.objects.exists()


def test_our_own_engine_edits_all_areas_at_once(
    people: People, picture: Picture, provider: Provider
) -> None:
    assert ask_apart(people, picture, provider, engine="builtin", prompt="blur").status_code == 201
    assert Edit.objects.get().areas == 1


def test_blending_is_sent_kept_and_comes_back(
    people: People, picture: Picture, provider: Provider
) -> None:
    mask = make_mask((64, 48), AREAS[0])
    assert ask(people, picture, provider, mask=mask, blend="gradient").status_code == 201
    edit = Edit.objects.get()
    assert (edit.focus["blend"], edit.focus["chosen"]) == ("gradient", {"blend": "gradient"})
    page = login(people.olga).get(path(people, picture), {"from": edit.public_id})
    soup = BeautifulSoup(page.content, "html.parser")
    framing = soup.select_one("#again-framing")
    assert framing is not None
    assert json.loads(framing.text)["blend"] == "gradient"
    options = [str(option["value"]) for option in soup.select("#framing-blend option")]
    assert options == ["auto", "gradient", "off"]
    refused = ask(people, picture, provider, mask=mask, blend="much", idem="other")
    assert refused.status_code == 422
    assert "Choose a way of blending" in refused.content.decode()
