"""What others see of an account, and the address it signs in with."""

from http import HTTPStatus
from typing import Any

from allauth.account import views as allauth_views
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from editor.forms.manners import mannered
from editor.forms.profile import AddressForm, NameForm
from editor.http import PageRequest
from editor.services import accounts

_change_address = allauth_views.EmailView.as_view(template_name="profile/profile.html")


@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: PageRequest) -> HttpResponse:
    """Show name and address; POST keeps the name."""
    sent = request.POST if request.method == "POST" else None
    form = NameForm(sent, initial={"name": request.user.name})
    if request.method == "POST" and form.is_valid():
        accounts.rename(user=request.user, name=form.cleaned_data["name"])
        messages.success(request, _("Your name is saved."))
        return redirect("profile")
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    context = _context(name_form=form, form=AddressForm(user=request.user))
    return render(request, "profile/profile.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def address(request: PageRequest) -> HttpResponseBase:
    """Begin to change the address: a code goes to the new one."""
    if request.method != "POST":
        return redirect("profile")
    context = _context(name_form=NameForm(initial={"name": request.user.name}))
    return mannered(request, _change_address(request), **context)


def _context(**forms: Any) -> dict[str, Any]:
    return {**forms, "mail_is_sent": accounts.mail_is_sent()}
