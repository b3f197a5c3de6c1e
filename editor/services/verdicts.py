"""What the instance's figures mean, in plain words, and what to do about them."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from editor.services import failure_texts
from editor.services.status import Status

LONG_WAIT = timedelta(minutes=2)
# Below this many times the limit there is still time to make room calmly.
LOW_DISK_FACTOR = 8
# A single failure is a picture's; a share of them is the instance's.
MANY_FAILURES = 5
MANY_FAILURES_SHARE = 0.2
# What a failure's code means to whoever runs the instance.
CAUSES = {
    "worker_lost": gettext_lazy("the worker died, or was stopped hard, four times over the edit"),
    "engine_crashed": gettext_lazy("the engine ran out of time or memory"),
    "nothing_to_fill_from": gettext_lazy("the mask covered everything"),
    "unknown_engine": gettext_lazy("its engine is no longer installed"),
    "internal": gettext_lazy("a mistake of the program's; its log tells which"),
}


class Level(StrEnum):
    """How urgent it is; also the name of the badge's colour."""

    OK = "ok"
    WARN = "warn"
    DANGER = "danger"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One matter judged: `says` what is, `advice` what to do, empty when there is nothing."""

    level: Level
    says: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Verdicts:
    """The verdict on each matter of the health page; `causes`: code, meaning, count."""

    workers: Verdict
    queue: Verdict
    providers: Verdict
    failures: Verdict
    disk: Verdict
    causes: list[tuple[str, str, int]]

    @property
    def attention(self) -> int:
        """How many matters want something done."""
        return sum(verdict.level != Level.OK for verdict in self._all())

    @property
    def worst(self) -> Level:
        """The most urgent level of all."""
        levels = {verdict.level for verdict in self._all()}
        return next(level for level in (Level.DANGER, Level.WARN, Level.OK) if level in levels)

    def _all(self) -> list[Verdict]:
        return [self.workers, self.queue, self.providers, self.failures, self.disk]


def judge(status: Status) -> Verdicts:
    """Return what each part of the status means."""
    return Verdicts(
        workers=_workers(status),
        queue=_queue(status),
        providers=_providers(status),
        failures=_failures(status),
        disk=_disk(status),
        causes=[(code, _cause(code), n) for code, n in status.outcomes.codes],
    )


def _workers(status: Status) -> Verdict:
    alive = sum(worker.alive for worker in status.workers)
    if not alive:
        return Verdict(
            Level.DANGER,
            _("No worker is running: edits wait."),
            _(
                "Start one with “manage.py worker”, or restart the studio. Waiting edits then go on by "
                "themselves."
            ),
        )
    silent = len(status.workers) - alive
    if silent:
        return Verdict(
            Level.WARN,
            ngettext("%(n)d worker fell silent.", "%(n)d workers fell silent.", silent)
            % {"n": silent},
            _(
                "Its edits are taken over within seconds. If it happens again, look at the worker's "
                "log."
            ),
        )
    says = ngettext("%(n)d worker is running.", "%(n)d workers are running.", alive)
    return Verdict(Level.OK, says % {"n": alive})


def _queue(status: Status) -> Verdict:
    queue = status.queue
    if queue.waiting and not status.slots:
        return Verdict(Level.DANGER, _("Edits wait, and nobody takes them."), _("See the workers."))
    if status.slots and queue.oldest_waits > LONG_WAIT:
        return Verdict(
            Level.WARN,
            _("Edits wait long."),
            _(
                "Start another worker with “manage.py worker”, or give the workers more slots with "
                "PENTIMENTO_WORKER_SLOTS."
            ),
        )
    if queue.undecided:
        return Verdict(
            Level.WARN,
            ngettext(
                "%(n)d edit waits for a decision: nobody knows what became of it.",
                "%(n)d edits wait for a decision: nobody knows what became of them.",
                queue.undecided,
            )
            % {"n": queue.undecided},
            _("Members of the project decide on the edit's card."),
        )
    return Verdict(
        Level.OK,
        _("Edits are taken up at once.") if not queue.waiting else _("Edits are taken up in turn."),
    )


def _providers(status: Status) -> Verdict:
    found = status.providers
    if found.key_rejected:
        says = ngettext(
            "%(n)d provider rejects its key: edits for it are paused.",
            "%(n)d providers reject their keys: edits for them are paused.",
            found.key_rejected,
        )
        return Verdict(
            Level.DANGER,
            says % {"n": found.key_rejected},
            _("Enter a valid key where the provider was set up. The edits then go on."),
        )
    if found.resting:
        says = ngettext(
            "%(n)d provider rests after several failures.",
            "%(n)d providers rest after several failures.",
            found.resting,
        )
        return Verdict(
            Level.WARN,
            says % {"n": found.resting},
            _("Edits for it wait and go on by themselves. If it stays so, see the provider."),
        )
    if not found.connected:
        return Verdict(Level.OK, _("No provider is connected: edits are made by this server."))
    says = ngettext(
        "%(n)d provider is connected.", "%(n)d providers are connected.", found.connected
    )
    return Verdict(Level.OK, says % {"n": found.connected})


def _cause(code: str) -> str:
    """What a code means to whoever runs the instance, else what its members read."""
    if code in CAUSES:
        return str(CAUSES[code])
    known = failure_texts.FAILURES.get(code)
    return str(known[1]) if known else ""


def _failures(status: Status) -> Verdict:
    ends = status.outcomes
    if not ends.failed:
        return Verdict(Level.OK, _("No edit failed in the last 24 hours."))
    says = ngettext(
        "%(n)d of %(all)d edits failed in the last 24 hours.",
        "%(n)d of %(all)d edits failed in the last 24 hours.",
        ends.failed,
    ) % {"n": ends.failed, "all": ends.finished}
    if ends.failed < MANY_FAILURES or ends.failed < MANY_FAILURES_SHARE * ends.finished:
        return Verdict(Level.OK, says)
    return Verdict(
        Level.WARN,
        says,
        _("The codes below say why. The worker's log has the details of each."),
    )


def _disk(status: Status) -> Verdict:
    disk = status.disk
    figures = {"free": filesizeformat(disk.free), "limit": filesizeformat(disk.limit)}
    if disk.is_full:
        return Verdict(
            Level.DANGER,
            _("The disk is full: uploads and new edits are refused. Nothing kept is lost."),
            _("Make room on the disk of the data folder until %(limit)s are free.") % figures,
        )
    if disk.free < LOW_DISK_FACTOR * disk.limit:
        return Verdict(
            Level.WARN,
            _("%(free)s are left on the disk.") % figures,
            _("Make room soon: below %(limit)s uploads and new edits are refused.") % figures,
        )
    return Verdict(Level.OK, _("%(free)s are free on the disk.") % figures)
