"""A rule says whether it was compared with the act it cites."""

from django.db import migrations, models

from movement.defaults import confirm_rules

HELP = "Tick after comparing the figure with the act in force; until then pages mark the source as to be confirmed."


def fill(apps, schema_editor):
    """What the program itself brought and what was compared; rows of the university stay to be confirmed."""
    confirm_rules(apps.get_model("movement", "MovementRule"))
    terms = apps.get_model("movement", "ApplicationTerm").objects.filter(kind__in=["leave", "return"], days=7)
    terms.filter(source__startswith="VMQ 344/2021").update(is_confirmed=True)
    windows = apps.get_model("movement", "ApplicationWindow").objects.filter(kind="reinstatement")
    windows.filter(source="VMQ 578/2025, 3-ilova, 42, 44-bandlar").update(is_confirmed=True)


class Migration(migrations.Migration):
    dependencies = [("movement", "0021_applications_and_clearance_guards")]

    operations = [
        *(
            migrations.AddField(
                model_name=name,
                name="is_confirmed",
                field=models.BooleanField("compared with the act", default=False, help_text=HELP),
            )
            for name in ("movementrule", "applicationterm", "applicationwindow")
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
