"""docs/api.md is true: its examples are those of the page, its tables those of the code."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

import pytest
from django.template.loader import render_to_string

from editor.api.description import calls
from editor.api.description.codes import CODES
from editor.models.api_key import REQUESTS_PER_MINUTE
from editor.services.aliases import aliases
from tests.architecture import source

if TYPE_CHECKING:
    from collections.abc import Iterator

TEXT = (source.ROOT / "docs/api.md").read_text()
ROW = re.compile(r"^\| ([0-9]{3}) \| `([a-z_]+)` \| (.+?) \| (.+?) \|$", re.MULTILINE)
FIELDS = re.compile(r"^\| ((?:`[a-z_]+`(?:, )?)+) \|", re.MULTILINE)
ADDRESS = "https://pictures.example.org/v1"


def example(name: str) -> str:
    """One of the page's examples, as it stands in the document."""
    return render_to_string(f"api_help/{name}.txt", {"base_url": ADDRESS, "model": "builtin"})


def fenced() -> list[str]:
    return re.findall(r"^```[a-z]*\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("name", ["curl", "python", "node", "environment"])
def test_the_examples_are_those_of_the_page(name: str) -> None:
    assert example(name) in fenced()


def test_every_code_is_in_the_table_as_it_is() -> None:
    told = {name: (int(status), means, remedy) for status, name, means, remedy in ROW.findall(TEXT)}
    assert told == {code.name: (code.status, code.means, code.remedy) for code in CODES}


def test_every_field_is_in_the_table() -> None:
    told = {name for cell in FIELDS.findall(TEXT) for name in re.findall(r"[a-z_]+", cell)}
    forms = calls.schemas()
    assert told == {*forms["EditForm"]["properties"], *forms["EditJson"]["properties"]}


def test_every_word_of_a_field_is_in_the_table() -> None:
    for name, words in worded(calls.schemas()["EditJson"]["properties"]):
        line = next(line for line in TEXT.splitlines() if line.startswith(f"| `{name}`"))
        assert not [word for word in words if f"`{word}`" not in line], name


def worded(properties: dict[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """The fields that are one of a list of words."""
    for name, schema in properties.items():
        for choice in schema.get("anyOf", ()):
            if choice.get("type") == "string" and "enum" in choice:
                yield name, choice["enum"]


def test_every_alias_is_named() -> None:
    assert not [name for name in aliases().replaced if f"`{name}`" not in TEXT]


def test_the_figures_are_those_of_the_code() -> None:
    assert f"{REQUESTS_PER_MINUTE} times a minute" in TEXT


def test_the_python_example_calls_what_there_is() -> None:
    """What it gives to `images.edit` are fields that are read."""
    tree = ast.parse(example("python"))
    (call,) = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "client.images.edit"
    ]
    given = {keyword.arg for keyword in call.keywords}
    assert given == {"model", "image", "prompt"}
    assert given <= set(calls.schemas()["EditForm"]["properties"])
