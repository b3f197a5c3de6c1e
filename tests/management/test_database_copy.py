"""The programs of PostgreSQL, stood in for by scripts, and what a copy says of its version."""

from pathlib import Path

import pytest
from django.db import connections

from editor.management import database_copy

pytestmark = pytest.mark.django_db


@pytest.fixture
def postgresql(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder for stand-ins that is the whole PATH, and a connection that looks the part."""
    monkeypatch.setenv("PATH", str(tmp_path))
    connection = connections["default"]
    monkeypatch.setattr(connection, "vendor", "postgresql")
    access = {"NAME": "studio", "USER": "olga", "PASSWORD": "s3cret", "HOST": "db", "PORT": ""}
    monkeypatch.setattr(connection, "settings_dict", {**connection.settings_dict, **access})
    return tmp_path


def make_program(folder: Path, name: str, script: str) -> None:
    program = folder / name
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)


def test_a_missing_program_is_named(postgresql: Path) -> None:
    with pytest.raises(database_copy.CopyFailed, match="pg_dump is missing: install"):
        database_copy.dump(postgresql)


def test_a_failing_program_is_quoted(postgresql: Path) -> None:
    make_program(postgresql, "pg_dump", 'echo "server version mismatch" >&2; exit 1')
    with pytest.raises(database_copy.CopyFailed, match="pg_dump failed: server version mismatch"):
        database_copy.dump(postgresql)


def test_the_password_stays_out_of_the_process_list(postgresql: Path) -> None:
    report = postgresql / "report"
    make_program(
        postgresql, "pg_dump", f'echo "$PGDATABASE $PGUSER $PGHOST $PGPASSWORD|$*" >{report}'
    )
    copy = database_copy.dump(postgresql)
    secrets, _, arguments = report.read_text().partition("|")
    assert secrets == "studio olga db s3cret"
    assert "s3cret" not in arguments
    assert f"--file={copy}" in arguments


def test_putting_back_is_one_transaction(postgresql: Path) -> None:
    make_program(postgresql, "pg_restore", f'echo "$*" >{postgresql}/report')
    database_copy._load_postgresql(postgresql)
    assert "--single-transaction" in (postgresql / "report").read_text()
    assert "--dbname=studio" in (postgresql / "report").read_text()


def test_other_databases_are_sent_to_their_own_tools(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(connections["default"], "vendor", "mysql")
    with pytest.raises(database_copy.CopyFailed, match="mysql is not supported"):
        database_copy.dump(tmp_path)


def test_this_code_knows_its_own_migrations() -> None:
    assert "editor.0001_initial" in database_copy.migrations()
    assert database_copy.unknown_migrations(database_copy.migrations()) == []


def test_migrations_of_apps_no_longer_used_do_no_harm() -> None:
    applied = ["gone.0001_initial", "editor.0001_initial", "editor.9999_future"]
    assert database_copy.unknown_migrations(applied) == ["editor.9999_future"]
