"""The health page: how the instance does, for its staff."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from editor.http import PageRequest
from editor.services import status as service
from editor.services import verdicts


@require_safe
@never_cache
def status(request: PageRequest) -> HttpResponse:
    """Show the figures with what they mean; htmx asks again for the changing part alone."""
    if not request.user.is_staff:
        raise Http404
    found = service.read()
    context = {"status": found, "verdicts": verdicts.judge(found)}
    part = "#figures" if request.htmx else ""
    return render(request, f"status/status.html{part}", context)
