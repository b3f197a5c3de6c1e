"""One picture with everything known about it."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from editor.access import fetch
from editor.access.roles import Action
from editor.http import PageRequest
from editor.services import gallery, intake_texts
from editor.services.provenance import provenance


@require_safe
def version(request: PageRequest, slug: str, picture: str) -> HttpResponse:
    """Show a picture, how it came to be, and what came of it."""
    opened = fetch.door(request.user, slug, Action.VIEW)
    found = fetch.picture(opened, picture)
    parent, children = gallery.parent_and_children(found)
    context = {
        "door": opened,
        "project": opened.project,
        "picture": found,
        "parent": parent,
        "children": children,
        "provenance": provenance(found.edit) if found.edit else None,
        "notices": intake_texts.notices(found.notices),
        "can_edit": opened.may(Action.EDIT),
        "can_download_original": found.is_original and opened.may(Action.DOWNLOAD_ORIGINAL),
    }
    return render(request, "version/version.html", context)
