"""A model at one provider: what it costs and takes there, beside what the catalog says."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from editor.access import fetch
from editor.access.fetch import ProviderRoom
from editor.engines.openai.catalog import catalog
from editor.forms.focus import focus_first_error
from editor.forms.provider_model import ProviderModelForm, ResetForm
from editor.http import PageRequest
from editor.models import Provider
from editor.services import providers as service


@require_http_methods(["GET", "HEAD", "POST"])
def provider_model(request: PageRequest, provider: str, model: str, slug: str = "") -> HttpResponse:
    """Show the values; POST changes them, or takes the catalog's."""
    room = fetch.provider_room(request.user, slug)
    row = fetch.provider(room, provider)
    if model not in row.offered:
        raise Http404
    if request.method != "POST":
        return _page(request, room, row, model, _form(row, model))
    pressed = ResetForm(request.POST)
    if pressed.is_valid() and (pressed.cleaned_data["reset"] or pressed.cleaned_data["relearn"]):
        return _reset(request, room, row, model, forgets=pressed.cleaned_data["relearn"])
    form = ProviderModelForm(request.POST, **_about(row, model))
    if form.is_valid():
        try:
            service.adapt(room=room, provider=row, name=model, changes=form.changes)
        except ValueError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The values of “%(model)s” are saved.") % {"model": model})
            return redirect(room.url("provider_model", row.public_id, model))
    focus_first_error(form)
    return _page(request, room, row, model, form)


def _form(row: Provider, model: str) -> ProviderModelForm:
    return ProviderModelForm(**_about(row, model))


def _about(row: Provider, model: str) -> dict[str, Any]:
    return {
        "model": service.model(row, model),
        "listed": service.listed_model(row.preset, model),
        "kept": row.overrides.get(model, {}),
    }


def _reset(
    request: PageRequest, room: ProviderRoom, row: Provider, model: str, *, forgets: bool
) -> HttpResponse:
    if forgets:
        service.relearn(room=room, provider=row, name=model)
        messages.success(request, _("Everything is sent again; we see what is taken."))
    else:
        service.adapt(room=room, provider=row, name=model, changes={})
        messages.success(request, _("The catalog\u2019s values are back."))
    return redirect(room.url("provider_model", row.public_id, model))


def _page(
    request: PageRequest, room: ProviderRoom, row: Provider, model: str, form: ProviderModelForm
) -> HttpResponse:
    listed = service.listed_model(row.preset, model)
    context = {
        "room": room,
        "door": room.door,
        "project": room.project,
        "provider": row,
        "form": form,
        "model": service.model(row, model),
        "listed": listed if model in catalog().models else None,
        "changed": len(row.overrides.get(model, {})),
        "refused": row.learned.get(model, []),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return render(request, "provider_model/provider_model.html", context, status=status)
