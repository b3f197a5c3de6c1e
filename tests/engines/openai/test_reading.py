"""From stored answers to pictures: every shape, and none of the bad ones (rows 46, 47; R8)."""

from __future__ import annotations

import asyncio
import gzip
import json
import zlib
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from PIL import Image

from editor.engines.base import Answer, EditResult
from editor.engines.costs import Cost, CostBasis, CostRange
from editor.engines.errors import EngineCrashed, Execution, NoRunner, ProviderError
from editor.engines.openai.answer_job import preview
from editor.engines.openai.engine import OpenAICompatible
from editor.engines.openai.reading import Reader
from editor.engines.plans import Plan
from editor.imaging.errors import Rejected
from editor.imaging.sandbox.client import Limits, Sandbox
from editor.imaging.sandbox.errors import JobCrashed
from tests.engines.openai.pictures import b64, bomb, flipped, gif, picture
from tests.engines.openai.setting import Inline, make_provider

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from editor.engines.base import Progress, Runner
    from editor.imaging.sandbox.wire import JSON

PNG = picture()
USAGE = {
    "input_tokens": 30,
    "output_tokens": 20,
    "total_tokens": 50,
    "input_tokens_details": {"text_tokens": 10, "image_tokens": 20},
    "note": "words",
    "nothing": None,
}
# What PostgreSQL does not store in JSON.
DIRTY = {"a\0b\ud800": 1, "c": {"d\0e\udfff": 2}}


def nobody(request: httpx.Request) -> httpx.Response:
    raise AssertionError(f"nobody may call {request.url}")


def read(
    folder: Path, body: bytes, *, runner: Runner | None = None, head: dict[str, Any] | None = None,
    handler: Any = nobody, **changes: Any,
) -> EditResult:  # fmt: skip
    file = folder / "answer"
    file.write_bytes(body)
    reader = Reader(
        make_provider("https://api.example/v1", **changes),
        runner or Inline(),
        lambda _: httpx.MockTransport(handler),
        pauses=(0, 0),
    )
    return asyncio.run(reader.read(Answer(file, head or {}), folder))


def document(*data: Any, **more: Any) -> bytes:
    return json.dumps({"created": 1, "data": list(data), **more}).encode()


def unusable(folder: Path, body: bytes, **options: Any) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        read(folder, body, **options)
    assert caught.value.execution == Execution.YES
    assert caught.value.retries == 0
    return caught.value


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("shape", ["b64_json", "data URL", "bare", "chat", "images"])
def test_row_46_every_shape_of_a_picture(tmp_path: Path, kind: str, shape: str) -> None:
    text = b64(picture(kind))
    url = f"data:image/x;base64,{text}"
    body = {
        "b64_json": document({"b64_json": text, "url": None, "revised_prompt": None}),
        "data URL": document({"url": url, "b64_json": None}),
        "bare": json.dumps({"b64_json": text}).encode(),
        "images": json.dumps({"images": [url]}).encode(),
        "chat": json.dumps(
            {"choices": [{"message": {"images": [{"image_url": {"url": url}}]}}]}
        ).encode(),
    }[shape]
    result = read(tmp_path, body)
    assert [file.read_bytes() for file in result.images] == [picture(kind)]
    assert result.actual["formats"] == [kind.lower()]
    assert result.actual["pixels"] == [[8, 6]]


def test_row_46_both_forms_are_one_picture_and_nobody_is_called(tmp_path: Path) -> None:
    both = {"b64_json": b64(PNG), "url": "https://elsewhere.example/a.png"}
    assert len(read(tmp_path, document(both)).images) == 1


def test_what_was_done_is_told_as_the_provider_says_it(tmp_path: Path) -> None:
    body = document(
        {"b64_json": b64(PNG), "revised_prompt": "a\u202e red\ndoor"},
        size="1024x1024", quality="high", background="opaque", output_format="png",
        usage=USAGE, resize=7, file_path="/etc",
    )  # fmt: skip
    head = {"asked": 2, "request_id": "req-1"}
    result = read(tmp_path, body, head=head)
    assert result.actual == {
        "size": "1024x1024",
        "quality": "high",
        "background": "opaque",
        "output_format": "png",
        "revised_prompt": "a red door",
        "pixels": [[8, 6]],
        "formats": ["png"],
        "count": 1,
        "asked": 2,
        "request_id": "req-1",
    }
    assert result.usage == {
        "input_tokens": 30,
        "output_tokens": 20,
        "total_tokens": 50,
        "input_tokens_details": {"text_tokens": 10, "image_tokens": 20},
    }


def test_names_in_a_usage_can_be_stored(tmp_path: Path) -> None:
    result = read(tmp_path, document({"b64_json": b64(PNG)}, usage=DIRTY))
    assert result.usage == {"a b": 1, "c": {"d e": 2}}


