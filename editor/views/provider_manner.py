"""How a provider is asked, beside what the preset of its kind says."""

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from editor.access import fetch
from editor.access.fetch import ProviderRoom
from editor.forms.focus import focus_first_error
from editor.forms.provider_manner import PolarityForm, ProviderMannerForm, ResetForm
from editor.http import PageRequest
from editor.models import Provider
from editor.services import provider_manner as service
from editor.services import providers


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def provider_manner(request: PageRequest, provider: str, slug: str = "") -> HttpResponse:
    """Show the manner; POST changes it, or some of it or all goes back to the preset's."""
    room = fetch.provider_room(request.user, slug)
    row = fetch.provider(room, provider)
    if request.method != "POST":
        return _page(request, room, row, _form(row))
    if "polarity" in request.POST:
        return _turn_masks(request, room, row)
    pressed = ResetForm(request.POST)
    if pressed.is_valid() and pressed.cleaned_data["reset"]:
        service.change(room=room, provider=row, changes={})
        messages.success(request, _("Everything is as the preset says."))
        return redirect(room.url("provider_manner", row.public_id))
    form = _form(row, request.POST)
    if form.is_valid():
        try:
            service.change(room=room, provider=row, changes=form.changes)
        except ValueError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("“%(name)s” is asked so from now on.") % {"name": row.name})
            return redirect(room.url("provider_manner", row.public_id))
    focus_first_error(form)
    return _page(request, room, row, form)


def _turn_masks(request: PageRequest, room: ProviderRoom, row: Provider) -> HttpResponse:
    """What a test suggested; the way leads back to the test, which shows whether it was right."""
    form = PolarityForm(request.POST)
    if not form.is_valid():
        return _page(request, room, row, _form(row), status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        service.send_masks_as(room=room, provider=row, polarity=form.cleaned_data["polarity"])
    except ValueError:
        messages.error(request, _("Requests of this kind have no place for such a mask."))
    else:
        text = _("Masks are sent the other way from now on. Test whether they are obeyed now.")
        messages.success(request, text)
    return redirect(room.url("provider_probe", row.public_id))


def _form(row: Provider, posted: QueryDict | None = None) -> ProviderMannerForm:
    about = {"listed": service.listed(row), "current": service.current(row)}
    return ProviderMannerForm(posted, **about, kept=row.manner)


def _page(
    request: PageRequest,
    room: ProviderRoom,
    row: Provider,
    form: ProviderMannerForm,
    *,
    status: HTTPStatus | None = None,
) -> HttpResponse:
    context = {
        "room": room,
        "door": room.door,
        "project": room.project,
        "provider": row,
        "form": form,
        "groups": form.groups(),
        "preset": providers.listed_preset(row),
    }
    usual = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return render(request, "provider_manner/provider_manner.html", context, status=status or usual)
