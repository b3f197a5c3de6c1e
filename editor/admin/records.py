"""What was written down for good: the record of each project and the money ledger."""

from django.contrib import admin
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from editor.admin.site import Record, site
from editor.models import Activity, CostBasis, LedgerEntry
from editor.services import money


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
    """Every movement of money, of the whole instance."""

    list_display = (
        *("created_at", "day", "kind", "amount", "basis", "project", "actor"),
        *("provider", "model", "edit", "attempt", "api_key"),
    )
    # No filter by provider: it would let an address ask for any column of it.
    list_filter = ("kind", "basis", "day", "model")
    list_select_related = ("project", "actor", "provider", "edit", "attempt", "api_key")
    search_fields = ("project__name", "actor__email", "provider__name", "model", "edit__public_id")
    search_help_text = _(
        "Project, e-mail address of the person, name of the provider, model, or id of the edit"
    )
    fields = (
        *("created_at", "day", "kind", "amount", "micros", "basis", "project", "actor"),
        *("provider", "model", "edit", "attempt", "api_key"),
    )
    readonly_fields = ("amount",)
    ordering = ("-pk",)

    @admin.display(description=_("US dollars"), ordering="micros")
    def amount(self, row: LedgerEntry) -> str:
        """The amount as people read it; what nobody knows is not called nothing."""
        return gettext("unknown") if row.basis == CostBasis.UNKNOWN else money.dollars(row.micros)
