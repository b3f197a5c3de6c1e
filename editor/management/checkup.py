"""What must always hold between rows, ledger and files (reliability.md 4.7), as a table of checks.

Each check yields one line for each breach; none changes anything. Those about money (1, 9) are in
money_checks; 7 needs the provider's own books.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import Case, Count, Exists, F, OuterRef, Q, Value, When
from django.db.models.functions import Concat, Now

from editor.management import money_checks
from editor.management.holdings import Holding, named_files
from editor.models import (
    HELD_STATES,
    OPEN_STATES,
    TERMINAL_STATES,
    Activity,
    Attempt,
    Edit,
    Execution,
    LedgerKind,
    Picture,
    Provider,
    State,
)
from editor.pipeline import circuit
from editor.services import leftovers, render_cache

Check = Callable[[], Iterator[str]]

EMPTY = "is empty"
LEASE_TOLERANCE = timedelta(seconds=60)


def database_is_whole() -> Iterator[str]:
    """Pages are readable and references lead somewhere."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA quick_check")
            yield from (row[0] for row in cursor.fetchall() if row[0] != "ok")
    try:
        connection.check_constraints()
    except DatabaseError as error:
        yield str(error)


def nothing_ran_twice() -> Iterator[str]:
    """2: an edit ran once, and once more for each time somebody decided so.

    One of ours costs nothing, and also runs again when its worker died.
    """
    ran = Count("attempts", filter=~Q(attempts__execution=Execution.NO))
    again = Case(When(provider=None, then=F("rescues")), default=0) + F("confirmations")
    edits = Edit.objects.annotate(ran=ran).filter(ran__gt=again + 1)
    for name, times in edits.values_list("public_id", "ran"):
        yield f"edit {name} may have run {times} times"


def no_lease_is_stale() -> Iterator[str]:
    """3: a worker that fell silent has lost its edits a minute later."""
    for edit in Edit.objects.held().filter(lease_until__lt=Now() - LEASE_TOLERANCE):
        yield f"edit {edit} is held by {edit.lease_owner}, which is silent; is a worker running?"
    in_hand = HELD_STATES - {State.RECEIVED}  # a safe answer may wait for whoever finishes it
    for edit in Edit.objects.filter(state__in=in_hand, lease_until=None):
        yield f"edit {edit} is held without a lease"
    waits = Edit.objects.filter(state=State.RECEIVED, lease_until=None)
    for edit in waits.filter(next_run_at__lt=Now() - LEASE_TOLERANCE):
        yield f"the answer to edit {edit} waits to be finished; is a worker running?"


def no_area_waits_in_vain() -> Iterator[str]:
    """Whoever ends the edit of an area lets the next one begin, or ends it."""
    waits = Edit.objects.filter(state=State.QUEUED, next_run_at=None, after__isnull=False)
    for edit in waits.filter(after__state__in=TERMINAL_STATES).select_related("after"):
        yield f"edit {edit} waits for edit {edit.after}"


def providers_have_room() -> Iterator[str]:
    """No more is out at a provider at once than it takes; what was out when that was cut may end."""
    out = Count("edits", filter=Q(edits__state__in=circuit.IN_FLIGHT))
    for row in Provider.objects.annotate(out=out).filter(out__gt=F("concurrency")).order_by("pk"):
        yield (
            f"{row.out} edits are out at provider {row.name}, which takes {row.concurrency}; "
            "was that cut a moment ago?"
        )


def results_exist() -> Iterator[str]:
    """4: a succeeded edit has a result and a settled price, or one for each try that was paid."""
    settled = Count("ledger", filter=Q(ledger__kind=LedgerKind.SETTLE), distinct=True)
    edits = Edit.objects.annotate(settled=settled, made=Count("results", distinct=True))
    # What was sent again by decision may have more than one price, and a result that came late.
    done = edits.filter(state=State.SUCCEEDED).exclude(settled__gte=1, made__gte=1)
    for name, results, prices in done.values_list("public_id", "made", "settled"):
        yield f"edit {name} succeeded with {results} results and {prices} settled prices"
    early = edits.filter(state__in=OPEN_STATES | {State.CANCELED}, made__gte=1)
    for edit in early.filter(confirmations=0):
        yield f"edit {edit} has a result already"


