"""Everything is where its name says, and new rooms are declared before they are used."""

import re
import tomllib

import pytest

from tests.architecture import source

TOP_LEVEL = {
    *(".ci", ".gitignore", "LICENSE", "Makefile", "README.md", "docs", "editor", "manage.py"),
    *("project", "pyproject.toml", "static", "templates", "tests", "uv.lock"),
}
# Folders of editor/ that import-linter cannot see, or is told to leave alone.
UNLAYERED_FOLDERS = {"locale", "migrations", "samples"}
TEST_ROOMS = {
    *("architecture", "browser", "js", "faults", "bench", "corpus", "project", "conformance"),
}
# View modules that show no page of their own, and what they answer with.
PAGELESS = {
    "edits": "fragments of the gallery and the canvas",
    "favourite": "nothing, or the version page",
    "health": "JSON for probes",
    "media": "bytes of pictures",
    "raw_answer": "bytes of a picture, or the version page",
    "samples": "the gallery with two photos more",
    "selection": "JSON for scripts, a ZIP, or the gallery",
}


def declared_layers() -> set[str]:
    config = tomllib.loads((source.ROOT / "pyproject.toml").read_text())
    layers = config["tool"]["importlinter"]["contracts"][0]["layers"]
    return {name.strip(" ()") for layer in layers for name in layer.split("|")}


def folders_of(room: str) -> set[str]:
    return {
        path.relative_to(source.ROOT / room).parts[0]
        for path in source.files("*", room)
        if len(path.relative_to(source.ROOT / room).parts) > 1
    }


def view_names() -> list[str]:
    return [p.stem for p in (source.ROOT / "editor/views").glob("*.py") if p.stem != "__init__"]


def test_the_top_level_is_fixed() -> None:
    assert source.top_level() <= TOP_LEVEL


def test_every_folder_of_the_editor_is_declared() -> None:
    assert folders_of("editor") <= declared_layers() | UNLAYERED_FOLDERS


def test_tests_mirror_the_code() -> None:
    assert folders_of("tests") <= declared_layers() | TEST_ROOMS


@pytest.mark.parametrize("name", view_names())
def test_a_page_has_one_name(name: str) -> None:
    """View module, template folder and test file of a page are found by the same word."""
    assert (source.ROOT / f"tests/views/test_{name}.py").is_file()
    assert name in PAGELESS or (source.ROOT / "templates" / name).is_dir()


def test_the_table_of_pageless_views_is_true() -> None:
    assert set(PAGELESS) <= set(view_names())
    assert not [name for name in PAGELESS if (source.ROOT / "templates" / name).is_dir()]


def test_every_package_is_a_package() -> None:
    folders = {path.parent for path in source.files("*.py", "editor", "project")}
    assert not [source.relative(f) for f in folders if not (f / "__init__.py").is_file()]


def test_the_makefile_explains_its_targets() -> None:
    text = (source.ROOT / "Makefile").read_text()
    targets = re.findall(r"^([a-z ]+):(?!=)(.*)$", text, re.MULTILINE)
    public = [(names, rest) for names, rest in targets if names != "dev"]
    assert {"run", "test", "check"} <= {names for names, _ in public}
    assert not [names for names, rest in public if "## " not in rest]
    assert len(public) <= 14
