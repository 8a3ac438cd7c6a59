"""Marking systems, kinds of rating sheet and norms that every university starts from."""

from django.db import migrations

from curriculum.seed import sow


class Migration(migrations.Migration):
    dependencies = [("curriculum", "0003_guards")]

    operations = [migrations.RunPython(lambda apps, editor: sow(apps), migrations.RunPython.noop)]
