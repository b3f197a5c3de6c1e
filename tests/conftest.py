"""The people every test knows: Olga owns, Emil edits, Rita reviews, Vito views, Sam is a stranger."""

from __future__ import annotations

import gc
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.core.cache import cache
from django.db import connection
from hypothesis import settings

from editor.models import Project, Role, User
from tests import data_folders, flushing, prepared
from tests.conformance import table
from tests.making import make_member, make_project, make_user

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from pytest_django import DjangoDbBlocker

# How long one example takes says how busy the machine is.
settings.register_profile("house", deadline=None)
settings.load_profile("house")

# Files of browser tests that take minutes.
LONGEST = {"test_accounts", "test_apart", "test_framing", "test_provider_journey", "test_version"}


@dataclass(frozen=True, slots=True)
class People:
    """A project and everybody's relation to it."""

    project: Project
    olga: User
    emil: User
    rita: User
    vito: User
    sam: User


@pytest.fixture
def people(db: None) -> People:
    olga = make_user("olga")
    project = make_project(olga)
    return People(
        project=project,
        olga=olga,
        emil=make_member(project, "emil", Role.EDITOR),
        rita=make_member(project, "rita", Role.REVIEWER),
        vito=make_member(project, "vito", Role.VIEWER),
        sam=make_user("sam"),
    )


@pytest.fixture(scope="session")
def new_data(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Makes data folders in which a studio starts without migrations or static files to collect."""
    return lambda name: prepared.fill(tmp_path_factory.mktemp(name), tmp_path_factory)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A SQLite begins as a copy of one that is migrated; what is missing in it would be made."""
    if connection.vendor == "sqlite":
        file = tmp_path_factory.mktemp("database") / "test.sqlite3"
        shutil.copyfile(prepared.database(tmp_path_factory), file)
        connection.settings_dict["TEST"]["NAME"] = str(file)


@pytest.fixture(scope="session")
def django_db_keepdb(django_db_keepdb: bool) -> bool:
    """A copied database is not emptied at the start; it goes with the run's other files."""
    return django_db_keepdb or connection.vendor == "sqlite"


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """A test that really commits is flushed away quickly."""
    with django_db_blocker.unblock():
        flushing.keep_rows()


@pytest.fixture(scope="session")
def unused_folders() -> list[Path]:
    """Data folders in which a test left nothing, for the next; to make and remove one is dear."""
    return []


@pytest.fixture(autouse=True)
def data_dir(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    unused_folders: list[Path],
) -> Iterator[Path]:
    """Every test has a data folder of its own; it is the `tmp_path` of one that has such."""
    if "tmp_path" in request.fixturenames:
        folder = request.getfixturevalue("tmp_path")
        data_folders.furnish(folder)
        with data_folders.lived_in(folder):
            yield folder
        return
    if not unused_folders:
        unused_folders.append(tmp_path_factory.mktemp("data"))
        data_folders.furnish(unused_folders[-1])
    folder = unused_folders[-1]
    with data_folders.lived_in(folder):
        yield folder
    if not data_folders.is_unused(folder):
        unused_folders.remove(folder)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(autouse=True)
def _no_attempts_yet() -> None:
    """Sign-in limits count in the cache, which outlives a test's database."""
    cache.clear()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put browser tests last: Playwright keeps an event loop in the thread it started in.

    Of those the longest files go first, or one worker would end with them long after the others.
    """
    items.sort(key=turn)


def turn(item: pytest.Item) -> int:
    """Where a test stands in a run: 0 is first."""
    if item.get_closest_marker("browser") is None:
        return 0
    return 1 if item.path.stem in LONGEST else 2


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Generator[None, object, object]:
    """Leave the thousands of tests, which stay to the end, out of every search for garbage."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.collect()
        gc.freeze()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the table of the conformance cases that were played."""
    table.tell(terminalreporter, Path(__file__).resolve().parents[1] / "test-results")