@pytest.mark.parametrize("more", [{}, {"usage": None}, {"usage": "many"}, {"size": 7}])
def test_row_47_what_is_not_said_is_not_known(tmp_path: Path, more: dict[str, Any]) -> None:
    result = read(tmp_path, document({"b64_json": b64(PNG)}, **more))
    assert result.usage is None
    assert "size" not in result.actual


def test_row_47_without_usage_the_cost_is_the_estimate_and_says_so(tmp_path: Path) -> None:
    result = read(tmp_path, document({"b64_json": b64(PNG)}))
    engine = OpenAICompatible(make_provider(), "any-model")
    assert engine.cost(Plan(None, {}, (), CostRange(10, 70)), result) == Cost(
        70, CostBasis.ESTIMATE
    )
    assert engine.cost(Plan(None, {}, (), CostRange(None, None)), result).basis == CostBasis.UNKNOWN
    assert engine.cost(Plan(None, {}, (), CostRange(1, 2)), None) == Cost(2, CostBasis.ESTIMATE)


def test_more_than_asked_is_kept_and_what_is_broken_left_out(tmp_path: Path) -> None:
    entries = [{"b64_json": b64(PNG)}, {"b64_json": "***"}, {}, {"b64_json": b64(PNG)}]
    result = read(tmp_path, document(*entries), head={"asked": 1})
    assert len(result.images) == 2
    assert (result.actual["count"], result.actual["unreadable"]) == (2, 2)


def test_how_many_pictures_went_along_is_known_to_who_reads_later(tmp_path: Path) -> None:
    body = document({"b64_json": b64(PNG)})
    assert read(tmp_path, body, head={"inputs": 3}).inputs == 3
    assert read(tmp_path, body).inputs == 1


def test_row_52_the_pictures_of_a_stream(tmp_path: Path) -> None:
    def event(kind: str, data: bytes) -> bytes:
        text = {"type": f"image_edit.{kind}", "b64_json": b64(data), "usage": {"total_tokens": 3}}
        return f"event: image_edit.{kind}\r\ndata: {json.dumps(text)}\r\n\r\n".encode()

    two = picture(size=(4, 4))
    body = b": hi\n\n" + event("partial_image", gif()) + event("completed", PNG)
    result = read(tmp_path, body + event("completed", two) + b"data: [DONE]\n\n")
    assert [file.read_bytes() for file in result.images] == [PNG, two]
    assert result.usage == {"total_tokens": 6}


def test_what_was_sent_counts_once_however_many_pictures_of_a_stream_say_so(
    tmp_path: Path,
) -> None:
    def event(**usage: Any) -> bytes:
        text = {"type": "image_edit.completed", "b64_json": b64(PNG), "usage": usage}
        return f"data: {json.dumps(text)}\n\n".encode()

    sent = {"input_tokens": 30, "input_tokens_details": {"text_tokens": 10, "image_tokens": 20}}
    drawn = {"output_tokens": 100, "output_tokens_details": {"image_tokens": 100}}
    nothing = {"input_tokens": 0, "input_tokens_details": {"text_tokens": 0, "image_tokens": 0}}
    for second, total in ((sent, 130), (nothing, 100)):
        body = event(total_tokens=130, **sent, **drawn) + event(
            total_tokens=total, **second, **drawn
        )
        assert read(tmp_path, body).usage == {
            **sent,
            "output_tokens": 200,
            "output_tokens_details": {"image_tokens": 200},
            "total_tokens": 230,
        }
        body = event(total_tokens=99, **sent, **drawn)
        assert read(tmp_path, body).usage == {**sent, **drawn, "total_tokens": 99}


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [
        ("gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("gzip", lambda body: gzip.compress(body[:50]) + gzip.compress(body[50:])),
    ],
)
def test_packed_answers_are_read(tmp_path: Path, encoding: str, pack: Any) -> None:
    body = pack(document({"b64_json": b64(PNG)}))
    assert len(read(tmp_path, body, head={"content_encoding": encoding}).images) == 1


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "json"),
        (b"<html>Service</html>", "html"),
        (b" " * 5_000_000, "json"),
        (b"data:" * 500_000, "no_picture"),
        (document({"url": "data:" + "a;" * 1_000_000}), "no_picture"),
        (document()[:-3], "json"),
        (document({"b64_json": b64(PNG)})[:-3], "json"),
        (b'{"created": NaN, "data": []}', "json"),
        (document({"b64_json": b64(PNG)}).replace(b'"created": 1', b'"created": NaN'), "json"),
        (b"[" * 100_000, "json"),
        (b'{"a":' * 100_000, "json"),
        (b"\xff\xfe\x00", "json"),
        (b"null", "no_picture"),
        (b"[]", "no_picture"),
        (document(), "no_picture"),
        (document(None, 7, "", []), "no_picture"),
        (b'{"data": {"b64_json": "AAAA"}}', "no_picture"),
        (document({"b64_json": ""}), "no_picture"),
        (document({"b64_json": "!!" + b64(PNG)}), "no_picture"),
        (document({"b64_json": b64(PNG)[:-9] + "*"}), "no_picture"),
        (document({"b64_json": b64(b"<html>no</html>")}), "no_picture"),
        (document({"b64_json": b64(b"<svg xmlns='http://www.w3.org/2000/svg'/>")}), "no_picture"),
        (document({"b64_json": b64(gif())}), "no_picture"),
        (document({"b64_json": b64(picture("BMP"))}), "no_picture"),
        (document({"b64_json": b64(picture("AVIF"))}), "no_picture"),
        (document({"b64_json": b64(PNG[:-20])}), "no_picture"),
        (document({"b64_json": b64(flipped(PNG, 40))}), "no_picture"),
        (document({"b64_json": b64(PNG[:8] + bytes(40))}), "no_picture"),
        (document({"b64_json": b64(picture("WEBP")[:-9])}), "no_picture"),
        (document({"b64_json": b64(bomb())}), "no_picture"),
        (b"data: [DONE]\n\n", "no_picture"),
        (b"event: x\ndata: {}\n\n", "no_picture"),
        (b'{"error": {"message": "try later", "code": "busy"}}', "busy"),
    ],
)  # fmt: skip
def test_bad_answers_never_become_pictures(tmp_path: Path, body: bytes, code: str) -> None:
    error = unusable(tmp_path, body)
    assert (error.code, error.upstream.code) == ("answer_unreadable", code)
    assert list(tmp_path.glob("image*")) == []


