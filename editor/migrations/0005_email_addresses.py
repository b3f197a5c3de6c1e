"""Every account gets the row in which allauth keeps its address.

Accounts made before addresses were verified are trusted as they are. Going back leaves the rows:
older code does not mind them.
"""

from typing import Any

from django.db import migrations


def vouch(apps: Any, schema_editor: Any) -> None:
    addresses = apps.get_model("account", "EmailAddress").objects.using(
        schema_editor.connection.alias
    )
    taken = set(addresses.filter(verified=True).values_list("email", flat=True))
    for address in addresses.filter(primary=True, verified=False).exclude(email__in=taken):
        addresses.filter(pk=address.pk).update(verified=True)
    users = apps.get_model("editor", "User").objects.using(schema_editor.connection.alias)
    known = addresses.values("user")
    for user in users.exclude(pk__in=known).iterator():
        addresses.create(user_id=user.pk, email=user.email.lower(), primary=True, verified=True)


class Migration(migrations.Migration):
    """Rows of another app's table; no change of the schema."""

    dependencies = [
        ("editor", "0004_purge"),
        ("account", "0009_emailaddress_unique_primary_email"),
    ]
    operations = [migrations.RunPython(vouch, migrations.RunPython.noop)]
