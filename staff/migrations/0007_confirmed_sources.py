"""A figure of staff law says whether it was compared with the act it cites; those brought along were not."""

from django.db import migrations, models

HELP = "Tick after comparing the figure with the act in force; until then pages mark the source as to be confirmed."


def fill(apps, schema_editor):
    """The university's own rule needs no act."""
    own = apps.get_model("staff", "StaffRule").objects.filter(kind="soon_months", basis="Universitet qoidasi")
    own.update(is_confirmed=True)


class Migration(migrations.Migration):
    dependencies = [("staff", "0006_guards")]

    operations = [
        migrations.AddField(
            model_name="staffrule",
            name="is_confirmed",
            field=models.BooleanField("compared with the act", default=False, help_text=HELP),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
