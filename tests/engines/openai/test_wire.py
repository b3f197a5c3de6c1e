"""Exact requests for every kind of service: the golden files hold what goes on the wire."""

from __future__ import annotations

import json
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import httpx
import pytest

from editor.engines.openai import planning, wire
from editor.engines.openai.catalog import catalog
from editor.engines.openai.upload import content
from tests.engines.openai.wiring import (
    KEY,
    OWN,
    TWO,
    make_files,
    make_model,
    make_provider,
    make_request,
    make_wanted,
)

if TYPE_CHECKING:
    from editor.engines.openai.wire import Outgoing
    from editor.imaging.sandbox.wire import JSON

GOLDEN = Path(__file__).with_name("golden")
AZURE = "https://studio.openai.azure.com"


class Case(NamedTuple):
    """One request: everything a member can ask for, at one kind of service."""

    name: str
    preset: str
    model: str
    base_url: str | None = None
    inputs: int = 0
    asked: tuple[tuple[str, JSON], ...] = ()


EVERYTHING: tuple[tuple[str, JSON], ...] = (
    ("n", 3),
    ("size", "1536x1024"),
    ("quality", "medium"),
    ("background", "opaque"),
    ("input_fidelity", "high"),
    ("output_format", "webp"),
    ("output_compression", 80),
    ("moderation", "low"),
    ("partial_images", 2),
)
CASES = (
    Case("openai-plain", "openai", TWO),
    Case("openai-everything", "openai", TWO, inputs=2, asked=EVERYTHING),
    Case("openai-older", "openai", "gpt-image-1.5", asked=EVERYTHING),
    Case("azure-v1", "azure-v1", TWO, AZURE, asked=EVERYTHING),
    Case("azure-legacy", "azure-legacy", "my deployment", AZURE, inputs=1, asked=EVERYTHING),
    Case("apigo", "apigo", OWN, asked=EVERYTHING),
    Case("apigo-openai-model", "apigo", TWO),
    Case("litellm", "litellm", TWO, inputs=1, asked=EVERYTHING),
    Case("localai", "localai", OWN, inputs=1, asked=EVERYTHING),
    Case("vllm-omni", "vllm-omni", OWN, inputs=2, asked=EVERYTHING),
    Case("sglang", "sglang", OWN, inputs=1, asked=EVERYTHING),
    Case("xai-one", "xai", "grok-imagine-image-2.0"),
    Case("xai-several", "xai", "grok-imagine-image-2.0", inputs=2, asked=EVERYTHING),
    Case("openrouter", "openrouter", "bytedance-seed/seedream-4.5", inputs=1, asked=EVERYTHING),
    Case("generic-plain", "generic", OWN, "http://10.0.0.7:9000/images-service"),
    Case("generic-everything", "generic", OWN, "https://models.example/v1/", 3, EVERYTHING),
)


def make_outgoing(case: Case, work: Path) -> Outgoing:
    """From the wish to the request, as an edit goes."""
    provider = make_provider(case.preset, base_url=case.base_url)
    model = make_model(case.model, case.preset)
    able = planning.abilities(provider, model)
    wanted = make_wanted(inputs=((640, 480),) * case.inputs, asked=dict(case.asked))
    plan = planning.plan(provider, model, wanted)
    files = make_files(work, inputs=min(case.inputs, able.inputs_max - 1), mask=able.mask)
    request = make_request(work, fields=dict(plan.fields), size=plan.size, inputs=case.inputs)
    return wire.build(provider, model, request, files)


def sent_of(outgoing: Outgoing) -> httpx.Request:
    """The request as it leaves, its body read and of the length that its head says."""
    with ExitStack() as files:
        request = httpx.Request(
            outgoing.method, outgoing.url, **content(outgoing, outgoing.headers, files)
        )
        body = request.read()
    assert int(request.headers["content-length"]) == len(body)
    return request


def shown(outgoing: Outgoing) -> str:
    """The request as a text to read and to compare."""
    lines = [f"{outgoing.method} {outgoing.url}"]
    lines += [f"{name}: {value}" for name, value in outgoing.headers.items()]
    lines += ["", *(f"{name} = {value}" for name, value in outgoing.data)]
    lines += [
        f"{name} <- {filename} ({mime}): {path.read_bytes().decode()}"
        for name, filename, path, mime in outgoing.files
    ]
    if outgoing.json is not None:
        said = json.loads(sent_of(outgoing).content)
        lines.append(json.dumps(said, indent=2, ensure_ascii=False))
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_row_53_every_service_gets_the_exact_request(case: Case, tmp_path: Path) -> None:
    golden = (GOLDEN / f"{case.name}.txt").read_text(encoding="utf-8")
    assert shown(make_outgoing(case, tmp_path)) == golden


def test_every_preset_has_a_golden_file() -> None:
    assert {case.preset for case in CASES} == set(catalog().presets)
    assert {case.name for case in CASES} == {path.stem for path in GOLDEN.iterdir()}


