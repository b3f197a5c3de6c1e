"""Backup and restore with real files and a real database file, in processes of their own."""

import json
import os
import shutil
import subprocess
import sys
import tarfile
import time
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from editor.management import archive, data_lock, database_copy
from editor.management.commands import backup
from tests import prepared
from tests.management.scene import make_scene

ROOT = Path(__file__).resolve().parent.parent.parent
BEGIN = """
import django, json, sys
django.setup()
from django.core.management import call_command
from editor.models import *
from tests.management.scene import *
"""
FILL = """
scene = make_scene()
for state in (State.QUEUED, State.CLAIMED, State.SENDING, State.AWAITING):
    edit = make_edit(scene.project, scene.original, scene.mask, state)
    if state != State.QUEUED:
        lease = timezone.now() + timezone.timedelta(seconds=600)
        Edit.objects.filter(pk=edit.pk).update(lease_owner="w1", lease_until=lease)
Worker.objects.create(name="w1", slots=2)
"""
WRITE_ON = """
number = 0
while True:
    number += 1
    make_picture(Project.objects.get(), f"zz/{number}", PictureKind.PATCH,
                 parent=Picture.objects.first(), edit=Edit.objects.first())
"""
TELL = """
call_command("doctor", stdout=sys.stderr)
print(json.dumps({
    "states": sorted(Edit.objects.values_list("state", flat=True)),
    "pictures": Picture.objects.count(),
    "workers": Worker.objects.count(),
    "email": User.objects.get().email,
}))
"""


def environment(data: Path) -> dict[str, str]:
    wanted = {"PENTIMENTO_DATA": str(data), "DJANGO_SETTINGS_MODULE": "project.settings.test"}
    return {k: v for k, v in os.environ.items() if k != "DATABASE_URL"} | wanted


