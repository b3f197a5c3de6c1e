"""Unfinished previews: what a provider sent of a picture in the making, made safe to look at."""

import contextlib
import hashlib
from pathlib import Path

from django.conf import settings

from editor.imaging.sandbox.errors import SandboxError
from editor.models import Attempt, Edit
from editor.services import render_cache
from editor.services.decoder import decoder


def newest(edit: Edit) -> Path | None:
    """Return the newest preview of an edit as a small WebP, or None when there is none to show.

    It is opened in a child process, once, and kept by name. Raises media.DiskFull.
    """
    last = Attempt.objects.filter(edit=edit).exclude(partial_file="").order_by("number").last()
    source = settings.SPOOL_DIR / last.partial_file if last else None
    if source is None or not _is_ours(source):
        return None
    with contextlib.suppress(FileNotFoundError, SandboxError):
        return _kept(edit, source)
    return None


def _kept(edit: Edit, source: Path) -> Path:
    facts = source.stat()
    seen = f"{source.name} {facts.st_mtime_ns} {facts.st_size}"
    name = hashlib.sha256(f"{edit.public_id} {seen}".encode()).hexdigest()[:32]
    path = render_cache.folder() / f"{render_cache.PARTIAL}.{name}.webp"

    def make(draft: Path) -> None:
        decoder().call("editor.imaging.partial:render", source=str(source), out=str(draft))

    return render_cache.kept(path, make)


def _is_ours(source: Path) -> bool:
    """Whether the file lies where working files lie, wherever its name would lead."""
    return source.resolve().is_relative_to(settings.SPOOL_DIR.resolve())
