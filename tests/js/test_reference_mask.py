"""The mask that the browser sends equals an independent implementation, byte for byte."""

from __future__ import annotations

import base64
import io
import json
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from editor.imaging import mask
from tests.js.node import run_node
from tests.js.reference_mask import Command, coverage_at, rasterise

if TYPE_CHECKING:
    from pathlib import Path

LISTS = 40


def make_stroke(random: Random, width: int, height: int) -> Command:
    points = []
    for _ in range(random.choice([1, 1, 2, 3, 6])):
        points += [random.randint(-160, 8 * width + 160), random.randint(-160, 8 * height + 160)]
    if random.random() < 0.2:
        points += points[-2:]
    tool = random.choice(["brush", "brush", "eraser"])
    diameter = random.choice([1, 2, 3, 5, 9, 20, 60])
    return {"type": "stroke", "tool": tool, "diameter": diameter, "points": points}


def make_rectangle(random: Random, width: int, height: int) -> Command:
    x0, x1 = sorted(random.randint(-40, 8 * width + 40) for _ in range(2))
    y0, y1 = sorted(random.randint(-40, 8 * height + 40) for _ in range(2))
    mode = random.choice(["add", "add", "subtract"])
    return {"type": "rectangle", "mode": mode, "x0": x0, "y0": y0, "x1": x1, "y1": y1}


def make_source(seed: int) -> dict[str, Any]:
    random = Random(seed)
    width, height = random.randint(1, 40), random.choice([1, 7, 30, 64, 65, 130])
    commands: list[Command] = []
    for _ in range(random.randint(0, 6)):
        kind = random.random()
        if kind < 0.6:
            commands.append(make_stroke(random, width, height))
        elif kind < 0.85:
            commands.append(make_rectangle(random, width, height))
        else:
            commands.append({"type": "invert" if kind < 0.96 else "clear"})
    return {"width": width, "height": height, "commands": commands}


def encode(sources: list[dict[str, Any]]) -> list[tuple[Image.Image, dict[str, Any]]]:
    done = run_node("encode_masks.js", stdin=json.dumps(sources))
    assert done.returncode == 0, done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    return [(decode(answer["png"]), answer) for answer in answers]


def decode(png: str) -> Image.Image:
    data = base64.b64decode(png)
    Image.open(io.BytesIO(data)).verify()
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def test_random_lists_agree_to_the_bit() -> None:
    sources = [make_source(seed) for seed in range(LISTS)]
    touched = 0
    for source, (image, answer) in zip(sources, encode(sources), strict=True):
        size = (source["width"], source["height"])
        expected = rasterise(*size, source["commands"])
        assert (image.mode, image.size) == ("L", size)
        assert image.tobytes() == expected, source
        assert answer["painted"] == sum(value > 0 for value in expected)
        box = Image.frombytes("L", size, expected).getbbox()
        assert answer["box"] == (list(box) if box else None)
        touched += 0 < answer["painted"] < len(expected)
    assert touched > LISTS // 3


def test_products_beyond_double_precision_agree() -> None:
    """Far-away points and wide brushes: the squared test needs 80 bits there."""
    random = Random(7)
    commands: list[Command] = []
    for _ in range(12):
        points = [random.randint(-(2**20), 2**20) for _ in range(4)]
        diameter = random.randint(8_000, 32_768)
        tool = random.choice(["brush", "eraser"])
        commands.append({"type": "stroke", "tool": tool, "diameter": diameter, "points": points})
    source = {"width": 9000, "height": 40, "commands": commands}
    [(image, _)] = encode([source])
    edges = image_edges(image)
    assert edges
    for x, y in random.sample(edges, min(150, len(edges))):
        assert image.getpixel((x, y)) == coverage_at(commands, x, y)


def image_edges(image: Image.Image) -> list[tuple[int, int]]:
    data, width = image.tobytes(), image.width
    return [(i % width, i // width) for i, value in enumerate(data) if 0 < value < 255]


@pytest.mark.parametrize("distance", [0, 1])
def test_a_sample_exactly_on_the_rim_is_inside(distance: int) -> None:
    """A 3-4-5 triangle puts a subsample exactly at the radius; one eighth further it is out."""
    x, y = 8 * 9 + 1 - 12 - distance, 8 * 9 + 1 - 16
    stroke = {"type": "stroke", "tool": "brush", "diameter": 5, "points": [x, y]}
    source = {"width": 12, "height": 12, "commands": [stroke]}
    [(image, _)] = encode([source])
    assert image.getpixel((9, 9)) == (0 if distance else (255 + 8) >> 4)
    assert image.tobytes() == rasterise(12, 12, [stroke])


@pytest.mark.parametrize("seed", range(4))
def test_an_imported_mask_comes_back_to_the_byte(tmp_path: Path, seed: int) -> None:
    """What the server keeps, brought back and sent again, is the very same mask: file and box."""
    width, height = 70, 150
    commands = [make_stroke(Random(seed), width, height) for _ in range(3)]
    commands.append(make_stroke(Random(seed), width, height) | {"tool": "brush", "diameter": 60})
    [(sent, _)] = encode([{"width": width, "height": height, "commands": commands}])
    first = keep(sent, tmp_path / "first.png")
    data = base64.b64encode((tmp_path / "first.png").read_bytes()).decode()
    x0, y0, x1, y1 = first["box"]
    again = {"type": "import", "mask": "/kept.png", "x0": x0, "y0": y0, "x1": x1, "y1": y1}
    source = {"width": width, "height": height, "commands": [again], "kept": {"/kept.png": data}}
    [(sent_again, _)] = encode([source])
    assert keep(sent_again, tmp_path / "again.png") == first
    assert (tmp_path / "again.png").read_bytes() == (tmp_path / "first.png").read_bytes()


def keep(sent: Image.Image, out: Path) -> mask.MaskFacts:
    """What the server does with a mask that arrives."""
    source = out.with_suffix(".upload")
    sent.save(source, "PNG")
    return mask.normalise(source=str(source), out=str(out), width=sent.width, height=sent.height)
