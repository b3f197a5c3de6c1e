"""An archive is used whole and verified, or not at all."""

import io
import tarfile
from pathlib import Path

import pytest

from editor.management import archive


def make_archive(folder: Path, files: dict[str, bytes]) -> Path:
    target = folder / "backup.tar"
    with archive.writing(target) as out:
        for number, (name, content) in enumerate(files.items()):
            source = folder / f"source-{number}"
            source.write_bytes(content)
            out.add(name, source)
        out.manifest.facts = {"made_at": "today"}
    return target


def make_tar(path: Path, members: list[tuple[tarfile.TarInfo, bytes]]) -> Path:
    with tarfile.open(path, "w") as tar:
        for info, content in members:
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return path


def make_member(name: str, kind: bytes = tarfile.REGTYPE) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type = kind
    info.linkname = "/etc/passwd"
    return info


FILES = {"database.sqlite3": b"rows" * 999, "pictures/ab/abc/original.jpg": bytes(range(256))}


def test_what_goes_in_comes_out(tmp_path: Path) -> None:
    manifest = archive.unpack(make_archive(tmp_path, FILES), tmp_path / "out")
    assert manifest.facts == {"made_at": "today"}
    assert {name: (tmp_path / "out" / name).read_bytes() for name in manifest.files} == FILES


def test_only_its_owner_can_read_it(tmp_path: Path) -> None:
    assert make_archive(tmp_path, FILES).stat().st_mode & 0o777 == 0o600


def test_a_failure_leaves_the_old_archive_and_no_draft(tmp_path: Path) -> None:
    old = make_archive(tmp_path, FILES).read_bytes()
    with (
        pytest.raises(FileNotFoundError),
        archive.writing(tmp_path / "backup.tar") as out,
    ):
        out.add("gone", tmp_path / "gone")
    assert (tmp_path / "backup.tar").read_bytes() == old
    assert not list(tmp_path.glob(".*"))


@pytest.mark.parametrize("keep", [0, 100, 600, 2000, 5000])
def test_a_cut_archive_is_refused(tmp_path: Path, keep: int) -> None:
    whole = make_archive(tmp_path, FILES)
    cut = tmp_path / "cut.tar"
    cut.write_bytes(whole.read_bytes()[:keep])
    with pytest.raises(archive.BadArchive):
        archive.unpack(cut, tmp_path / "out")


def test_a_flipped_bit_is_found(tmp_path: Path) -> None:
    whole = make_archive(tmp_path, FILES)
    data = bytearray(whole.read_bytes())
    data[data.index(b"rowsrows")] ^= 1
    whole.write_bytes(data)
    with pytest.raises(archive.BadArchive, match=r"database\.sqlite3 is damaged"):
        archive.unpack(whole, tmp_path / "out")


@pytest.mark.parametrize(
    "name",
    ["../evil", "/etc/evil", "pictures/../../evil", "./evil", "pictures//evil", "..", "a\\b"],
)
def test_a_name_that_leads_outside_is_refused(tmp_path: Path, name: str) -> None:
    hostile = make_tar(tmp_path / "hostile.tar", [(make_member(name), b"evil")])
    with pytest.raises(archive.BadArchive, match="never does"):
        archive.unpack(hostile, tmp_path / "out")
    assert not (tmp_path / "evil").exists()
    assert not Path("/etc/evil").exists()


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.DIRTYPE]
)
def test_anything_but_plain_files_is_refused(tmp_path: Path, kind: bytes) -> None:
    hostile = make_tar(tmp_path / "hostile.tar", [(make_member("pictures/x", kind), b"")])
    with pytest.raises(archive.BadArchive, match="never does"):
        archive.unpack(hostile, tmp_path / "out")


def test_a_file_not_on_the_list_is_refused(tmp_path: Path) -> None:
    listed = archive.Manifest({}, {}).to_bytes()
    members = [(make_member("extra"), b"x"), (make_member(archive.MANIFEST), listed)]
    with pytest.raises(archive.BadArchive, match="not on its list"):
        archive.unpack(make_tar(tmp_path / "x.tar", members), tmp_path / "out")


def test_a_listed_file_that_is_missing_is_noticed(tmp_path: Path) -> None:
    listed = archive.Manifest({}, {"pictures/a": "0" * 64}).to_bytes()
    members = [(make_member(archive.MANIFEST), listed)]
    with pytest.raises(archive.BadArchive, match="pictures/a is missing"):
        archive.unpack(make_tar(tmp_path / "x.tar", members), tmp_path / "out")


@pytest.mark.parametrize("listed", [b"", b"[]", b"{}", b'{"format": 2, "facts": {}, "files": {}}'])
def test_an_unreadable_or_newer_list_is_refused(tmp_path: Path, listed: bytes) -> None:
    hostile = make_tar(tmp_path / "x.tar", [(make_member(archive.MANIFEST), listed)])
    with pytest.raises(archive.BadArchive):
        archive.unpack(hostile, tmp_path / "out")


def test_a_member_twice_is_refused(tmp_path: Path) -> None:
    members = [(make_member("a"), b"1"), (make_member("a"), b"2")]
    with pytest.raises(archive.BadArchive, match="twice"):
        archive.unpack(make_tar(tmp_path / "x.tar", members), tmp_path / "out")
