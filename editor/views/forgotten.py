"""The way back in for who forgot the password."""

from allauth.account import views as allauth_views
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from editor.forms.manners import mannered

_ask = allauth_views.PasswordResetView.as_view(template_name="forgotten/forgotten.html")
_code = allauth_views.ConfirmPasswordResetCodeView.as_view(template_name="forgotten/code.html")
_new = allauth_views.CompletePasswordResetView.as_view(template_name="forgotten/new_password.html")
_done = allauth_views.PasswordResetFromKeyDoneView.as_view(template_name="forgotten/done.html")


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def forgotten(request: HttpRequest) -> HttpResponseBase:
    """Ask for the address; a known one is mailed a code, an unknown one a word of explanation."""
    return mannered(request, _ask(request))


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponseBase:
    """Take the code from the mail; three wrong ones end it."""
    return mannered(request, _code(request))


@login_not_required
@never_cache
@sensitive_post_parameters("password1", "password2")
@require_http_methods(["GET", "HEAD", "POST"])
def new_password(request: HttpRequest) -> HttpResponseBase:
    """Choose the new password, which ends every session of the account."""
    return mannered(request, _new(request))


@login_not_required
@require_http_methods(["GET", "HEAD"])
def done(request: HttpRequest) -> HttpResponseBase:
    """Say that it worked and lead to the sign-in."""
    return mannered(request, _done(request))
