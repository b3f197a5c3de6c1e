import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('editor', '0014_api_keys'),
    ]

    operations = [
        migrations.AddField(
            model_name='edit',
            name='after',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='next_area', to='editor.edit', verbose_name='after'),
        ),
        migrations.AddField(
            model_name='edit',
            name='area',
            field=models.PositiveSmallIntegerField(default=1, verbose_name='area'),
        ),
        migrations.AddField(
            model_name='edit',
            name='areas',
            field=models.PositiveSmallIntegerField(default=1, verbose_name='areas'),
        ),
    ]
