"""What an edit would send and may cost; asked while somebody prepares it."""

from http import HTTPStatus

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from editor.access import fetch
from editor.access.fetch import Door
from editor.access.roles import Action
from editor.engines.errors import UnknownEngine
from editor.forms.first_error import first_error
from editor.forms.quote import QuoteForm
from editor.http import PageRequest
from editor.models import Picture, Provider
from editor.services import apart, budgets, engines, quotes
from editor.services.quotes import Sketch


@require_POST
def quote(request: PageRequest, slug: str, picture: str) -> HttpResponse:
    """Answer with the cost and what would be sent, or why nothing can be sent.

    The prompt is sent in the body, so that no log of addresses holds it. Nothing is kept.
    """
    opened = fetch.door(request.user, slug, Action.EDIT)
    found = fetch.live_picture(opened, picture)
    form = QuoteForm(request.POST)
    if not form.is_valid():
        return _refusal(request, first_error(form))
    try:
        provider = engines.provider_of(opened.project, form.cleaned_data["engine"])
    except UnknownEngine:
        return _refusal(request, _("Choose an engine from the list."))
    if provider is None:
        return render(request, "quote/quote.html")
    return _quote(request, opened, found, form, provider)


def _quote(
    request: PageRequest, opened: Door, picture: Picture, form: QuoteForm, provider: Provider
) -> HttpResponse:
    asked = form.cleaned_data
    inputs = fetch.live_pictures(opened, asked["inputs"])
    if len(inputs) != len(asked["inputs"]):
        return _refusal(request, quotes.gone())
    engine = engines.planning_registry().engine(asked["engine"], provider)
    sketch = Sketch(
        picture, asked["prompt"], form.box_in(picture), form.parameters, inputs, form.framing
    )
    offer = apart.offer(engine, sketch, form.islands_in(picture), form.chosen_way)
    found = quotes.quote(
        engine=engine,
        provider=provider,
        sketch=sketch,
        left_micros=budgets.left(opened),
        areas=offer.boxes if offer and offer.is_each else (),
    )
    context = {"quote": found, "apart": offer, "picture": picture}
    return render(request, "quote/quote.html", context)


def _refusal(request: PageRequest, message: str) -> HttpResponse:
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    return render(request, "quote/quote.html", {"message": message}, status=status)
