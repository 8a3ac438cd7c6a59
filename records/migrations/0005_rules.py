"""What is known of state attestation today."""

from django.db import migrations

from records.seed import sow


class Migration(migrations.Migration):
    dependencies = [("records", "0004_attestation_guards")]

    operations = [migrations.RunPython(lambda apps, schema: sow(apps), migrations.RunPython.noop)]