def run(data: Path, code: str) -> str:
    """Run code in a process whose data folder is `data`; return what it printed."""
    done = subprocess.run(
        [sys.executable, "-c", BEGIN + code],
        env=environment(data),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def facts(data: Path, before: str = "") -> dict[str, Any]:
    told: dict[str, Any] = json.loads(run(data, before + TELL).splitlines()[-1])
    return told


def tree(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A data folder with an instance in it, and its backup."""
    folder = tmp_path_factory.mktemp("origin")
    data, saved = folder / "data", folder / "backup.tar"
    data.mkdir()
    shutil.copyfile(prepared.database(tmp_path_factory), data / prepared.DATABASE)
    run(data, FILL + f"call_command('backup', {str(saved)!r})")
    return data, saved


def copy_of(origin: tuple[Path, Path], data: Path) -> Path:
    """Return a data folder with an instance like it: to migrate one takes longer than the rest."""
    return shutil.copytree(origin[0], data, dirs_exist_ok=True)


def test_the_round_trip_gives_everything_back(origin: tuple[Path, Path], tmp_path: Path) -> None:
    data, saved = origin
    new = tmp_path / "new"
    told = facts(new, f"call_command('restore', {str(saved)!r})")
    assert told["email"] == "owner@example.com"
    assert told["pictures"] == 2
    assert tree(new / "pictures") == tree(data / "pictures")
    for key in backup.KEYS:
        assert (new / key).read_text() == (data / key).read_text()
    assert not [*new.glob("replaced-*"), *new.glob(".restore-*")]
    # No worker of that time lives: what it held waits again.
    assert told["states"] == ["queued"] * 4 + ["succeeded"]
    assert told["workers"] == 0


def test_force_moves_the_old_instance_aside(origin: tuple[Path, Path], tmp_path: Path) -> None:
    run(copy_of(origin, tmp_path), "Project.objects.update(name='Cellar')")
    facts(tmp_path, f"call_command('restore', {str(origin[1])!r}, force=True)")
    (aside,) = tmp_path.glob("replaced-*")
    assert (aside / "pictures/aa/original/original.jpg").exists()
    assert (aside / "pentimento.sqlite3").exists()
    assert "Attic" in run(tmp_path, "print(Project.objects.get().name)")


def test_a_backup_made_while_pictures_arrive_is_whole(
    origin: tuple[Path, Path], tmp_path: Path
) -> None:
    data, saved = copy_of(origin, tmp_path / "data"), tmp_path / "backup.tar"
    writer = subprocess.Popen(
        [sys.executable, "-c", BEGIN + WRITE_ON], env=environment(data), cwd=ROOT
    )
    try:
        deadline = time.monotonic() + 30
        while not (data / "pictures/zz/20").exists():
            assert time.monotonic() < deadline, "the writer does not write"
            time.sleep(0.05)
        run(data, f"call_command('backup', {str(saved)!r})")
        assert writer.poll() is None
    finally:
        writer.kill()
        writer.wait()
    told = facts(tmp_path / "new", f"call_command('restore', {str(saved)!r})")
    assert told["pictures"] >= 20


def test_without_key_the_keys_stay_home(origin: tuple[Path, Path], tmp_path: Path) -> None:
    saved = tmp_path / "backup.tar"
    run(origin[0], f"call_command('backup', {str(saved)!r}, without_key=True)")
    with tarfile.open(saved) as tar:
        assert not set(backup.KEYS) & set(tar.getnames())
    with tarfile.open(origin[1]) as tar:
        assert set(backup.KEYS) <= set(tar.getnames())


WAIT_FOR_PROVIDERS = """
from tests.making import make_provider_row
gone, here = make_provider_row(name="Gone"), make_provider_row(name="Here", resend_safe=True)
Provider.objects.filter(pk=gone.pk).update(deleted_at=timezone.now(), is_enabled=False)
Edit.objects.filter(state=State.QUEUED).update(provider=gone, engine="x:brush-1")
paid = {"provider": here, "engine": f"{here.public_id}:brush-1"}
Edit.objects.filter(state=State.CLAIMED).update(**paid)
"""


def test_paid_edits_that_waited_are_not_sent_again(
    origin: tuple[Path, Path], tmp_path: Path
) -> None:
    """They may have run since the backup was made; members decide. The doctor agrees."""
    data, saved = copy_of(origin, tmp_path / "data"), str(tmp_path / "backup.tar")
    run(data, WAIT_FOR_PROVIDERS + f"call_command('backup', {saved!r})")
    told = facts(tmp_path / "new", f"call_command('restore', {saved!r})")
    assert told["states"] == ["queued"] * 2 + ["succeeded"] + ["unknown"] * 2


CONNECT = """
from editor.services import providers, vault
Provider.objects.create(
    source="staff", name="Ours", preset="openai", base_url="https://api.openai.com",
    key_encrypted=vault.seal("sk-canary-0123456789"), key_tail="6789",
)
"""
READABLE = """
from editor.services import providers
print(providers.key_is_readable(Provider.objects.get()))
"""


@pytest.mark.parametrize("with_key", [True, False])
def test_providers_keys_open_with_the_encryption_key_only(
    origin: tuple[Path, Path], tmp_path: Path, with_key: bool
) -> None:
    """An archive without it holds nothing that could be spent."""
    data, new = copy_of(origin, tmp_path / "data"), tmp_path / "new"
    saved = str(tmp_path / "backup.tar")
    run(data, CONNECT + f"call_command('backup', {saved!r}, without_key={not with_key})")
    assert b"sk-canary" not in Path(saved).read_bytes()
    run(new, f"call_command('restore', {saved!r})")
    assert run(new, READABLE).split() == [str(with_key)]


def test_a_missing_file_is_named_and_the_rest_is_saved(
    origin: tuple[Path, Path], tmp_path: Path
) -> None:
    data, saved = copy_of(origin, tmp_path / "copy"), tmp_path / "b.tar"
    (data / "pictures/cc/result/alpha.png").unlink()
    for picture in ("cc/result", "aa/original"):
        (data / f"pictures/{picture}/320.webp").unlink()  # can be made again
    (data / "renders").mkdir(exist_ok=True)
    (data / "renders" / "somebody.r2.flat.png").write_bytes(b"can be made again")
    done = subprocess.run(
        [sys.executable, "manage.py", "backup", str(saved)],
        env=environment(data),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.splitlines()[0] == "missing: pictures/cc/result/alpha.png"
    assert "1 files are missing" in done.stderr
    names = archive.unpack(saved, tmp_path / "out").files
    assert set(names) == {
        *(database_copy.SQLITE_FILE, *backup.KEYS),
        *(f"pictures/{name}" for name in tree(data / "pictures")),
    }


@pytest.mark.django_db
def test_an_occupied_folder_is_refused(data_dir: Path, origin: tuple[Path, Path]) -> None:
    make_scene()
    before = tree(data_dir / "pictures")
    with pytest.raises(CommandError, match="already holds an instance"):
        call_command("restore", str(origin[1]))
    assert tree(data_dir / "pictures") == before


@pytest.mark.django_db
def test_a_damaged_archive_changes_nothing(
    data_dir: Path, origin: tuple[Path, Path], tmp_path: Path
) -> None:
    make_scene()
    before = tree(data_dir / "pictures")
    damaged = tmp_path / "damaged.tar"
    damaged.write_bytes(origin[1].read_bytes().replace(b"bytes as", b"bites as", 1))
    with pytest.raises(CommandError, match="is damaged: its checksum differs"):
        call_command("restore", str(damaged), force=True)
    assert tree(data_dir / "pictures") == before


@pytest.mark.parametrize("command", ["backup", "doctor"])
def test_an_unprepared_database_is_said_so(tmp_path: Path, command: str) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", command, *([str(tmp_path / "b")] * (command == "backup"))],
        env=environment(tmp_path / "data"),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("CommandError: The database is empty, or older than this")


def test_nothing_is_restored_under_a_running_instance(data_dir: Path) -> None:
    with (
        data_lock.using(data_dir),
        pytest.raises(CommandError, match=r"is running on .*: stop it first"),
    ):
        call_command("restore", "whatever.tar")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("migrations", "file", "text"),
    [
        (["editor.9999_future"], database_copy.SQLITE_FILE, "newer Pentimento"),
        ([], database_copy.POSTGRESQL_FILE, "another kind of database"),
    ],
)
def test_what_does_not_fit_is_refused(
    data_dir: Path, tmp_path: Path, migrations: list[str], file: str, text: str
) -> None:
    (tmp_path / "copy").write_bytes(b"rows")
    with archive.writing(tmp_path / "b.tar") as out:
        out.add(file, tmp_path / "copy")
        out.manifest.facts = {"migrations": migrations}
    with pytest.raises(CommandError, match=text):
        call_command("restore", str(tmp_path / "b.tar"), force=True)


def test_a_file_that_is_not_there_is_said_so(data_dir: Path, tmp_path: Path, db: None) -> None:
    with pytest.raises(CommandError, match=r"nowhere\.tar: No such file"):
        call_command("restore", str(tmp_path / "nowhere.tar"), force=True)
