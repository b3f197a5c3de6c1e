"""What an engine would make of the prompt so far; asked while somebody types."""

from http import HTTPStatus

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from editor.access import fetch
from editor.access.roles import Action
from editor.engines.errors import UnknownEngine
from editor.forms.understand import UnderstandForm
from editor.http import PageRequest
from editor.services import engines, instructions


@require_POST
def understand(request: PageRequest, slug: str) -> HttpResponse:
    """Answer one line: what would be done, or why nothing would.

    A prompt is sent in the body, so that no log of addresses holds it. Nothing is kept.
    """
    opened = fetch.door(request.user, slug, Action.EDIT)
    form = UnderstandForm(request.POST)
    if not form.is_valid():
        return render(request, "understand/understand.html", status=HTTPStatus.UNPROCESSABLE_ENTITY)
    asked = form.cleaned_data
    try:
        engine = engines.offered(opened.project, asked["engine"])
    except UnknownEngine:
        return render(request, "understand/understand.html", status=HTTPStatus.UNPROCESSABLE_ENTITY)
    understanding = instructions.understanding(engine, asked["prompt"], has_mask=asked["mask"])
    return render(request, "understand/understand.html", {"understanding": understanding})
