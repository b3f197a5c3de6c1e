"""API keys of a project: their list, a new one, and the end of one."""

from http import HTTPStatus

from allauth.account.decorators import reauthentication_required
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe
from django.views.decorators.vary import vary_on_headers

from editor.access import fetch
from editor.access.fetch import Door
from editor.access.roles import Action
from editor.forms.focus import focus_first_error
from editor.forms.keys import KeyForm, KeysQuery
from editor.http import PageRequest
from editor.services import api_keys as service
from editor.services import key_lines


@require_safe
@never_cache
def keys(request: PageRequest, slug: str) -> HttpResponse:
    """List the keys: for an owner all of the project, for an editor their own."""
    opened = fetch.door(request.user, slug, Action.API_KEYS)
    number = KeysQuery(request.GET).asked["page"]
    context = _context(opened) | {"lines": key_lines.lines(door=opened, number=number)}
    return render(request, "keys/keys.html", context)


def _context(opened: Door) -> dict[str, object]:
    return {
        "door": opened,
        "project": opened.project,
        "api_url": f"{settings.BASE_URL}/v1",
        "can_make": opened.may(Action.NEW_API_KEY),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def new(request: PageRequest, slug: str) -> HttpResponse:
    """Ask what the key shall be; then for the password; then show its token, this once."""
    opened = fetch.door(request.user, slug, Action.NEW_API_KEY)
    form = KeyForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        response: HttpResponse = _create(request, opened, form)
        return response
    if form.is_bound:
        focus_first_error(form)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return render(request, "keys/new.html", _context(opened) | {"form": form}, status=status)


@reauthentication_required  # type: ignore[untyped-decorator]
def _create(request: PageRequest, opened: Door, form: KeyForm) -> HttpResponse:
    """Answer with the token itself: to show it after a redirect, it would have to be kept."""
    key, token = service.create(door=opened, wanted=form.wanted)
    context = _context(opened) | {"key": key, "token": token}
    return render(request, "keys/made.html", context, status=HTTPStatus.CREATED)


@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
@never_cache
def revoke(request: PageRequest, slug: str, key: str) -> HttpResponse:
    """Say what will stop; POST ends the key."""
    opened = fetch.door(request.user, slug, Action.API_KEYS)
    found = fetch.api_key(opened, key)
    if request.method != "POST":
        part = "#question" if request.htmx else ""
        return render(request, f"keys/revoke.html{part}", _context(opened) | {"key": found})
    service.revoke(door=opened, key=found)
    messages.success(request, _("“%(name)s” is revoked.") % {"name": found.name})
    return redirect("keys", slug=slug)
