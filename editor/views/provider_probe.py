"""The test of a provider: one tiny edit that is really sent, and what it showed."""

from http import HTTPStatus

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from django.views.decorators.vary import vary_on_headers

from editor.access import fetch
from editor.access.fetch import ProviderRoom
from editor.forms.focus import focus_first_error
from editor.forms.provider_probe import ProviderProbeForm
from editor.http import PageRequest, waits_for_sandbox
from editor.models import Provider
from editor.services import (
    budget_texts,
    budgets,
    consents,
    probe_texts,
    probes,
    provider_states,
    vault,
)


# It lasts as long as the service takes for a picture.
@waits_for_sandbox("POST")
@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
@never_cache
def provider_probe(request: PageRequest, provider: str, slug: str = "") -> HttpResponse:
    """Say what will be sent and what it may cost; POST sends it and shows what came of it."""
    room = fetch.provider_room(request.user, slug)
    row = fetch.provider(room, provider)
    if request.method != "POST":
        return _page(request, room, row, ProviderProbeForm(provider=row))
    form = ProviderProbeForm(request.POST, provider=row)
    if not form.is_valid():
        focus_first_error(form)
        return _page(request, room, row, form, refusal=_("Choose a model from the list."))
    try:
        probes.run(room=room, provider=row, name=form.cleaned_data["model"])
    except probes.Busy:
        text = _("A test of this provider is under way. Wait for it, then reload the page.")
        return _page(request, room, row, form, refusal=text)
    except vault.WrongKey:
        text = _("The key cannot be read. Enter it once more, then test again.")
        return _page(request, room, row, form, refusal=text)
    except budgets.Refused as refused:
        text = budget_texts.refusal(refused, request.user)
        return _page(request, room, row, form, refusal=text)
    if not request.htmx:
        return redirect(room.url("provider_probe", row.public_id))
    return _page(request, room, fetch.provider(room, provider), form)


def _page(
    request: PageRequest,
    room: ProviderRoom,
    row: Provider,
    form: ProviderProbeForm,
    *,
    refusal: str = "",
) -> HttpResponse:
    context = {
        "room": room,
        "door": room.door,
        "project": room.project,
        "provider": row,
        "form": form,
        "host": consents.host_of(row),
        "signs": provider_states.signs(row),
        "tests": probe_texts.tested(row),
        "refusal": refusal,
    }
    part = "#found" if request.htmx else ""
    status = HTTPStatus.UNPROCESSABLE_ENTITY if refusal else HTTPStatus.OK
    return render(request, f"provider_probe/provider_probe.html{part}", context, status=status)
