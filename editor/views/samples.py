"""Sample photos for an empty project."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from editor.access import fetch
from editor.access.roles import Action
from editor.http import PageRequest, waits_for_sandbox
from editor.services import media, pictures
from editor.services import samples as service


@waits_for_sandbox("POST")
@require_POST
def samples(request: PageRequest, slug: str) -> HttpResponse:
    """Add the sample photos and go back to the gallery, which says so if they did not fit."""
    opened = fetch.door(request.user, slug, Action.UPLOAD)
    try:
        service.add(door=opened)
    except pictures.UploadRefused as refused:
        messages.error(request, refused.message)
    except media.DiskFull:
        messages.error(request, _("The server's disk is full. Tell the administrator."))
    return redirect("gallery", slug=slug)
