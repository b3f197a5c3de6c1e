"""Small by measure: the figures of the codebases we admire (functions in lines, modules in lines)."""

from pathlib import Path

import pytest

from tests.architecture import source

FUNCTION_MEDIAN, FUNCTION_NINTH_TENTH, FUNCTION_MOST = 10, 35, 50
TEST_FUNCTION_MOST = 60
MODULE_NINTH_TENTH, MODULE_MOST = 300, 500
SCRIPT_NINTH_TENTH, SCRIPT_MOST = 200, 300
TEMPLATE_MOST = 300
DRAWERS = {"utils", "util", "helpers", "helper", "common", "misc", "shared", "tools"}


def too_long(functions: list[source.Function], most: int) -> list[str]:
    return [f"{f.where}: {f.lines} lines" for f in functions if f.lines > most]


def longer_than(paths: tuple[Path, ...], most: int) -> list[str]:
    sizes = {source.relative(path): source.line_count(path) for path in paths}
    return [f"{name}: {lines} lines" for name, lines in sizes.items() if lines > most]


def test_no_function_is_over_50_lines() -> None:
    assert not too_long(source.python_functions("editor", "project"), FUNCTION_MOST)


def test_no_test_is_over_60_lines() -> None:
    assert not too_long(source.python_functions("tests"), TEST_FUNCTION_MOST)


def test_most_functions_are_small() -> None:
    sizes = [f.lines for f in source.python_functions("editor", "project")]
    middle, ninth_tenth = source.middle_and_ninth_tenth(sizes)
    assert middle <= FUNCTION_MEDIAN
    assert ninth_tenth <= FUNCTION_NINTH_TENTH


def test_modules_are_rooms_not_halls() -> None:
    paths = source.files("*.py")
    assert not longer_than(paths, MODULE_MOST)
    _, ninth_tenth = source.middle_and_ninth_tenth([source.line_count(path) for path in paths])
    assert ninth_tenth <= MODULE_NINTH_TENTH


def test_scripts_and_their_functions_are_small() -> None:
    paths = source.files("*.js", "static")
    assert not longer_than(paths, SCRIPT_MOST)
    _, ninth_tenth = source.middle_and_ninth_tenth([source.line_count(path) for path in paths])
    assert ninth_tenth <= SCRIPT_NINTH_TENTH
    assert not too_long(list(source.javascript_functions()), FUNCTION_MOST)


def test_templates_are_short() -> None:
    assert not longer_than(source.files("*.html", "templates"), TEMPLATE_MOST)


def test_no_module_is_a_drawer() -> None:
    paths = (*source.files("*.py"), *source.files("*.js"))
    folders = {parent for path in paths for parent in path.relative_to(source.ROOT).parents}
    names = {path.stem for path in paths} | {folder.name for folder in folders}
    assert not names & DRAWERS


@pytest.mark.parametrize(
    ("line", "is_header"),
    [
        ("export function clip(a, b) {", True),
        ("  #move(event) {", True),
        ("  const grow = (a) => {", True),
        ("  async connect() {", True),
        ("  if (a) {", False),
        ("  } else if (a) {", False),
        ("  for (const x of list) {", False),
        ("  call(() => {", True),
        ("const table = {", False),
    ],
)
def test_function_headers_of_scripts_are_recognised(line: str, is_header: bool) -> None:
    assert bool(source.OPENING.match(line)) is is_header
