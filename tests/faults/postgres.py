"""A PostgreSQL of the test's own, on a private socket, for programs that are run beside the test.

Debian's package is used, with a driver that lies outside the environment if that has none. Where
either cannot be had the test is skipped, and says so.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import warnings
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import pytest

from tests.faults.processes import ROOT, until

if TYPE_CHECKING:
    from collections.abc import Iterator

DRIVER = ROOT / ".tools" / "psycopg"


class NotTriedOnPostgres(UserWarning):
    """Shown in the summary of a run, so that a skip is not overlooked."""


def give_up(reason: str) -> NoReturn:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn(f"NOT TRIED ON POSTGRESQL: {reason}", NotTriedOnPostgres, stacklevel=2)
    pytest.skip(f"NOT TRIED ON POSTGRESQL: {reason}")


def programs() -> Path:
    """The folder with initdb and postgres; installed where that is ours to do."""
    if not _newest() and os.geteuid() == 0 and os.environ.get("CI"):
        subprocess.run(["apt-get", "install", "--yes", "-qq", "postgresql"], check=False)
    return _newest() or give_up("install Debian's package postgresql")


def _newest() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: path.parent.name)
    return found[-1] if found else None


def driver() -> str:
    """What has to be on the Python path for psycopg to be found; installed once."""
    if importlib.util.find_spec("psycopg"):
        return ""
    if not DRIVER.is_dir():
        uv = shutil.which("uv") or next(iter(map(str, ROOT.glob(".tools/uv-*/bin/uv"))), "")
        if not uv:
            give_up("uv is not here to install psycopg with")
        command = [
            uv,
            "pip",
            "install",
            "--quiet",
            "--target",
            str(DRIVER),
            "psycopg[binary]>=3.2,<4",
        ]
        if subprocess.run(command, check=False).returncode:
            shutil.rmtree(DRIVER, ignore_errors=True)
            give_up("psycopg cannot be installed")
    return str(DRIVER)


@contextmanager
def postgres(like: Path | None = None, *, keep: Path | None = None) -> Iterator[dict[str, str]]:
    """Start a server; give the environment in which Django programs use it.

    Its data are a copy of `like`, or new; what became of them is left as `keep`.
    """
    bin_folder, path = programs(), driver()
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    become: list[str] = []
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
        become = ["runuser", "-u", "postgres", "--"]
    data = folder / "data"
    if like:
        subprocess.run(["cp", "-a", like, data], check=True)
    else:
        initdb = [*become, str(bin_folder / "initdb"), "-D", str(data), "-U", "postgres"]
        command = [*initdb, "-A", "trust", "--no-sync"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=folder)
    options = [f"-k{folder}", "-clisten_addresses=", "-cfsync=off", "-cmax_connections=50"]
    server = subprocess.Popen(
        [*become, str(bin_folder / "postgres"), "-D", str(data), *options],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=folder,
    )
    ready = [str(bin_folder / "pg_isready"), "-q", "-h", str(folder)]
    try:
        until(lambda: subprocess.run(ready, check=False).returncode == 0, "postgres answers")
        url = f"postgres://postgres@/{folder}/postgres"  # two slashes: the host is a folder
        yield {"DATABASE_URL": url, "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), path]))}
    finally:
        _stop(data, server)
        if keep:
            shutil.move(data, keep)
        shutil.rmtree(folder, ignore_errors=True)


def copy_database(name: str, copy: str, server: dict[str, str]) -> None:
    """Make another database like one that nobody uses now."""
    folder = server["DATABASE_URL"].removeprefix("postgres://postgres@/").rpartition("/")[0]
    connect = ["-h", folder, "-U", "postgres", "--maintenance-db=template1"]
    subprocess.run([programs() / "createdb", *connect, "-T", name, copy], check=True)


def _stop(data: Path, server: subprocess.Popen[bytes]) -> None:
    """End the server by the process id it wrote, and what we started it with."""
    pid_file = data / "postmaster.pid"
    if pid_file.exists():
        os.kill(int(pid_file.read_text().split()[0]), signal.SIGINT)
    else:
        server.terminate()
    server.wait(30)
