"""How programs edit the pictures of a project: the address, examples, and what may be named."""

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from editor.access import fetch
from editor.access.roles import Action
from editor.http import PageRequest
from editor.services import model_names


@require_safe
def api_help(request: PageRequest, slug: str) -> HttpResponse:
    """Show what a program needs, with this server's address and this project's models."""
    opened = fetch.door(request.user, slug, Action.VIEW)
    known = model_names.by_engine(opened.project)
    context = {
        "door": opened,
        "project": opened.project,
        "can_edit": opened.may(Action.EDIT),
        "base_url": f"{settings.BASE_URL}/v1",
        "known": known,
        "model": known[0].best,
        "max_upload_mb": settings.MAX_UPLOAD_MB,
    }
    return render(request, "api_help/api_help.html", context)
