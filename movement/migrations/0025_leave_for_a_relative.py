"""Leave to care for a sick family member: a ground that the act names and the national list lacks."""

import datetime

from django.db import migrations

import hemis.classifiers.fields

CODE = "leave.months.relative"
SINCE = datetime.date(2021, 6, 3)
SOURCE = "VMQ 344 (03.06.2021): toʻliq oʻzlashtirilmagan semestr boshigacha"


def add(apps, schema_editor):
    """Where the book has been begun and nobody has written the figure."""
    rules = apps.get_model("movement", "MovementRule").objects
    if rules.exists() and not rules.filter(code=CODE).exists():
        rules.create(code=CODE, value="12", valid_from=SINCE, source=SOURCE)


def take_away(apps, schema_editor):
    """The older program knows no such figure and no such ground: an application keeps its text without it."""
    apps.get_model("movement", "MovementRule").objects.filter(code=CODE).delete()
    apps.get_model("movement", "Application").objects.filter(ground="relative").update(ground="")


class Migration(migrations.Migration):
    dependencies = [("movement", "0024_accredited_universities")]

    operations = [
        migrations.AlterField(
            model_name="application",
            name="ground",
            field=hemis.classifiers.fields.ClassifierField(
                "h_academic_reason", blank=True, max_length=16, own=("relative",), verbose_name="ground"
            ),
        ),
        migrations.RunPython(add, take_away),
    ]
