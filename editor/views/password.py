"""Changing the password."""

from allauth.account import views as allauth_views
from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_http_methods

from editor.forms.manners import mannered

_change = allauth_views.PasswordChangeView.as_view(template_name="password/password.html")
_set = allauth_views.PasswordSetView.as_view(template_name="password/password.html")


@require_http_methods(["GET", "HEAD", "POST"])
def password(request: HttpRequest) -> HttpResponseBase:
    """Change the password, which ends every other session."""
    return mannered(request, _change(request))


@require_http_methods(["GET", "HEAD", "POST"])
def first_password(request: HttpRequest) -> HttpResponseBase:
    """Choose a password for an account that was made without one."""
    return mannered(request, _set(request))
