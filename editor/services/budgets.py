"""Budgets: what a project, and each member in it, may commit in a calendar month (UTC).

Committed is what was paid, what may have been paid, and what is set aside for edits on their way.
Free engines are outside of all this.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from django.core.paginator import Page, Paginator
from django.db import connection, transaction
from django.db.models import BigIntegerField, Case, F, Q, Sum, When

from editor.access import fetch
from editor.access.roles import Action
from editor.engines.plans import Plan
from editor.models import ApiKey, LedgerEntry, LedgerKind, Membership, Project, Provider
from editor.services import activities
from editor.services.months import Month

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from django.db.models import QuerySet

    from editor.access.fetch import Door
    from editor.models import Edit


PAGE_MEMBERS = 50


class Whose(StrEnum):
    """Whom a budget binds."""

    PROJECT = "project"
    MEMBER = "member"
    PROVIDER = "provider"
    KEY = "key"


@dataclass(frozen=True, slots=True)
class Budget:
    """A limit for one month, and how much of it is committed. `name`: the provider's, the key's."""

    whose: Whose
    cap: int
    committed: int
    name: str = ""

    @property
    def left(self) -> int:
        """What may still be committed."""
        return max(0, self.cap - self.committed)

    @property
    def percent(self) -> int:
        """How much is committed, in whole percent up to 100."""
        return min(100, self.committed * 100 // self.cap) if self.cap else 100

    @property
    def is_tight(self) -> bool:
        """Whether little is left."""
        return self.left * 10 < self.cap

    @property
    def is_spent(self) -> bool:
        """Whether nothing is left."""
        return self.left == 0


class Refused(Exception):
    """The edit must not be sent; the kinds below say why."""

    code = "over_budget"


class OverBudget(Refused):
    """Not enough is left for what the edit may cost. `user_id`: whose edit it is."""

    def __init__(self, budget: Budget, *, needed: int, month: Month, user_id: int | None) -> None:
        super().__init__(budget, needed)
        self.budget = budget
        self.needed = needed
        self.month = month
        self.user_id = user_id

    @property
    def renews(self) -> date:
        """The day on which the next budget begins."""
        return self.month.next.first


class PriceUnknown(Refused):
    """There is such a budget, and nobody can say what the edit would take of it."""

    code = "price_unknown"

    def __init__(self, budget: Budget) -> None:
        super().__init__(budget)
        self.budget = budget


@dataclass(frozen=True, slots=True)
class Outlay:
    """What somebody is about to commit; `micros` is None where nobody knows how much."""

    project_id: int | None
    user_id: int | None
    provider_id: int | None
    micros: int | None
    api_key_id: int | None = None


def check(edit: Edit) -> None:
    """See whether all budgets have room for an edit. As `check_outlay`."""
    known = Plan.from_json(edit.plan).cost.is_known
    needed = edit.reserved_micros if known else None
    check_outlay(Outlay(edit.project_id, edit.actor_id, edit.provider_id, needed, edit.api_key_id))


def check_outlay(outlay: Outlay) -> None:
    """Lock the project and see whether all budgets have room.

    Call it in the transaction that reserves: of two at once the second waits for the first.
    Raises OverBudget, PriceUnknown.
    """
    month = Month.current()
    budgets = [
        *_of_project(outlay, month),
        *_of_key(outlay, month),
        *_of_provider(outlay, month),
    ]
    tightest = min(budgets, key=lambda budget: budget.left, default=None)
    if tightest is None:
        return
    if outlay.micros is None:
        raise PriceUnknown(tightest)
    if outlay.micros > tightest.left:
        raise OverBudget(tightest, needed=outlay.micros, month=month, user_id=outlay.user_id)


def binds(door: Door, key: ApiKey | None, provider: Provider) -> bool:
    """Whether any budget may stand in the way, by rows that were just read. No query."""
    project = door.project
    caps = [project.budget_micros, project.member_budget_micros, door.budget_micros]
    caps += [provider.budget_micros, key.budget_micros if key else None]
    return any(cap is not None for cap in caps)


def _of_project(outlay: Outlay, month: Month) -> list[Budget]:
    if outlay.project_id is None:
        return []
    project = Project.objects.select_for_update(no_key=True).get(pk=outlay.project_id)
    return standing(project, outlay.user_id, month)


def _of_key(outlay: Outlay, month: Month) -> list[Budget]:
    """Its edits are all of one project, whose lock lets them pass one by one."""
    if outlay.api_key_id is None:
        return []
    key = ApiKey.objects.filter(pk=outlay.api_key_id, budget_micros__isnull=False).first()
    if key is None or key.budget_micros is None:
        return []
    spent = spent_with([key.pk], month).get(key.pk, 0)
    return [Budget(Whose.KEY, key.budget_micros, spent, key.name)]


def spent_with(keys: Iterable[int], month: Month) -> dict[int, int]:
    """Return what is committed in a month by each of these API keys. One query."""
    rows = LedgerEntry.objects.filter(
        api_key__in=keys, day__gte=month.first, day__lt=month.next.first
    )
    sums = rows.values("api_key").order_by().annotate(n=committed())
    return {row["api_key"]: row["n"] for row in sums}


def _of_provider(outlay: Outlay, month: Month) -> list[Budget]:
    if outlay.provider_id is None:
        return []
    capped = Provider.objects.filter(pk=outlay.provider_id, budget_micros__isnull=False).first()
    if capped is None:
        return []
    _queue_for(capped)
    budget = of_provider(capped, month)
    return [budget] if budget else []


def _queue_for(provider: Provider) -> None:
    """Let projects that share a provider's budget pass one by one until the transaction ends.

    Not by its row: that is locked before projects elsewhere, and here the project comes first.
    SQLite's transactions wait for each other anyway.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            name = f"provider-budget:{provider.pk}"
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])


