"""An edit whose outcome nobody knows: ask its member, and do as decided."""

from http import HTTPStatus

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import reswap, retarget

from editor.access import fetch
from editor.access.fetch import Door
from editor.access.roles import Action
from editor.forms.decide import DecideForm, Decision
from editor.forms.first_error import first_error
from editor.http import PageRequest
from editor.models import Edit
from editor.pipeline import decide as pipeline_decide
from editor.pipeline.decide import AnswerGone, NothingToDecide, ProviderGone, Stale
from editor.pipeline.steps import HostChanged
from editor.services import budget_texts, budgets, gallery

REFUSALS: dict[type[Exception], Promise] = {
    NothingToDecide: _("Somebody has decided already. The card shows how."),
    Stale: _("It was decided meanwhile and sent again. This is about how it ended since."),
    AnswerGone: _("The answer is no longer kept, so it cannot be read again."),
    ProviderGone: _("This provider is no longer offered here. Ask another with a new edit."),
    HostChanged: _(
        "The provider has another address by now, so nothing was sent. A new edit asks whether "
        "pictures may go there."
    ),
}
DECISIONS = {
    Decision.AGAIN: pipeline_decide.again,
    Decision.KEEP: pipeline_decide.keep,
    Decision.READ: pipeline_decide.read_again,
}


@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
def decide(request: PageRequest, slug: str, edit: str) -> HttpResponse:
    """Ask whether to pay once more, or do what was decided.

    To htmx a decision is answered with the card as it is now, a refusal with the question again;
    otherwise with the gallery.
    """
    opened = fetch.door(request.user, slug, Action.DECIDE)
    found = fetch.edit_to_decide(opened, edit)
    if request.method != "POST":
        return _ask(request, opened, found)
    form = DecideForm(request.POST)
    if not form.is_valid():
        return _refuse(request, opened, found, first_error(form))
    act = DECISIONS[Decision(form.cleaned_data["decision"])]
    try:
        act(opened, found, fence=form.cleaned_data["fence"])
    except tuple(REFUSALS) as refused:
        return _refuse(request, opened, found, str(REFUSALS[type(refused)]))
    except budgets.Refused as refused:
        return _refuse(request, opened, found, budget_texts.refusal(refused, request.user))
    if not request.htmx:
        return redirect("gallery", slug=slug)
    (card,) = gallery.edit_cards(opened, only=found)
    context = {"project": opened.project, "edit": card, "is_answer": True}
    return render(request, "components/edit_card.html", context)


def _ask(request: PageRequest, opened: Door, found: Edit, *, error: str = "") -> HttpResponse:
    (card,) = gallery.edit_cards(opened, only=found)
    context = {"door": opened, "project": opened.project, "edit": card, "error": error}
    part = "#question" if request.htmx else ""
    status = HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK
    return render(request, f"decide/decide.html{part}", context, status=status)


def _refuse(request: PageRequest, opened: Door, found: Edit, error: str) -> HttpResponse:
    response = _ask(request, opened, found, error=error)
    return reswap(retarget(response, f"#ask-{found.public_id}"), "innerHTML")
