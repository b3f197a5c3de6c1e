"""What was written down for good: the record of each project and the money ledger."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from editor.admin.site import Record, site
from editor.models import Activity, LedgerEntry


@admin.register(Activity, site=site)
class ActivityAdmin(Record[Activity]):
    """Who did what, where and when. `detail` stays out: it is the members' own record."""

    list_display = ("at", "kind", "project", "actor", "edit")
    list_filter = ("kind",)
    list_select_related = ("project", "actor", "edit")
    search_fields = ("project__name", "actor__email", "edit__public_id")
    search_help_text = _("Project, e-mail address of the person, or id of the edit")
    fields = ("at", "kind", "project", "actor", "edit")
    ordering = ("-pk",)


@admin.register(LedgerEntry, site=site)
class LedgerAdmin(Record[LedgerEntry]):
    """Every movement of money, in millionths of a US dollar."""

    list_display = ("created_at", "kind", "micros", "project", "edit", "attempt")
    list_filter = ("kind",)
    list_select_related = ("project", "edit", "attempt")
    search_fields = ("project__name", "edit__public_id")
    search_help_text = _("Project, or id of the edit")
    fields = ("created_at", "kind", "micros", "project", "edit", "attempt")
    ordering = ("-pk",)
