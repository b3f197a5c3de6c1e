"""Copies of the whole database while it is in use: SQLite by its backup API, PostgreSQL by pg_dump."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.migrations.loader import MigrationLoader

SQLITE_FILE = "database.sqlite3"
POSTGRESQL_FILE = "database.pgdump"
COPY_ALIAS = "copy"


class CopyFailed(Exception):
    """The database could not be copied or put back; the message names the way out."""


def dump(folder: Path) -> Path:
    """Write a consistent copy into `folder` and return its path. Raises CopyFailed."""
    if connection.vendor == "sqlite":
        return _dump_sqlite(folder / SQLITE_FILE)
    if connection.vendor == "postgresql":
        target = folder / POSTGRESQL_FILE
        _run_tool("pg_dump", "--format=custom", "--no-owner", f"--file={target}")
        return target
    raise CopyFailed(f"Backing up {connection.vendor} is not supported: use its own tools.")


def load(folder: Path, aside: Path) -> None:
    """Put the copy in `folder` in place of the database; an old SQLite file goes into `aside`.

    Raises CopyFailed. PostgreSQL: in one transaction, tables of the copy replace those there.
    """
    connections.close_all()
    if connection.vendor == "sqlite":
        _load_sqlite(folder / SQLITE_FILE, aside)
    else:
        _load_postgresql(folder)


def file_name() -> str:
    """Return the name of the copy in an archive, which tells the kind of database."""
    return SQLITE_FILE if connection.vendor == "sqlite" else POSTGRESQL_FILE


def is_empty() -> bool:
    """Whether the database has no tables yet."""
    return not connection.introspection.table_names()


@contextmanager
def reading(copy: Path) -> Iterator[str]:
    """Give an alias under which the rows of a copy are read.

    A PostgreSQL dump cannot be read: there the rows of the moment after it stand in.
    """
    if copy.name != SQLITE_FILE:
        yield DEFAULT_DB_ALIAS
        return
    config = {**connection.settings_dict, "NAME": str(copy), "OPTIONS": {}}
    connections.databases[COPY_ALIAS] = config
    try:
        yield COPY_ALIAS
    finally:
        connections[COPY_ALIAS].close()
        del connections[COPY_ALIAS], connections.databases[COPY_ALIAS]


def migrations(using: str = DEFAULT_DB_ALIAS) -> list[str]:
    """Return the migrations a database has, as "app.name", sorted."""
    applied = MigrationLoader(connections[using]).applied_migrations or {}
    return sorted(f"{app}.{name}" for app, name in applied)


def unknown_migrations(applied: list[str]) -> list[str]:
    """Return those this version of the code does not have: it is older than their database."""
    known = MigrationLoader(None, ignore_no_migrations=True).disk_migrations or {}
    names = {f"{app}.{name}" for app, name in known}
    apps = {app for app, _ in known}
    return [name for name in applied if name not in names and name.split(".")[0] in apps]


def _dump_sqlite(target: Path) -> Path:
    connection.ensure_connection()
    with closing(sqlite3.connect(target)) as copy:
        connection.connection.backup(copy)
        # One file, without a write-ahead log beside it.
        copy.execute("PRAGMA journal_mode=DELETE")
        verdict = copy.execute("PRAGMA quick_check").fetchone()[0]
    if verdict != "ok":
        raise CopyFailed(f"The database is damaged: {verdict}")
    return target


def _load_sqlite(copy: Path, aside: Path) -> None:
    target = Path(connection.settings_dict["NAME"])
    for suffix in ("", "-wal", "-shm"):
        old = target.with_name(target.name + suffix)
        if old.exists():
            shutil.move(old, aside / old.name)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    shutil.move(copy, target)


def _load_postgresql(folder: Path) -> None:
    name = connection.settings_dict["NAME"]
    copy = str(folder / POSTGRESQL_FILE)
    options = ("--clean", "--if-exists", "--no-owner", "--single-transaction")
    _run_tool("pg_restore", *options, f"--dbname={name}", copy)


def _run_tool(name: str, *arguments: str) -> None:
    """Run a PostgreSQL program; the password goes by the environment, not the process list."""
    program = shutil.which(name)
    if program is None:
        raise CopyFailed(f"{name} is missing: install the PostgreSQL client programs.")
    settings: dict[str, Any] = connection.settings_dict
    keys = {"PGDATABASE": "NAME", "PGUSER": "USER", "PGPASSWORD": "PASSWORD"}
    keys |= {"PGHOST": "HOST", "PGPORT": "PORT"}
    wanted = {key: str(settings[value]) for key, value in keys.items() if settings[value]}
    done = subprocess.run(  # noqa: S603  a fixed program with our own arguments
        [program, *arguments],
        env=os.environ | wanted,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise CopyFailed(f"{name} failed: {done.stderr.strip()}")
