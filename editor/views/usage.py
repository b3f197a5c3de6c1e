"""What edits cost in a month: for owners all, for editors their own; as a page and as CSV."""

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from editor.access import fetch
from editor.access.roles import Action
from editor.forms.usage import UsageQuery
from editor.http import PageRequest, stream_archive
from editor.services import bars, usage_csv
from editor.services import usage as service
from editor.services.months import Month


@require_safe
def usage(request: PageRequest, slug: str) -> HttpResponse:
    """Show a month (`?month=2026-11`), the current one unless told otherwise."""
    opened = fetch.door(request.user, slug, Action.SEE_COST)
    months = service.months(opened)
    found = service.usage(door=opened, month=_wanted(request, months))
    undecided, undecided_total = service.undecided(door=opened)
    context = {
        "door": opened,
        "project": opened.project,
        "usage": found,
        "months": months,
        "chart": bars.chart(found.days),
        "undecided": undecided,
        "undecided_total": undecided_total,
        "can_set_budget": opened.may(Action.BUDGET),
    }
    return render(request, "usage/usage.html", context)


@require_safe
def csv(request: PageRequest, slug: str) -> StreamingHttpResponse:
    """Send the edits of the month that the page shows."""
    opened = fetch.door(request.user, slug, Action.SEE_COST)
    month = _wanted(request, service.months(opened))
    return stream_archive(
        usage_csv.lines(door=opened, month=month),
        filename=f"{slug}-{month}.csv",
        content_type="text/csv; charset=utf-8; header=present",
    )


def _wanted(request: PageRequest, months: list[Month]) -> Month:
    wanted = UsageQuery(request.GET).asked["month"]
    return next((month for month in months if str(month) == wanted), Month.current())