def test_an_error_with_status_200_keeps_its_words(tmp_path: Path) -> None:
    body = b'{"error": {"message": "try later", "code": "busy"}}'
    assert unusable(tmp_path, body).upstream.text == "try later"


@pytest.mark.parametrize(
    ("body", "encoding", "code"),
    [
        (gzip.compress(bytes(50_000_000)), "gzip", "too_large"),
        (gzip.compress(b" " * 900_000) * 200, "gzip", "too_large"),
        (b"not packed", "gzip", "encoding"),
        (b"anything", "br", "encoding"),
        (gzip.compress(document({"b64_json": b64(PNG)}))[:-20], "gzip", "json"),
    ],
)
def test_packed_bombs_and_worse(tmp_path: Path, body: bytes, encoding: str, code: str) -> None:
    head = {"content_encoding": encoding}
    error = unusable(tmp_path, body, head=head, max_answer_bytes=1_000_000)
    assert error.upstream.code == code


def test_reading_again_gives_the_same(tmp_path: Path) -> None:
    body = document({"b64_json": b64(PNG)})
    assert read(tmp_path, body) == read(tmp_path, body)


def test_a_real_child_reads_it_too(tmp_path: Path) -> None:
    limits = Limits(cpu_seconds=20, memory_bytes=None, wall_seconds=40.0, file_bytes=2**30)
    sandbox = Sandbox(preload=["editor.engines.openai.answer_job"], limits=limits, slots=1)
    try:
        result = read(tmp_path, document({"b64_json": b64(PNG)}), runner=sandbox)
        error = unusable(tmp_path, b"[" * 100_000, runner=sandbox)
    finally:
        sandbox.close()
    with Image.open(result.images[0]) as image:
        assert image.size == (8, 6)
    assert error.code == "answer_unreadable"


class Dying(Inline):
    def __init__(self, crash: JobCrashed) -> None:
        self._crash = crash

    async def run(
        self, function: str, *, progress: Progress | None = None, **arguments: JSON
    ) -> Mapping[str, JSON]:
        raise self._crash


def test_a_child_that_dies_of_the_answer(tmp_path: Path) -> None:
    error = unusable(tmp_path, b"{}", runner=Dying(JobCrashed("memory", "too much")))
    assert (error.code, error.upstream.text) == ("answer_unreadable", "memory")


@pytest.mark.parametrize(
    "crash",
    [
        JobCrashed("exception", "no space", 28),
        # Killed for want of memory elsewhere, or with a sandbox that another job had taken down.
        JobCrashed("signal", "killed by signal 9"),
        JobCrashed("signal", "the sandbox itself died"),
    ],
)
def test_what_came_from_outside_is_not_the_answers_fault(tmp_path: Path, crash: JobCrashed) -> None:
    with pytest.raises(EngineCrashed) as caught:
        read(tmp_path, b"{}", runner=Dying(crash))
    assert not caught.value.permanent


def test_without_a_runner_nothing_is_read(tmp_path: Path) -> None:
    engine = OpenAICompatible(make_provider(), "any-model")
    with pytest.raises(NoRunner):
        asyncio.run(engine.read(Answer(tmp_path / "answer", {}), tmp_path))


def test_a_preview_becomes_a_picture(tmp_path: Path) -> None:
    event, out = tmp_path / "partial-1.json", tmp_path / "preview"
    event.write_text(json.dumps({"type": "image_edit.partial_image", "b64_json": b64(PNG)}))
    found = preview(event=str(event), out=str(out))
    assert found == {"image": {"file": str(out), "format": "png", "width": 8, "height": 6}}
    event.write_text("{}")
    with pytest.raises(Rejected):
        preview(event=str(event), out=str(out))
