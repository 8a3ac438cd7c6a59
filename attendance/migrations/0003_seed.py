"""The window of the journal and the limits of absence that every university starts from."""

from django.db import migrations

from attendance.seed import sow


class Migration(migrations.Migration):
    dependencies = [("attendance", "0002_guards"), ("curriculum", "0004_seed")]

    operations = [migrations.RunPython(lambda apps, editor: sow(apps), migrations.RunPython.noop)]
