"""What a call is answered with: sizes, formats, several pictures, what was counted."""

from __future__ import annotations

import asyncio
import base64
import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image

from editor.api import answers, parse, placing
from editor.api.auth import admit
from editor.api.call import EditCall
from editor.models import Edit, Picture, Scope, State
from tests.api.asking import data_url, post
from tests.api.studio import Painter, connect, edited, form, opened, painted, picture, within

if TYPE_CHECKING:
    from pathlib import Path

    from tests.api.calling import Caller, Came
    from tests.conftest import People

pytestmark = pytest.mark.django_db(transaction=True)
USAGE = {
    "input_tokens": 50,
    "output_tokens": 272,
    "total_tokens": 322,
    "input_tokens_details": {"text_tokens": 10, "image_tokens": 40},
}


@pytest.mark.parametrize(
    ("size", "cut"),
    [
        ("40x30", (0, 0, 80, 60)),
        ("160x120", (0, 0, 80, 60)),
        ("60x60", (10, 0, 70, 60)),
        ("80x30", (0, 15, 80, 45)),
    ],
)
def test_an_explicit_size_covers_and_is_cut_at_the_centre(
    caller: Caller, size: str, cut: tuple[int, int, int, int]
) -> None:
    came = edited(caller, form(size=size))
    width, height = (int(part) for part in size.split("x"))
    found = opened(came)
    assert (came.json()["size"], found.size) == (size, (width, height))
    whole = opened(edited(caller, form()))
    wanted = whole.crop(cut).resize((width, height), Image.Resampling.LANCZOS)
    pairs = zip(found.tobytes(), wanted.tobytes(), strict=True)
    assert sum(abs(a - b) for a, b in pairs) / len(found.tobytes()) < 6


def test_auto_is_the_pictures_own_size(caller: Caller) -> None:
    came = edited(caller, form(size="auto"))
    assert (came.json()["size"], opened(came).size) == ("80x60", (80, 60))


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"output_format": "png"}, "PNG"),
        ({"output_format": "jpeg"}, "JPEG"),
        ({"output_format": "webp"}, "WEBP"),
    ],
)
def test_a_format_is_what_it_says(caller: Caller, fields: dict[str, Any], kind: str) -> None:
    came = edited(caller, form(**fields))
    assert (opened(came).format, came.json()["output_format"]) == (kind, fields["output_format"])


def test_compression_is_obeyed(caller: Caller) -> None:
    sizes = [
        len(edited(caller, form(output_format="jpeg", output_compression=str(much))).body)
        for much in (0, 50, 100)
    ]
    assert sizes == sorted(sizes)
    assert sizes[0] < sizes[2] / 2


def test_a_transparent_picture_says_so_and_stays_so(caller: Caller) -> None:
    body, kind = form()
    body = body.replace(picture(), picture(mode="RGBA"))
    came = edited(caller, (body, kind))
    assert (came.json()["background"], opened(came).mode) == ("transparent", "RGBA")


def test_several_pictures_come_in_their_order(people: People, caller: Caller) -> None:
    connect(people)
    came = edited(caller, form(n="3"), Painter(count=3, said={"usage": USAGE}))
    document = came.json()
    assert (came.status, len(document["data"])) == (200, 3)
    assert {opened(came, number).size for number in range(3)} == {(80, 60)}
    assert int(came.headers["content-length"]) == len(came.body)
    assert document["usage"] == {
        **USAGE,
        "output_tokens_details": {"text_tokens": 0, "image_tokens": 272},
    }


