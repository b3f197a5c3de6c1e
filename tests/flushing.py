"""What a flush takes and only a migration makes is kept, and not worked out anew after each test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.management import create_contenttypes
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.db.models.signals import post_migrate

if TYPE_CHECKING:
    from django.db.models import Model

PERMISSIONS = "django.contrib.auth.management.create_permissions"


def keep_rows() -> None:
    """Keep the rows of kinds and of permissions as they are now; let a flush bring them back."""
    kept = [Kept(model) for model in (ContentType, Permission)]

    def after(*, sender: Any, **told: Any) -> None:
        if "plan" in told:  # a migration, not a flush
            create_contenttypes(sender=sender, **told)
            create_permissions(sender=sender, **told)
        elif sender == apps.get_app_config("auth"):
            for rows in kept:
                rows.bring_back()

    post_migrate.disconnect(create_contenttypes)
    post_migrate.disconnect(dispatch_uid=PERMISSIONS)
    post_migrate.connect(after, weak=False)


class Kept:
    """A table's rows, and the order that puts one back."""

    def __init__(self, model: type[Model]) -> None:
        self._rows = list(model._default_manager.values_list(*names(model)))
        quote = connection.ops.quote_name
        columns = ", ".join(map(quote, names(model)))
        places = ", ".join(["%s"] * len(names(model)))
        table = quote(model._meta.db_table)
        self._order = " ".join(["INSERT INTO", table, "(", columns, ") VALUES (", places, ")"])

    def bring_back(self) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany(self._order, self._rows)


def names(model: type[Model]) -> list[str]:
    """The columns of its table."""
    return [field.attname for field in model._meta.concrete_fields]
