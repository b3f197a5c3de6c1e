"""Projects by their numbers, edits by their state, attempts and workers."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from editor.admin.site import Record, site
from editor.models import Attempt, Edit, Membership, Picture, Project, Provider, Worker
from editor.services import consents


@admin.register(Project, site=site)
class ProjectAdmin(Record[Project]):
    """A project's name, age and numbers; no way in."""

    list_display = ("name", "members", "pictures", "edits", "created_at", "condition")
    search_fields = ("name",)
    search_help_text = _("Name of the project")
    fields = (
        *("name", "created_by", "created_at", "archived_at", "deleted_at"),
        *("members", "pictures", "edits"),
    )
    readonly_fields = ("members", "pictures", "edits")
    ordering = ("-created_at", "-pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Project]:
        """Count in subqueries: the list costs the same with any number of rows."""
        counts = {"n_members": Membership, "n_pictures": Picture, "n_edits": Edit}
        rows: QuerySet[Project] = super().get_queryset(request)
        return rows.annotate(**{name: _count(model) for name, model in counts.items()})

    @admin.display(description=_("members"), ordering="n_members")
    def members(self, project: Any) -> int:
        """How many belong to it."""
        return int(project.n_members)

    @admin.display(description=_("pictures"), ordering="n_pictures")
    def pictures(self, project: Any) -> int:
        """How many it holds, the trash included."""
        return int(project.n_pictures)

    @admin.display(description=_("edits"), ordering="n_edits")
    def edits(self, project: Any) -> int:
        """How many were ever asked for."""
        return int(project.n_edits)

    @admin.display(description=_("condition"))
    def condition(self, project: Project) -> Any:
        """Whether it is in use."""
        if project.deleted_at is not None:
            return _("deleted")
        return _("archived") if project.archived_at is not None else _("in use")


def _count(model: Any) -> Coalesce:
    mine = model.objects.filter(project=OuterRef("pk")).order_by()
    return Coalesce(Subquery(mine.values("project").annotate(n=Count("pk")).values("n")), 0)


@admin.register(Edit, site=site)
class EditAdmin(Record[Edit]):
    """How an edit stands; never what was asked for, painted or answered.

    `error_message` stays out: an engine's refusal may quote the prompt.
    """

    list_display = (
        *("public_id", "project", "state", "engine", "error_code"),
        *("created_at", "finished_at"),
    )
    list_filter = ("state", "engine", "error_code")
    list_select_related = ("project",)
    search_fields = ("public_id", "project__name")
    search_help_text = _("Id of the edit, or name of the project")
    fields = (
        *("public_id", "project", "actor", "engine", "state", "progress", "error_code"),
        *("created_at", "started_at", "finished_at", "cancel_requested_at", "next_run_at"),
        *("rescues", "fence", "lease_owner", "lease_until", "reserved_micros"),
    )
    ordering = ("-pk",)


@admin.register(Attempt, site=site)
class AttemptAdmin(Record[Attempt]):
    """Each time an engine was asked, and whether it ran."""

    list_display = (
        *("edit", "number", "execution", "error_class", "http_status"),
        *("intent_at", "sent_at", "finished_at"),
    )
    list_display_links = ("number",)
    list_filter = ("execution", "error_class")
    list_select_related = ("edit",)
    search_fields = ("edit__public_id", "upstream_request_id")
    search_help_text = _("Id of the edit, or of the request at the provider")
    fields = (
        *("edit", "number", "fence", "execution", "error_class", "http_status"),
        *("intent_at", "sent_at", "finished_at", "upstream_request_id", "cost_micros"),
    )
    ordering = ("-pk",)


@admin.register(Worker, site=site)
class WorkerAdmin(Record[Worker]):
    """Who works; a worker's row goes when it stops, or ten minutes after it fell silent."""

    list_display = ("name", "slots", "started_at", "seen_at")
    fields = ("name", "slots", "started_at", "seen_at")
    ordering = ("name",)


@admin.register(Provider, site=site)
class ProviderAdmin(Record[Provider]):
    """Where edits are sent, and how that goes; never the key, nor what else stands in the address.

    They are looked after on pages of their own: the instance's at /providers/, others in projects.
    """

    list_display = (
        *("name", "project", "source", "host", "is_enabled", "trouble"),
        *("failures", "open_until", "probed_at"),
    )
    list_filter = ("source", "is_enabled", "trouble")
    list_select_related = ("project",)
    search_fields = ("name", "project__name", "public_id")
    search_help_text = _("Name or id of the provider, or name of the project")
    fields = (
        *("public_id", "name", "project", "source", "preset", "host", "models", "concurrency"),
        *("is_enabled", "trouble", "failures", "open_until", "probed_at", "version"),
        *("created_by", "created_at", "deleted_at"),
    )
    readonly_fields = ("host", "models")
    ordering = ("-pk",)

    @admin.display(description=_("machine"))
    def host(self, provider: Provider) -> str:
        """The machine that sees pictures."""
        return consents.host_of(provider)

    @admin.display(description=_("models"))
    def models(self, provider: Provider) -> str:
        """What it offers."""
        return ", ".join(provider.offered)