@pytest.mark.parametrize(
    ("said", "read", "written"),
    [
        ({}, (0, 0, 0), (0, 0, 0)),
        ({"input_tokens": 5, "output_tokens": 7, "total_tokens": 99}, (5, 5, 0), (7, 0, 7)),
        (
            {"input_tokens": 5, "input_tokens_details": {"text_tokens": 1, "image_tokens": 1}},
            (5, 5, 0),
            (0, 0, 0),
        ),
        (
            {"output_tokens": 9, "output_tokens_details": {"text_tokens": 4, "image_tokens": 5}},
            (0, 0, 0),
            (9, 4, 5),
        ),
        ({"output_tokens": True, "input_tokens": "many"}, (0, 0, 0), (0, 0, 0)),
        ({"output_tokens": 3.0, "output_tokens_details": ["x"]}, (0, 0, 0), (3, 0, 3)),
        ({"output_tokens": 1e400, "input_tokens": float("nan")}, (0, 0, 0), (0, 0, 0)),
        ({"input_tokens": -5}, (0, 0, 0), (0, 0, 0)),
    ],
)
def test_what_was_counted_adds_up(
    said: dict[str, Any], read: tuple[int, ...], written: tuple[int, ...]
) -> None:
    usage = answers._usage(said)
    told = [
        (
            usage[f"{way}_tokens"],
            usage[f"{way}_tokens_details"]["text_tokens"],
            usage[f"{way}_tokens_details"]["image_tokens"],
        )
        for way in ("input", "output")
    ]
    assert told == [read, written]
    assert usage["total_tokens"] == usage["input_tokens"] + usage["output_tokens"]


def test_pictures_in_json_make_the_same_edit(caller: Caller) -> None:
    from_form = edited(caller, form())
    body = json.dumps(
        {
            "prompt": "black and white",
            "images": [{"image_url": data_url(picture())}],
            "mask": {"image_url": data_url(painted())},
        }
    ).encode()
    came = edited(caller, (body, "application/json"))
    assert opened(came).tobytes() == opened(from_form).tobytes()


def test_azures_paths_name_the_model(caller: Caller) -> None:
    old = "/openai/deployments/builtin/images/edits?api-version=2025-04-01-preview"
    assert edited(caller, form(), path=old).status == 200
    assert edited(caller, form(), path="/openai/v1/images/edits").status == 200
    gone = edited(caller, form(), path="/openai/deployments/gpt-9/images/edits")
    assert gone.told == (404, "model_not_found", "model")


def test_unknown_fields_are_named(caller: Caller) -> None:
    came = edited(caller, form(seed_="3", é="x"))
    assert (came.status, came.headers["x-pentimento-ignored"]) == (200, "?, seed_")


def test_edits_at_once_keep_their_pictures_apart(caller: Caller) -> None:
    async def script() -> list[Came]:
        calls = [caller.edit(form(seed=seed, mask=True)) for seed in range(10)]
        return list(await asyncio.gather(*calls))

    for seed, came in enumerate(within(script)):
        before = Image.open(io.BytesIO(picture(seed)))
        assert (
            opened(came).crop((40, 0, 80, 60)).tobytes() == before.crop((40, 0, 80, 60)).tobytes()
        )


def landed(caller: Caller, engine: Painter, **fields: Any) -> tuple[Came, Came]:
    """A call answered from the spool, and the same once its result is in the store."""
    engine.landing = asyncio.Event()

    async def script() -> tuple[Came, Came]:
        early = await caller.edit(form(**fields), idempotency_key="k")
        edit = await Edit.objects.aget()
        assert edit.state == State.RECEIVED
        assert engine.landing
        engine.landing.set()
        while edit.state != State.SUCCEEDED:
            await asyncio.sleep(0.02)
            await edit.arefresh_from_db()
        return early, await caller.edit(form(**fields), idempotency_key="k")

    return within(script, engine)


@pytest.mark.parametrize("count", [1, 2])
def test_unprotected_is_what_the_provider_sent_byte_for_byte(
    people: People, caller: Caller, count: int
) -> None:
    connect(people)
    engine = Painter(count=count, said={"usage": USAGE, "size": "80x60", "quality": "low"})
    early, late = landed(caller, engine, protect="off", n=str(count))
    sent = [entry["b64_json"] for entry in json.loads(engine.bodies[0])["data"]]
    for came in (early, late):
        document = came.json()
        assert [entry["b64_json"] for entry in document["data"]] == sent
        assert (document["size"], document["output_format"]) == ("80x60", "png")
        assert document["usage"]["total_tokens"] == 322
        assert document["created"] == int(Edit.objects.get().created_at.timestamp())
    assert early.json()["quality"] == "low"
    assert len(engine.executed) == 1


