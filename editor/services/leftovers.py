"""Removing from disk what no row names any more."""

import shutil
import time
from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Now

from editor.models import (
    TERMINAL_STATES,
    Attempt,
    Edit,
    Execution,
    Leftover,
    LeftoverKind,
    Mask,
    Picture,
)
from editor.services import media, render_cache

ORPHAN_SECONDS = 24 * 3600
# How long an answer that was paid for stays after its edit was decided.
ANSWER_DAYS = 7


def waiting() -> list[Leftover]:
    """Return what a purge wrote down and nobody has removed yet."""
    return list(Leftover.objects.order_by("pk"))


def remove_files(leftovers: Iterable[Leftover]) -> None:
    """Remove the files; what is gone already is fine."""
    for leftover in leftovers:
        if leftover.kind == LeftoverKind.FOLDER:
            media.drop(leftover.name)
        elif leftover.kind == LeftoverKind.SPOOL:
            shutil.rmtree(Path(settings.SPOOL_DIR) / leftover.name, ignore_errors=True)
        else:
            render_cache.forget(leftover.name)


def forget(leftovers: Iterable[Leftover]) -> None:
    """Cross off what was removed."""
    Leftover.objects.filter(pk__in=[leftover.pk for leftover in leftovers]).delete()


def orphans() -> Iterator[Path]:
    """Yield folders of the store that no row names, a day after they were made.

    A younger one may belong to an upload under way; a purge's own are on its list.
    """
    root = Path(settings.PICTURES_DIR)
    known = set(Picture.objects.values_list("folder", flat=True))
    known |= set(Mask.objects.values_list("folder", flat=True))
    known |= set(Leftover.objects.filter(kind=LeftoverKind.FOLDER).values_list("name", flat=True))
    for folder in root.glob("*/*"):
        if str(folder.relative_to(root)) not in known and _is_old(folder):
            yield folder


def keeps_answers(edit: Edit) -> bool:
    """Whether an earlier attempt of the edit may have been paid for without a result.

    Its files are kept for a while, since an answer may be read again, or may come late, and
    since another run may be reading one that is not settled yet.
    """
    paid = Attempt.objects.filter(edit=edit).exclude(execution=Execution.NO)
    unread = ~Q(answer_file="") & Q(cost_basis="")
    return paid.filter(~Q(error_class="") | unread).exists()


def old_answers() -> list[Path]:
    """Return work folders of edits that were decided more than ANSWER_DAYS ago."""
    names = [entry.name for entry in Path(settings.SPOOL_DIR).glob("*")]
    ended = Edit.objects.filter(
        public_id__in=names,
        state__in=TERMINAL_STATES,
        finished_at__lt=Now() - timedelta(days=ANSWER_DAYS),
    )
    root = Path(settings.SPOOL_DIR)
    return [root / name for name in ended.values_list("public_id", flat=True)]


def forgotten_work() -> Iterator[Path]:
    """Yield work folders that should have gone with their work, a day ago or more."""
    needed = set(
        Edit.objects.exclude(state__in=TERMINAL_STATES).values_list("public_id", flat=True)
    )
    paid = Attempt.objects.exclude(execution=Execution.NO).exclude(error_class="")
    kept = Edit.objects.filter(finished_at__gt=Now() - timedelta(days=ANSWER_DAYS + 1))
    needed |= set(kept.filter(attempts__in=paid).values_list("public_id", flat=True))
    for root in (Path(settings.SCRATCH_DIR), Path(settings.SPOOL_DIR)):
        for entry in root.glob("*"):
            if entry.name not in needed and _is_old(entry):
                yield entry


def _is_old(path: Path) -> bool:
    try:
        return time.time() - path.stat().st_mtime > ORPHAN_SECONDS
    except FileNotFoundError:
        return False