def of_provider(provider: Provider, month: Month) -> Budget | None:
    """Return what all projects together may commit at a provider; None without a limit."""
    cap = provider.budget_micros
    if cap is None:
        return None
    return Budget(Whose.PROVIDER, cap, spent_at(provider, month), provider.name)


def spent_at(provider: Provider, month: Month) -> int:
    """Return what is committed at a provider in a month, by all projects together."""
    rows = LedgerEntry.objects.filter(
        provider=provider, day__gte=month.first, day__lt=month.next.first
    )
    return rows.aggregate(n=committed())["n"] or 0


def standing(project: Project, user_id: int | None, month: Month) -> list[Budget]:
    """Return the budgets that bind a member's edits, as they stand. Up to two queries."""
    membership = Membership.objects.filter(project=project, user=user_id).first()
    own = project.member_budget_micros
    if membership is not None and membership.budget_micros is not None:
        own = membership.budget_micros
    caps = {Whose.PROJECT: project.budget_micros, Whose.MEMBER: own}
    if all(cap is None for cap in caps.values()):
        return []
    mine = Q(actor=user_id) if user_id else Q(actor=None)
    found = in_month(project, month).aggregate(project=committed(), member=committed(mine))
    return [Budget(whose, cap, found[whose] or 0) for whose, cap in caps.items() if cap is not None]


def left(door: Door) -> int | None:
    """Return what the member may still commit this month; None where no budget binds."""
    found = standing(door.project, door.user.pk, Month.current())
    return min((budget.left for budget in found), default=None)


def in_month(project: Project, month: Month) -> QuerySet[LedgerEntry]:
    """Return the rows that count for a month."""
    return LedgerEntry.objects.filter(
        project=project, day__gte=month.first, day__lt=month.next.first
    )


def committed(only: Q | None = None) -> Sum:
    """Return the sum of rows as they count against a budget: releases and reversals give back."""
    signed = Case(
        When(kind__in=[LedgerKind.RELEASE, LedgerKind.REVERSE], then=-F("micros")),
        default=F("micros"),
        output_field=BigIntegerField(),
    )
    return Sum(signed, filter=only)


@dataclass(frozen=True, slots=True)
class Share:
    """A member's part of a month; `cap` is None without a limit, `is_own` when it is theirs alone."""

    membership: Membership
    committed: int
    cap: int | None
    is_own: bool


@dataclass(frozen=True, slots=True)
class Shares:
    """One page of the members, and what belongs to nobody on the list."""

    page: Page[Share]
    committed: int
    by_others: int


def shares(*, door: Door, month: Month, number: int = 1) -> Shares:
    """Return what each member committed in a month, the largest part first. Two queries."""
    by_actor = in_month(door.project, month).values("actor").order_by().annotate(n=committed())
    sums = {row["actor"]: row["n"] for row in by_actor}
    members = Membership.objects.filter(project=door.project).select_related("user")
    found = [_share(door.project, one, sums.get(one.user_id, 0)) for one in members]
    found.sort(key=lambda share: (-share.committed, str(share.membership.user).casefold()))
    everything = sum(sums.values())
    by_others = everything - sum(share.committed for share in found)
    return Shares(Paginator(found, PAGE_MEMBERS).get_page(number), everything, by_others)


def _share(project: Project, membership: Membership, committed_by_them: int) -> Share:
    own = membership.budget_micros
    cap = project.member_budget_micros if own is None else own
    return Share(membership, committed_by_them, cap, own is not None)


@transaction.atomic
def set_project(*, door: Door, cap: int | None, member_cap: int | None) -> None:
    """Set what the project may commit in a month, and each member unless told otherwise.

    None is no limit, 0 is nothing. Raises what the door raises.
    """
    opened = fetch.door_again(door, Action.BUDGET)
    project = opened.project
    if (project.budget_micros, project.member_budget_micros) == (cap, member_cap):
        return
    Project.objects.filter(pk=project.pk).update(budget_micros=cap, member_budget_micros=member_cap)
    activities.record(
        "budget.changed", project, actor=door.user, project_micros=cap, member_micros=member_cap
    )


@transaction.atomic
def set_member(*, door: Door, membership: Membership, cap: int | None) -> None:
    """Set what one member may commit in a month; None is what each member may.

    Raises Http404 for a member who is gone, and what the door raises.
    """
    opened = fetch.door_again(door, Action.BUDGET)
    current = fetch.membership(opened, membership.pk)
    if current.budget_micros == cap:
        return
    Membership.objects.filter(pk=current.pk).update(budget_micros=cap)
    activities.record(
        "budget.member_changed",
        opened.project,
        actor=door.user,
        member=current.user_id,
        member_micros=cap,
    )
