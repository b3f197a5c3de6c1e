"""The administration: a site of our own, which shows what is registered here and nothing else.

The default site registers whatever an app brings along: secrets of two-step sign-in, sessions.
"""

from functools import update_wrapper
from typing import Any, NoReturn

from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _


class StaffSite(admin.AdminSite):
    """Staff come in by the login everybody uses; to anybody else there is nothing here."""

    site_title = _("Pentimento")
    site_header = _("Pentimento administration")
    index_title = _("Administration")
    index_template = "admin/start.html"

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:  # noqa: FBT001, FBT002  Django's signature
        """Wrap a view of the site: 404 for members who are not staff."""
        guarded = super().admin_view(view, cacheable)

        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if not self.has_permission(request):
                raise Http404
            try:
                return guarded(request, *args, **kwargs)
            except PermissionDenied:
                raise PermissionDenied(_("The administration does not offer that.")) from None

        return update_wrapper(inner, guarded)

    @method_decorator(login_not_required)
    def login(self, request: HttpRequest, extra_context: object = None) -> HttpResponse:
        """Send the visitor to the one login page."""
        wanted = request.GET.get("next") or reverse("admin:index")
        return redirect_to_login(wanted, reverse("account_login"))

    def logout(self, request: HttpRequest, extra_context: object = None) -> HttpResponse:  # type: ignore[override]
        """Send to the one page that signs out."""
        return redirect("account_logout")

    def password_change(self, request: HttpRequest, extra_context: object = None) -> NoReturn:
        """Everybody's password is changed on the account's own page."""
        raise Http404

    def password_change_done(self, request: HttpRequest, extra_context: object = None) -> NoReturn:
        """See `password_change`."""
        raise Http404


site = StaffSite()


class Record[M](admin.ModelAdmin):  # type: ignore[type-arg]
    """Rows of one model as staff see them: to read, unless `verbs` says more.

    One flag decides: staff. Who may run the instance may do all that is offered here, and what
    would open other people's pictures is not offered to anybody.
    """

    verbs: frozenset[str] = frozenset()
    view_on_site = False
    show_full_result_count = False
    list_per_page = 50

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whether the model is listed."""
        return self.admin_site.has_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Whether rows may be read."""
        return self.admin_site.has_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Whether a row may be made."""
        return "add" in self.verbs and self.admin_site.has_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Whether a row may be changed."""
        return "change" in self.verbs and self.admin_site.has_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Nothing is deleted here: rows are history, or go away with their project."""
        return False

    def lookup_allowed(self, lookup: str, value: object, request: HttpRequest) -> bool:
        """Filter by the filters shown, and nothing else.

        Django lets an address filter by any column, shown or not: `?prompt__startswith=a` would
        spell a prompt out letter by letter.
        """
        shown = [name for name in self.list_filter if isinstance(name, str)]
        return any(lookup == name or lookup.startswith(f"{name}__") for name in shown)