@pytest.mark.parametrize("inputs", [0, 1, 15])
@pytest.mark.parametrize("preset", ["openai", "azure-v1", "litellm", "apigo", "generic"])
def test_row_41_one_image_is_image_and_several_are_image_brackets(
    preset: str, inputs: int, tmp_path: Path
) -> None:
    outgoing = make_outgoing(Case("", preset, TWO, AZURE, inputs), tmp_path)
    pictures = [one for one in outgoing.files if one[0].startswith("image")]
    names = [name for name, *_ in pictures]
    assert names == (["image[]"] * (inputs + 1) if inputs else ["image"])
    assert [name for _, name, _, _ in pictures] == [
        f"image-{number}.png" for number in range(1, inputs + 2)
    ]
    assert {mime for *_, mime in outgoing.files} == {"image/png"}


def test_row_41_image_is_repeated_only_where_the_preset_says_so(tmp_path: Path) -> None:
    outgoing = make_outgoing(Case("", "vllm-omni", OWN, inputs=2), tmp_path)
    assert [name for name, *_ in outgoing.files] == ["image", "image", "image", "mask_image"]


def test_row_42_no_model_of_openai_ever_gets_a_response_format(tmp_path: Path) -> None:
    for preset in catalog().presets:
        for name, model in catalog().models.items():
            if "gpt-image" not in name and "chatgpt" not in name:
                continue
            assert "response_format" in model.refuses
            outgoing = make_outgoing(Case("", preset, name, AZURE), tmp_path)
            said = {*dict(outgoing.data), *(outgoing.json or {})}
            assert "response_format" not in said, (preset, name)


@pytest.mark.parametrize("preset", ["apigo", "sglang"])
def test_row_42_a_response_format_is_sent_where_the_preset_asks(
    preset: str, tmp_path: Path
) -> None:
    outgoing = make_outgoing(Case("", preset, OWN), tmp_path)
    assert ("response_format", "b64_json") in outgoing.data


def test_row_43_what_is_none_is_left_out_and_booleans_are_small(tmp_path: Path) -> None:
    request = make_request(tmp_path, fields={"stream": True, "quality": None, "n": 2})
    outgoing = wire.build(make_provider(), make_model(), request, make_files(tmp_path))
    assert ("stream", "true") in outgoing.data
    assert ("n", "2") in outgoing.data
    assert "quality" not in dict(outgoing.data)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_row_43_the_body_types_itself(case: Case, tmp_path: Path) -> None:
    outgoing = make_outgoing(case, tmp_path)
    assert not {name.lower() for name in outgoing.headers} & {"content-type", "content-length"}
    sent = sent_of(outgoing)
    kind = sent.headers["content-type"]
    if outgoing.json is not None:
        assert kind == "application/json"
    else:
        boundary = kind.removeprefix("multipart/form-data; boundary=")
        assert f"--{boundary}--".encode() in sent.content


def test_a_field_that_was_refused_before_is_not_sent_again(tmp_path: Path) -> None:
    provider = make_provider(learned={TWO: frozenset({"moderation", "safety_identifier"})})
    request = make_request(tmp_path, fields={"moderation": "low", "quality": "low"})
    outgoing = wire.build(provider, make_model(), request, make_files(tmp_path))
    assert dict(outgoing.data).keys() == {"prompt", "model", "quality"}


@pytest.mark.parametrize(
    ("refused", "left"),
    [
        ("stream", {"output_format", "output_compression"}),
        ("partial_images", {"output_format", "output_compression"}),
        ("output_format", {"stream", "partial_images"}),
        ("output_compression", {"stream", "partial_images", "output_format"}),
    ],
)
def test_what_means_nothing_without_a_refused_field_goes_with_it(
    refused: str, left: set[str], tmp_path: Path
) -> None:
    fields: dict[str, JSON] = {
        "stream": True, "partial_images": 1, "output_format": "webp", "output_compression": 50
    }  # fmt: skip
    provider = make_provider(learned={TWO: frozenset({refused})})
    request = make_request(tmp_path, fields=fields)
    outgoing = wire.build(provider, make_model(), request, make_files(tmp_path))
    assert dict(outgoing.data).keys() - {"prompt", "model", "safety_identifier"} == left
    assert ("event-stream" in outgoing.headers["Accept"]) == ("stream" in left)


def test_a_mask_that_was_refused_is_not_sent_though_it_was_made(tmp_path: Path) -> None:
    provider = make_provider(learned={TWO: frozenset({"mask"})})
    outgoing = wire.build(provider, make_model(), make_request(tmp_path), make_files(tmp_path))
    assert [name for name, *_ in outgoing.files] == ["image"]


def test_without_a_key_no_header_is_sent_for_it(tmp_path: Path) -> None:
    outgoing = wire.build(
        make_provider("localai", key=""), make_model(OWN), make_request(tmp_path),
        make_files(tmp_path),
    )  # fmt: skip
    assert not {"Authorization", "api-key"} & outgoing.headers.keys()


def test_the_key_is_in_one_header_and_in_no_repr(tmp_path: Path) -> None:
    for case in CASES:
        outgoing = make_outgoing(case, tmp_path)
        holding = [name for name, value in outgoing.headers.items() if KEY in value]
        assert len(holding) == 1, case.name
        assert KEY not in repr(outgoing)
        assert KEY not in outgoing.url
        assert KEY not in repr(outgoing.data) + repr(outgoing.json)
