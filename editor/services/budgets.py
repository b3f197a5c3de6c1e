"""Budgets: what a project, and each member in it, may commit in a calendar month (UTC).

Committed is what was paid, what may have been paid, and what is set aside for edits on their way.
Free engines are outside of all this.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import BigIntegerField, Case, F, Q, Sum, When

from editor.access import fetch
from editor.access.roles import Action
from editor.engines.plans import Plan
from editor.models import LedgerEntry, LedgerKind, Membership, Project
from editor.services import activities
from editor.services.months import Month

if TYPE_CHECKING:
    from datetime import date

    from django.db.models import QuerySet
    from django.db.models.expressions import Combinable

    from editor.access.fetch import Door
    from editor.models import Edit


class Whose(StrEnum):
    """Whom a budget binds."""

    PROJECT = "project"
    MEMBER = "member"


@dataclass(frozen=True, slots=True)
class Budget:
    """A limit for one month, and how much of it is committed."""

    whose: Whose
    cap: int
    committed: int

    @property
    def left(self) -> int:
        """What may still be committed."""
        return max(0, self.cap - self.committed)

    @property
    def percent(self) -> int:
        """How much is committed, in whole percent up to 100."""
        return min(100, self.committed * 100 // self.cap) if self.cap else 100


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
    """There is a budget, and nobody can say what the edit would take of it."""

    code = "price_unknown"


def check(edit: Edit) -> None:
    """Lock the project and see whether all budgets have room for the edit.

    Call it in the transaction that reserves: of two edits at once the second waits for the first.
    Raises OverBudget, PriceUnknown.
    """
    project = Project.objects.select_for_update(no_key=True).get(pk=edit.project_id)
    month = Month.current()
    budgets = standing(project, edit.actor_id, month)
    if budgets and not Plan.from_json(edit.plan).cost.is_known:
        raise PriceUnknown
    tightest = min(budgets, key=lambda budget: budget.left, default=None)
    if tightest and edit.reserved_micros > tightest.left:
        raise OverBudget(
            tightest, needed=edit.reserved_micros, month=month, user_id=edit.actor_id
        )


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
    found = in_month(project, month).aggregate(
        project=committed(), member=committed(mine)
    )
    return [Budget(whose, cap, found[whose] or 0) for whose, cap in caps.items() if cap is not None]


def in_month(project: Project, month: Month) -> QuerySet[LedgerEntry]:
    """Return the rows that count for a month."""
    return LedgerEntry.objects.filter(
        project=project, day__gte=month.first, day__lt=month.next.first
    )


def committed(only: Q | None = None) -> Sum:
    """Return the sum of rows as they count against a budget: releases give back."""
    signed: Combinable = Case(
        When(kind=LedgerKind.RELEASE, then=-F("micros")),
        default=F("micros"),
        output_field=BigIntegerField(),
    )
    return Sum(signed, filter=only)


@transaction.atomic
def set_project(*, door: Door, cap: int | None, member_cap: int | None) -> None:
    """Set what the project may commit in a month, and each member unless told otherwise.

    None is no limit, 0 is nothing. Raises what the door raises.
    """
    opened = fetch.door_again(door, Action.BUDGET)
    project = opened.project
    if (project.budget_micros, project.member_budget_micros) == (cap, member_cap):
        return
    Project.objects.filter(pk=project.pk).update(
        budget_micros=cap, member_budget_micros=member_cap
    )
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
