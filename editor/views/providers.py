"""Providers of the whole instance, for staff, and of a project, for its owners: one set of pages."""

from http import HTTPStatus

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from editor.access import fetch
from editor.access.fetch import ProviderRoom
from editor.access.roles import Action
from editor.engines.openai.catalog import Preset, catalog
from editor.forms.focus import focus_first_error
from editor.forms.provider_choice import PresetForm
from editor.forms.providers import ProviderForm, SwitchForm
from editor.http import PageRequest, waits_for_sandbox
from editor.models import Provider
from editor.services import consents, provider_states
from editor.services import providers as service


@require_safe
@never_cache
def providers(request: PageRequest, slug: str = "") -> HttpResponse:
    """List the providers of this room, and for a project those that everybody shares."""
    # An archived project's owners may look: what is connected stays connected.
    room = fetch.provider_room(request.user, slug, Action.ARCHIVE)
    shared = service.shared_with(room.project) if room.project else []
    context = _context(room) | {
        "lines": [provider_states.line(row) for row in service.listed(room)],
        "shared": [provider_states.line(row) for row in shared],
    }
    return render(request, "providers/providers.html", context)


def _context(room: ProviderRoom) -> dict[str, object]:
    return {"room": room, "door": room.door, "project": room.project}


# The name in an address may have to be looked up, which can take a while.
@waits_for_sandbox("POST")
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("key", "handed")
@never_cache
def add(request: PageRequest, slug: str = "") -> HttpResponse:
    """Ask what kind of service it is; then for the rest; then for the password; then connect it."""
    room = fetch.provider_room(request.user, slug)
    choice = PresetForm(request.POST if request.method == "POST" else request.GET)
    preset = choice.chosen
    if preset is None:
        return _choose(request, room, choice)
    if request.method != "POST":
        return _form(request, room, ProviderForm(room=room, preset=preset), preset=preset)
    form = ProviderForm(request.POST, room=room, preset=preset)
    if not form.is_valid():
        return _form(request, room, form, preset=preset)
    request.POST = form.without_key(request.POST)  # type: ignore[assignment]
    response: HttpResponse = _create(request, room, form)
    return response


def _choose(request: PageRequest, room: ProviderRoom, choice: PresetForm) -> HttpResponse:
    refused = request.method == "POST"
    context = _context(room) | {
        "presets": catalog().presets.values(),
        "errors": choice.errors.get("preset", []) if refused else [],
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK
    return render(request, "providers/presets.html", context, status=status)


def _form(
    request: PageRequest,
    room: ProviderRoom,
    form: ProviderForm,
    *,
    preset: Preset | None = None,
    provider: Provider | None = None,
) -> HttpResponse:
    if form.is_bound:
        focus_first_error(form)
    context = _context(room) | {"form": form, "preset": preset, "provider": provider}
    if provider is not None:
        context |= {
            "host": consents.host_of(provider),
            "signs": provider_states.signs(provider),
            "preset": service.listed_preset(provider),
        }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    name = "provider" if provider else "add"
    return render(request, f"providers/{name}.html", context, status=status)


@reauthentication_required  # type: ignore[untyped-decorator]
def _create(request: PageRequest, room: ProviderRoom, form: ProviderForm) -> HttpResponse:
    made = service.create(room=room, wanted=form.wanted)
    messages.success(request, _("“%(name)s” is connected.") % {"name": made.name})
    return redirect(room.url("provider_probe", made.public_id))


@waits_for_sandbox("POST")
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("key", "handed")
@never_cache
def provider(request: PageRequest, provider: str, slug: str = "") -> HttpResponse:
    """Show a provider; POST changes it, and asks for the password where key or server change."""
    room = fetch.provider_room(request.user, slug)
    row = fetch.provider(room, provider)
    if request.method != "POST":
        return _form(request, room, ProviderForm(room=room, provider=row), provider=row)
    form = ProviderForm(request.POST, room=room, provider=row)
    if not form.is_valid():
        return _form(request, room, form, provider=row)
    if not form.is_sensitive:
        return _change(request, room, row, form)
    request.POST = form.without_key(request.POST)  # type: ignore[assignment]
    response: HttpResponse = _change_sensitive(request, room, row, form)
    return response


def _change(
    request: PageRequest, room: ProviderRoom, row: Provider, form: ProviderForm
) -> HttpResponse:
    try:
        changed = service.change(room=room, provider=row, wanted=form.wanted)
    except service.KeyNeeded:
        form.add_error("key", _("The address names another server. Enter its key."))
        return _form(request, room, form, provider=row)
    messages.success(request, _("“%(name)s” was changed.") % {"name": changed.name})
    return redirect(room.url("provider", changed.public_id))


_change_sensitive = reauthentication_required(_change)


@require_POST
def switch(request: PageRequest, provider: str, slug: str = "") -> HttpResponse:
    """Take a provider into use, or out of it."""
    room = fetch.provider_room(request.user, slug)
    row = fetch.provider(room, provider)
    form = SwitchForm(request.POST)
    on = form.is_valid() and form.cleaned_data["on"]
    service.switch(room=room, provider=row, on=on)
    text = _("“%(name)s” is in use.") if on else _("“%(name)s” is switched off.")
    messages.success(request, text % {"name": row.name})
    return redirect(room.url("provider", row.public_id))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def delete(request: PageRequest, provider: str, slug: str = "") -> HttpResponse:
    """Say what will happen; then ask for the password; then delete."""
    room = fetch.provider_room(request.user, slug)
    row = fetch.provider(room, provider)
    if request.method == "POST":
        response: HttpResponse = _delete(request, room, row)
        return response
    return render(request, "providers/delete.html", _context(room) | {"provider": row})


@reauthentication_required  # type: ignore[untyped-decorator]
def _delete(request: PageRequest, room: ProviderRoom, row: Provider) -> HttpResponse:
    service.delete(room=room, provider=row)
    messages.success(request, _("“%(name)s” and its key are deleted.") % {"name": row.name})
    return redirect(room.url("providers"))
