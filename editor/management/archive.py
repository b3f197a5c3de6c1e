"""The file that `backup` writes and `restore` reads.

A plain tar (pictures do not shrink): files first, `manifest.json` last, which lists each file
with its size and SHA-256. Nothing of an archive is used before all of it has been verified.
"""

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Any

FORMAT = 1
MANIFEST = "manifest.json"
CHUNK_BYTES = 1024 * 1024
MAX_MANIFEST_BYTES = 256 * 1024 * 1024


class BadArchive(Exception):
    """The file is no backup, is damaged, or holds what a backup never holds."""


@dataclass(slots=True)
class Manifest:
    """What an archive says of itself. `facts` is plain JSON; `files` maps name to SHA-256."""

    facts: dict[str, Any] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)

    def to_bytes(self) -> bytes:
        """Return it as JSON."""
        content = {"format": FORMAT, "facts": self.facts, "files": self.files}
        return json.dumps(content, indent=1).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> "Manifest":
        """Read it back. Raises BadArchive for anything else, or for a newer format."""
        try:
            content = json.loads(data)
            made = cls(dict(content["facts"]), dict(content["files"]))
            number = int(content["format"])
        except (ValueError, KeyError, TypeError) as error:
            raise BadArchive("Its list of contents cannot be read.") from error
        if number > FORMAT:
            raise BadArchive("It was made by a newer Pentimento. Upgrade first.")
        return made


class _Hashing:
    """A reader that hashes what passes through; tarfile needs no more of a file than read()."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes."""
        data = self._source.read(size)
        self.digest.update(data)
        return data


class Writer:
    """Adds files one by one; each is read once."""

    def __init__(self, tar: tarfile.TarFile, manifest: Manifest) -> None:
        self._tar = tar
        self.manifest = manifest

    def add(self, name: str, path: Path) -> int:
        """Add a file under `name`; return its size. Raises FileNotFoundError."""
        with path.open("rb") as file:
            info = self._tar.gettarinfo(arcname=name, fileobj=file)
            info.uid = info.gid = 0
            info.uname = info.gname = ""
            source = _Hashing(file)
            self._tar.addfile(info, source)
        self.manifest.files[name] = source.digest.hexdigest()
        return info.size


@contextmanager
def writing(target: Path) -> Iterator[Writer]:
    """Write an archive that appears at `target`, readable by its owner only, whole or not at all."""
    draft = target.with_name(f".{target.name}.part")
    try:
        with os.fdopen(os.open(draft, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
                writer = Writer(tar, Manifest())
                yield writer
                data = writer.manifest.to_bytes()
                info = tarfile.TarInfo(MANIFEST)
                info.size, info.mode = len(data), 0o600
                tar.addfile(info, io.BytesIO(data))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


def unpack(source: Path, folder: Path) -> Manifest:
    """Unpack into the empty `folder` and verify everything against the manifest.

    Raises BadArchive; OSError when the disk is full. What was unpacked until then stays in
    `folder`, and must not be used.
    """
    found: dict[str, str] = {}
    listed: bytes | None = None
    try:
        with tarfile.open(source, mode="r:") as tar:
            for member in tar:
                content = _content(tar, member)
                if member.name == MANIFEST:
                    listed = content.read(MAX_MANIFEST_BYTES)
                elif member.name in found:
                    raise BadArchive(f"{member.name} appears twice.")
                else:
                    found[member.name] = _write(content, folder / member.name)
    except tarfile.TarError as error:
        raise BadArchive("It is not a backup, or its end is missing.") from error
    if listed is None:
        raise BadArchive("Its list of contents is missing: it was cut off.")
    manifest = Manifest.from_bytes(listed)
    _compare(found, manifest.files)
    return manifest


def _content(tar: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    """Return a member's bytes. Raises BadArchive unless it is a plain file inside the folder."""
    parts = PurePosixPath(member.name).parts
    safe = member.name == "/".join(parts) and parts and not {"/", "..", "."} & set(parts)
    content = tar.extractfile(member) if safe and member.isreg() else None
    if content is None or "\\" in member.name or "\0" in member.name:
        raise BadArchive(f"It holds {member.name!r}, which a backup never does.")
    return content


def _write(content: IO[bytes], path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    digest = hashlib.sha256()
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        while chunk := content.read(CHUNK_BYTES):
            digest.update(chunk)
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    return digest.hexdigest()


def _compare(found: dict[str, str], listed: dict[str, str]) -> None:
    for name in listed.keys() | found.keys():
        if name not in found:
            raise BadArchive(f"{name} is missing.")
        if name not in listed:
            raise BadArchive(f"{name} is not on its list of contents.")
        if found[name] != listed[name]:
            raise BadArchive(f"{name} is damaged: its checksum differs.")
