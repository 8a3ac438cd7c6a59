"""The figures of the law as a new installation begins with them (VMQ 578, 344, 824)."""

from django.db import migrations

from movement.defaults import seed_rules


def fill(apps, schema_editor):
    seed_rules(apps.get_model("movement", "MovementRule"))


class Migration(migrations.Migration):
    dependencies = [("movement", "0007_agreement")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
