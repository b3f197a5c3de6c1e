"""The OpenAPI document: valid, true, and complete."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from editor.api import fields
from editor.api.call import EditCall, GenerationCall, VariationCall
from editor.api.description import calls
from editor.api.description.codes import CODES
from editor.api.description.document import document
from tests.architecture import source

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

API = source.ROOT / "editor/api"
SPOKEN = re.compile(r"[a-z]+(?:_[a-z]+)+")
# Fields of the wire that are files or go by another name in a call.
FILES = {"image", "images", "mask"}
OURS = {"ignored", "images", "image", "mask"}


@pytest.fixture
def found() -> dict[str, Any]:
    return document("https://pictures.example.org/v1")


def test_it_is_valid(found: dict[str, Any]) -> None:
    OpenAPIV31SpecValidator(found).validate()


def test_it_names_the_server(found: dict[str, Any]) -> None:
    assert found["servers"] == [{"url": "https://pictures.example.org/v1"}]


@pytest.mark.parametrize(
    ("name", "call"),
    [
        ("EditForm", EditCall),
        ("EditJson", EditCall),
        ("GenerationJson", GenerationCall),
        ("VariationForm", VariationCall),
    ],
)
def test_every_field_that_is_read_is_described(
    found: dict[str, Any], name: str, call: type
) -> None:
    described = set(found["components"]["schemas"][name]["properties"]) - FILES
    read = set(call.__dataclass_fields__) - OURS  # type: ignore[attr-defined]
    if call is VariationCall:
        read -= {"prompt"}
    assert described == read | {"safety_identifier"}


@pytest.mark.parametrize(
    ("size", "is_one"),
    [
        *((f"{edge}x{edge}", True) for edge in (16, 99, 100, 999, 1000, 7999, 8000, 8190, 8192)),
        *((f"{edge}x64", False) for edge in (0, 1, 15, 8193, 8200, 9000, 10000)),
        ("auto", True),
        ("1024X1024", False),
        ("1024x", False),
    ],
)
def test_the_pattern_for_sizes_is_what_is_read(size: str, is_one: bool) -> None:
    assert (fields.LEAST_EDGE, fields.MOST_EDGE) == (16, 8192)
    assert bool(re.search(calls.SIZE, size)) is is_one


def test_every_code_is_in_the_table() -> None:
    """Whatever stands as a code in the source of the interface, and nothing else."""
    known = {code.name for code in CODES}
    assert spoken(API) - known == set()
    assert len(known) == len(CODES)


def spoken(folder: Path) -> set[str]:
    """The codes that errors are made with, wherever they stand."""
    return {code for path in folder.glob("*.py") for code in codes(ast.parse(path.read_text()))}


def codes(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else ast.unparse(node.func)
        given = [keyword.value for keyword in node.keywords if keyword.arg == "code"]
        given += node.args[2:3] if name == "invalid" else []
        for value in given:
            if isinstance(value, ast.Constant) and SPOKEN.fullmatch(str(value.value)):
                yield str(value.value)
