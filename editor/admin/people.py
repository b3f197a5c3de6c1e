"""Accounts, and who belongs where."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from editor.admin.site import Record, site
from editor.forms.admin import NewPersonForm, PersonForm
from editor.models import ApiKey, Membership, User
from editor.services import members, sessions


@admin.register(User, site=site)
class UserAdmin(Record[User]):
    """Make an account, close it, make its owner staff; passwords stay their owners' business."""

    verbs = frozenset({"add", "change"})
    list_display = ("email", "name", "is_active", "is_staff", "date_joined", "last_login")
    list_filter = ("is_active", "is_staff")
    search_fields = ("email", "name")
    search_help_text = _("E-mail address or name")
    ordering = ("email",)

    def get_form(self, request: Any, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002  Django's signature
        """One form to make an account, another to change it."""
        kwargs["form"] = PersonForm if change else NewPersonForm
        return super().get_form(request, obj, change=change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        """What is asked for, and for an account that exists what is known."""
        if obj is None:
            fields = ("email", "name", "password1", "password2", "is_staff")
            return [(None, {"fields": fields})]
        return [
            (None, {"fields": ("email", "name"), "description": PASSWORDS}),
            (_("Rights"), {"fields": ("is_active", "is_staff")}),
            (_("Dates"), {"fields": ("date_joined", "last_login")}),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        """The address is its owner's to change: with it comes the account."""
        return ("email", "date_joined", "last_login") if obj else ()

    def save_model(self, request: Any, obj: User, form: Any, change: bool) -> None:  # noqa: FBT001  Django's signature
        """Staff is the one flag here, Django's second one follows it; who is closed is signed out."""
        obj.is_superuser = obj.is_staff
        super().save_model(request, obj, form, change)
        if change and not obj.is_active and "is_active" in form.changed_data:
            sessions.end_all(user=obj)
            self._warn(request, obj)

    def _warn(self, request: HttpRequest, closed: User) -> None:
        """Name the projects that nobody can manage from now on."""
        for project in members.without_owner(closed):
            text = _(
                "“%(project)s” has no owner left who can sign in. Give it one on the server: "
                "manage.py owner %(slug)s EMAIL"
            )
            messages.warning(request, text % {"project": project.name, "slug": project.slug})


PASSWORDS = _(
    "Staff neither see nor set passwords, nor move an account to another address: either would "
    "open its pictures. Its owner does both on the account page, or asks for a code on the "
    "sign-in page. Without mail: manage.py changepassword, on the server."
)


@admin.register(Membership, site=site)
class MembershipAdmin(Record[Membership]):
    """Who belongs to which project; owners add, change and remove."""

    list_display = ("user", "project", "role", "created_at")
    list_display_links = ("role",)
    list_filter = ("role",)
    list_select_related = ("user", "project")
    search_fields = ("user__email", "user__name", "project__name")
    search_help_text = _("Person or project")
    fields = ("user", "project", "role", "created_at")
    ordering = ("-created_at", "-pk")


@admin.register(ApiKey, site=site)
class ApiKeyAdmin(Record[ApiKey]):
    """Which programs act as whom, and how much; never the key, nor its hash.

    They are made and revoked in projects; with its account closed a key opens nothing.
    """

    list_display = (
        *("name", "prefix", "project", "user", "created_at", "last_used_at"),
        *("expires_at", "revoked_at"),
    )
    list_select_related = ("project", "user")
    search_fields = ("name", "prefix", "user__email", "project__name")
    search_help_text = _("Name or beginning of the key, person, or project")
    fields = (
        *("public_id", "name", "prefix", "project", "user", "scopes", "created_at"),
        *("last_used_at", "expires_at", "revoked_at", "budget_micros", "requests_per_minute"),
    )
    ordering = ("-pk",)