def protection_holds() -> Iterator[str]:
    """No protected pixel of any result differs from its parent."""
    for picture in Picture.objects.filter(changed_protected_pixels__gt=0):
        yield f"picture {picture.public_id}: {picture.changed_protected_pixels} protected pixels"


def received_answers_are_kept() -> Iterator[str]:
    """5: the answer of a received edit is on disk (its content is checked with all files)."""
    named = Attempt.objects.filter(edit=OuterRef("pk"), execution=Execution.YES).exclude(
        Q(answer_file="") | Q(answer_sha256="")
    )
    for edit in Edit.objects.filter(~Exists(named), state=State.RECEIVED):
        yield f"edit {edit} names no answer"


def files_are_as_recorded() -> Iterator[str]:
    """4, 5: every file a row names exists, with the content it had."""
    stores = {"pictures": Path(settings.PICTURES_DIR), "spool": Path(settings.SPOOL_DIR)}
    for held in named_files():
        if held.can_be_made and not (stores[held.store] / held.name).exists():
            continue
        fault = _fault(stores[held.store] / held.name, held)
        # What a provider answered may be nothing at all.
        if fault == EMPTY and held.store == "spool":
            continue
        if fault and (held.store == "pictures" or held in set(named_files())):
            yield f"{held.owner}: {held.store}/{held.name} {fault}"


def _fault(path: Path, held: Holding) -> str:
    try:
        with path.open("rb") as file:
            if held.sha256 and hashlib.file_digest(file, "sha256").hexdigest() != held.sha256:
                return "has another content than recorded"
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    return "" if path.stat().st_size else EMPTY


def files_have_rows() -> Iterator[str]:
    """6: a folder of the store belongs to a row, or is younger than a day."""
    root = Path(settings.PICTURES_DIR)
    for folder in leftovers.orphans():
        yield f"pictures/{folder.relative_to(root)} belongs to no row"


def nothing_is_left_over() -> Iterator[str]:
    """6: work folders go when the work ends; a day later they were forgotten."""
    for entry in leftovers.forgotten_work():
        yield f"{entry.parent.name}/{entry.name} was left behind"


def cache_is_swept() -> Iterator[str]:
    """6: rendered files go with their picture, drafts with the process that died."""
    for file in render_cache.strays(age=leftovers.ORPHAN_SECONDS):
        yield f"renders/{file.name} belongs to no picture; is a worker running?"


def intents_are_single() -> Iterator[str]:
    """8: one click, one edit."""
    twice = Edit.objects.values("actor", "idem_key").annotate(n=Count("pk")).filter(n__gt=1)
    for row in twice.exclude(actor=None):
        yield f"key {row['idem_key']} of account {row['actor']} made {row['n']} edits"


def changes_are_recorded() -> Iterator[str]:
    """10: the state an edit is in was written to the record of its project."""
    arrived = Activity.objects.filter(
        edit=OuterRef("pk"), kind=Concat(Value("edit."), OuterRef("state"))
    )
    for edit in Edit.objects.filter(~Exists(arrived)):
        yield f"edit {edit} came to its state without a record"


CHECKS: Final[Mapping[str, Check]] = {
    "database": database_is_whole,
    "ledger": money_checks.ledger_adds_up,
    "budgets": money_checks.budgets_hold,
    "runs": nothing_ran_twice,
    "leases": no_lease_is_stale,
    "areas": no_area_waits_in_vain,
    "providers": providers_have_room,
    "results": results_exist,
    "protection": protection_holds,
    "answers": received_answers_are_kept,
    "files": files_are_as_recorded,
    "orphans": files_have_rows,
    "leftovers": nothing_is_left_over,
    "cache": cache_is_swept,
    "intents": intents_are_single,
    "record": changes_are_recorded,
}
