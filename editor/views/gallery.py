"""The pictures of a project, with the edits on their way among them."""

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from editor.access import fetch
from editor.access.fetch import Door
from editor.access.roles import Action
from editor.http import PageRequest
from editor.services import gallery as service

ACCEPTED = "image/jpeg,image/png,image/webp,image/avif,image/heic,image/heif"


@require_safe
def gallery(request: PageRequest, slug: str) -> HttpResponse:
    """Show the newest pictures, or those `?before=` a picture."""
    opened = fetch.door(request.user, slug, Action.VIEW)
    before = request.GET.get("before", "")
    # The cursor is read before the lists: a change in between is told twice rather than never.
    cursor = service.Cursor.now(opened.project)
    context = {
        "door": opened,
        "project": opened.project,
        "page": service.page(opened.project, before=before),
        "is_first_page": not before,
        "edits": [] if before else service.edit_cards(opened),
        "pulse": _pulse(opened, cursor),
        "can_upload": opened.may(Action.UPLOAD),
        "accepted": ACCEPTED,
        "max_upload_bytes": settings.MAX_UPLOAD_BYTES,
        "max_upload_mb": settings.MAX_UPLOAD_MB,
    }
    return render(request, "gallery/gallery.html", context)


def _pulse(opened: Door, cursor: service.Cursor) -> dict[str, object]:
    return {
        "url": reverse("pulse", args=[opened.project.slug]) + "?view=gallery",
        "since": str(cursor),
        "open": service.open_edits(opened),
    }
