"""Names in an archive: whatever pictures are called, any system can unpack them."""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING

import pytest

from editor.models import Picture
from editor.services.archive_names import Names

if TYPE_CHECKING:
    from pathlib import Path

SAFE = re.compile(r"[\w .()-]{1,120}")
DEVICES = ["CON", "con", "Nul", "PRN.jpg", "aux.tar.gz", "COM1", "lpt9.txt", "com0"]
PATHS = [
    *("../../etc/passwd", "..\\..\\boot.ini", "/etc/shadow", "C:\\Windows\\x.jpg", "C:x", "a/b/c"),
    *("..", ".", "...", "../", "/", "\\", "//server/share", "\\\\server\\share", "~/x", "~root"),
    *("a/../../b", "./-rf", "%2e%2e%2fx", "..%c0%af..", "file:///etc/passwd", "a:stream"),
]
SIGNS = [
    *("a\0b.jpg", "line\nbreak", "cr\r\nSet-Cookie: a=b", "tab\tin", "\x1b[31mred", "bell\a"),
    *(
        "\u202egpj.exe",
        "\u200bzero",
        "\ufeffbom",
        "e\u0301",
        "ﬁ",
        "\uff21",
        "💥.png",
        "👩‍👩‍👧",
        "日本語の名前",
    ),
    *("-rf", "--help", " lead", "trail ", "dot.", ".hidden", ".htaccess", "", " ", "?", "*", '"q"'),
    *("<script>", "a|b", "a;b", "$(id)", "`id`", "'", "&", "#", "ends with space .", "x" * 300),
]
NASTY = [*DEVICES, *PATHS, *SIGNS, "漢" * 200, "é" * 200, ("a" * 116) + ".png", "a. . ."]


@pytest.fixture
def given() -> list[str]:
    names = Names()
    return [names.take(Picture(name=name).stem, "png") for name in NASTY for _twice in range(2)]


def test_there_are_enough_of_them() -> None:
    assert len(set(NASTY)) >= 60


def test_all_are_safe_and_no_two_alike(given: list[str]) -> None:
    assert not [name for name in given if not SAFE.fullmatch(name)]
    assert not [name for name in given if name.startswith((".", "-", " ")) or ".." in name]
    assert not [name for name in given if re.search(r"[ .]\.png$", name)]
    assert len({name.casefold() for name in given}) == len(given)
    assert not [n for n in given if n.split(".")[0].upper() in {"CON", "NUL", "PRN", "AUX", "COM1"}]


def test_all_can_be_unpacked_where_they_belong(given: list[str], tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in given:
            archive.writestr(name, name)
    with zipfile.ZipFile(packed) as archive:
        archive.extractall(tmp_path / "out")
    found = list((tmp_path / "out").rglob("*"))
    assert sorted(path.name for path in found) == sorted(given)
    assert {path.parent for path in found} == {tmp_path / "out"}
    assert all(path.is_file() for path in found)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Holiday 2026 (1).jpg", "Holiday 2026 (1).png"),
        ("Layout 1.v2", "Layout 1.v2.png"),
        ("日本語の名前.heic", "日本語の名前.png"),
        ("../../etc/passwd", "_._etc_passwd.png"),
        ("CON", "_CON.png"),
        ("", "picture.png"),
    ],
)
def test_good_names_stay_as_they_are(name: str, expected: str) -> None:
    assert Names().take(Picture(name=name).stem, "png") == expected