def test_early_and_late_answers_are_the_same_bytes(people: People, caller: Caller) -> None:
    connect(people)
    engine = Painter(said={"usage": USAGE})
    early, late = landed(caller, engine, protect="off", background="opaque")
    assert early.body == late.body


def test_without_the_kept_answer_the_result_is_sent(
    people: People, caller: Caller, data_dir: Path
) -> None:
    connect(people)
    _early, first = landed(caller, Painter(), protect="off")
    (raw,) = (path for path in (data_dir / "pictures").rglob("raw*") if path.is_file())
    raw.unlink()
    second = edited(caller, form(protect="off"), Painter(), idempotency_key="k")
    assert opened(second).convert("RGB").tobytes() == opened(first).convert("RGB").tobytes()


def test_a_result_that_was_purged_is_not_made_again(caller: Caller) -> None:
    first = edited(caller, form(), idempotency_key="k")
    Picture.objects.filter(edit__public_id=first.edit).delete()
    came = edited(caller, form(), idempotency_key="k")
    assert came.told == (409, "result_deleted", None)
    assert (came.edit, came.headers["x-should-retry"]) == (first.edit, "false")


def test_an_early_answer_costs_few_queries(
    people: People, caller: Caller, django_assert_num_queries: Any
) -> None:
    connect(people)
    engine = Painter(said={"usage": USAGE})
    landed(caller, engine, protect="off")
    edit = Edit.objects.select_related("picture").get()
    call = EditCall(prompt="x", images=())
    with django_assert_num_queries(1):
        answers.early(edit, call)
    with django_assert_num_queries(2):
        answers.of(edit, call, "https://x.test")


@pytest.mark.parametrize(("is_paid", "most"), [(False, 26), (True, 32)])
def test_what_is_asked_of_the_database_for_a_call(
    people: People, caller: Caller, *, is_paid: bool, most: int
) -> None:
    """The whole of placing one, whatever is in the project already."""
    if is_paid:
        connect(people)
    counts = []
    for seed in range(3):
        with CaptureQueriesContext(connection) as seen:
            call = parse.edit_call(post(*form(seed=seed)))
            placing.place(
                admit(caller.token, Scope.EDIT), call, placing.Intent(), lambda asked, _: asked
            )
            call.close()
        counts.append(len(seen))
    assert counts == [most] * 3


def sent(answer: answers.Answer) -> tuple[list[bytes], int]:
    """The pieces of a document, and its length as announced."""
    response = answers.response(answer)

    async def pieces() -> list[bytes]:
        return [piece async for piece in response]

    return asyncio.run(pieces()), int(response["Content-Length"])


def test_base64_leaves_as_it_came_without_a_copy() -> None:
    text = b"QUJD" * 10_000
    items = (answers.Item(text=text), answers.Item(text=text), answers.Item(text=b"QQ=="))
    pieces, length = sent(answers.Answer("an edit", {"created": 1}, items))
    assert [piece is text for piece in pieces] == [False, True, False, True, False]
    document = json.loads(b"".join(pieces))
    assert document == {"created": 1, "data": [{"b64_json": item.text.decode()} for item in items]}
    assert length == sum(map(len, pieces))


def test_a_short_document_leaves_in_one_piece() -> None:
    items = (answers.Item(url="https://example.com/1"), answers.Item(text=b"QQ=="))
    pieces, length = sent(answers.Answer("an edit", {"size": "1x1"}, items))
    assert json.loads(pieces[0])["data"] == [{"url": items[0].url}, {"b64_json": "QQ=="}]
    assert (len(pieces), length) == (1, len(pieces[0]))


def test_files_are_sent_in_pieces_without_a_seam(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(bytes(range(256)) * 3000)
    pieces, length = sent(
        answers.Answer("an edit", {"created": 1}, (answers.Item(file=tmp_path / "file"),))
    )
    [entry] = json.loads(b"".join(pieces))["data"]
    assert base64.b64decode(entry["b64_json"]) == (tmp_path / "file").read_bytes()
    assert (all(pieces), length) == (True, sum(map(len, pieces)))
