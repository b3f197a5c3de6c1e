"""The table behind the shared cache, so that `migrate` is all that an upgrade needs."""

from typing import Any

from django.core.management import call_command
from django.db import migrations


def create(apps: Any, schema_editor: Any) -> None:
    call_command(
        "createcachetable", "pentimento_cache", database=schema_editor.connection.alias, verbosity=0
    )


def drop(apps: Any, schema_editor: Any) -> None:
    schema_editor.execute("DROP TABLE IF EXISTS pentimento_cache")


class Migration(migrations.Migration):
    """One CREATE TABLE."""

    dependencies = [("editor", "0001_initial")]
    operations = [migrations.RunPython(create, drop)]
