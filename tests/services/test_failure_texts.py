"""Every code that is written with an edit or an attempt has a sentence for people."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from editor.engines.openai.errors import ROWS
from editor.services import failure_texts

if TYPE_CHECKING:
    from collections.abc import Iterator

EDITOR = Path(failure_texts.__file__).parents[1]
NAMES = frozenset({"code", "error_code", "CODE", "UNREAD", "WORKER_LOST"})


def literals(node: ast.AST) -> Iterator[str]:
    """The codes a piece of code names: `code="..."`, `{"error_code": "..."}`, `CODE = "..."`."""
    for name, value in pairs(node):
        if name in NAMES and isinstance(value, ast.Constant) and isinstance(value.value, str):
            yield value.value


def pairs(node: ast.AST) -> list[tuple[object, ast.expr | None]]:
    match node:
        case ast.Call(func=ast.Name(id="Upstream")):
            return []  # the provider's own codes
        case ast.Call(func=ast.Name(id="Verdict"), args=[_, found, *_]):
            return [("code", found)]
        case ast.Call(keywords=keywords):
            return [(word.arg, word.value) for word in keywords]
        case ast.Dict(keys=keys, values=values):
            return [
                (getattr(key, "value", None), value)
                for key, value in zip(keys, values, strict=True)
            ]
        case ast.Assign(targets=[ast.Name(id=name)], value=found):
            return [(name, found)]
        case ast.AnnAssign(target=ast.Name(id=name), value=found):
            return [(name, found)]
    return []


def written(*folders: str) -> set[str]:
    files = [file for folder in folders for file in (EDITOR / folder).rglob("*.py")]
    assert files
    trees = (ast.parse(file.read_text("utf-8")) for file in files)
    return {code for tree in trees for node in ast.walk(tree) for code in literals(node)} - {""}


def test_every_code_of_the_pipeline_and_the_engines_has_a_sentence() -> None:
    codes = written("pipeline", "engines/openai") | set(ROWS)
    assert codes >= {"answer_late", "disk_full", "host_changed", "worker_lost", "restored"}
    assert sorted(codes - set(failure_texts.FAILURES)) == []


@pytest.mark.parametrize("code", sorted(written("pipeline")))
def test_a_sentence_is_for_people(code: str) -> None:
    said = failure_texts.failure(code, "")
    assert said.endswith(".")
    assert "_" not in said
