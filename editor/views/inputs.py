"""Pictures of a project to choose from, when an edit is to see more than one."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from editor.access import fetch
from editor.access.roles import Action
from editor.forms.inputs import InputsForm
from editor.http import PageRequest
from editor.services import gallery
from editor.services.looks import Look


@require_safe
def inputs(request: PageRequest, slug: str) -> HttpResponse:
    """List pictures, newest first: those found by `?q=`, from the one `?after=` on."""
    opened = fetch.door(request.user, slug, Action.VIEW)
    asked = InputsForm(request.GET).asked
    page = gallery.page(opened, Look(text=asked["q"]), after=asked["after"])
    context = {"project": opened.project, "page": page, "asked": asked}
    return render(request, "inputs/inputs.html", context)
