"""What a project and its members may spend in a month; for owners."""

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from editor.access import fetch
from editor.access.fetch import Door
from editor.access.roles import Action
from editor.forms.budget import BudgetForm, BudgetQuery, MemberBudgetForm
from editor.forms.focus import focus_first_error
from editor.http import PageRequest
from editor.services import budgets
from editor.services.months import Month


@require_http_methods(["GET", "HEAD", "POST"])
def budget(request: PageRequest, slug: str) -> HttpResponse:
    """Show the budgets and what is committed; POST sets those of project and members."""
    opened = fetch.door(request.user, slug, Action.BUDGET)
    project = opened.project
    form = BudgetForm(
        initial={"project": project.budget_micros, "member": project.member_budget_micros}
    )
    if request.method == "POST":
        form = BudgetForm(request.POST)
        if form.is_valid():
            data = form.cleaned_data
            budgets.set_project(door=opened, cap=data["project"], member_cap=data["member"])
            messages.success(request, _("The budgets are saved."))
            return redirect("budget", slug=slug)
        focus_first_error(form)
    return _answer(request, opened, "budget/budget.html", form, **_shares(request, opened))


def _shares(request: PageRequest, opened: Door) -> dict[str, object]:
    month = Month.current()
    number = BudgetQuery(request.GET).asked["page"]
    return {
        "month": month,
        "shares": budgets.shares(door=opened, month=month, number=number),
        "budgets": budgets.standing(opened.project, None, month),
    }


@require_http_methods(["GET", "HEAD", "POST"])
def member(request: PageRequest, slug: str, member: int) -> HttpResponse:
    """Show what one member may spend; POST sets it."""
    opened = fetch.door(request.user, slug, Action.BUDGET)
    membership = fetch.membership(opened, member)
    form = MemberBudgetForm(initial={"amount": membership.budget_micros})
    if request.method == "POST":
        form = MemberBudgetForm(request.POST)
        if form.is_valid():
            cap = form.cleaned_data["amount"]
            budgets.set_member(door=opened, membership=membership, cap=cap)
            text = _("The budget of %(name)s is saved.") % {"name": membership.user}
            messages.success(request, text)
            return redirect("budget", slug=slug)
        focus_first_error(form)
    return _answer(request, opened, "budget/member.html", form, membership=membership)


def _answer(
    request: PageRequest,
    opened: Door,
    template: str,
    form: BudgetForm | MemberBudgetForm,
    **more: object,
) -> HttpResponse:
    context = {"door": opened, "project": opened.project, "form": form} | more
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return render(request, template, context, status=status)
