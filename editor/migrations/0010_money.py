import datetime

from django.db import migrations, models
from django.db.models.functions import TruncDate

import editor.models.ledger


def count_by_day_written(apps, schema_editor):
    """Rows from before: nothing was paid for yet, so each counts for the day it was written."""
    rows = apps.get_model("editor", "LedgerEntry").objects.all()
    rows.update(day=TruncDate("created_at", tzinfo=datetime.UTC))


class Migration(migrations.Migration):

    dependencies = [
        ('editor', '0009_providers_and_money'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='ledgerentry',
            name='ledger_by_month',
        ),
        migrations.AddField(
            model_name='ledgerentry',
            name='day',
            field=models.DateField(default=editor.models.ledger.today, verbose_name='counts for'),
        ),
        migrations.RunPython(count_by_day_written, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name='ledgerentry',
            index=models.Index(fields=['project', 'day', 'actor', 'kind', 'micros'], name='ledger_by_day'),
        ),
    ]
