"""The parameters that one engine takes, for the canvas to show."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from editor.access import fetch
from editor.access.roles import Action
from editor.engines.errors import UnknownEngine
from editor.forms.parameters import ParametersForm
from editor.http import PageRequest
from editor.services import engines


@require_safe
def parameters(request: PageRequest, slug: str) -> HttpResponse:
    """Show fields for the engine `?engine=`."""
    opened = fetch.door(request.user, slug, Action.VIEW)
    try:
        engine = engines.offered(opened.project, request.GET.get("engine", "builtin"))
    except UnknownEngine as error:
        raise Http404 from error
    form = ParametersForm(abilities=engine.abilities, auto_id="parameter-%s")
    return render(request, "parameters/parameters.html", {"form": form})
