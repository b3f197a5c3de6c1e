"""Has anything changed? The one question an open page repeats."""

from http import HTTPStatus

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from editor.access import fetch
from editor.access.roles import Action
from editor.forms.gallery import GalleryForm
from editor.forms.pulse import PulseForm
from editor.http import PageRequest
from editor.services.pulse import Cursor, is_current, news


@require_safe
@never_cache
def pulse(request: PageRequest, slug: str) -> HttpResponse:
    """Answer 204, or the cards that changed; headers carry the new cursor and what is open."""
    form = PulseForm(request.GET)
    if form.is_valid() and is_current(request.user, slug, form.cleaned_data["since"]):
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    opened = fetch.door(request.user, slug, Action.VIEW)
    if not form.is_valid():
        return HttpResponse(status=HTTPStatus.BAD_REQUEST)
    now = Cursor.now(opened.project)
    if form.cleaned_data["since"] == now:
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    picture = form.cleaned_data["picture"]
    found = fetch.picture(opened, picture) if picture else None
    wanted = GalleryForm(request.GET).look(may_restore=opened.may(Action.TRASH))
    look = None if found else wanted
    changed = news(
        opened,
        seen=form.cleaned_data["since"],
        now=now,
        family_root=(found.root_id or found.pk) if found else None,
        look=look,
    )
    context = {"project": opened.project, "news": changed, "look": look}
    response = render(request, "pulse/pulse.html", context)
    response["X-Pulse"] = str(now)
    response["X-Pulse-Open"] = str(changed.open_edits)
    if not changed.is_whole:
        response["X-Pulse-Cut"] = "1"
    return response
