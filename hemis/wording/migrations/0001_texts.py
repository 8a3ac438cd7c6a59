"""Texts of the interface with the university's own ones, and their history."""

from django.db import migrations, models

from hemis.access.history import TrackHistory


class Migration(migrations.Migration):
    initial = True

    dependencies = [("access", "0003_history")]

    operations = [
        migrations.CreateModel(
            name="Text",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False, verbose_name="version")),
                ("msgid", models.TextField(unique=True, verbose_name="key (English)")),
                ("uz", models.TextField(blank=True, verbose_name="text of the program: Uzbek")),
                ("cyrl", models.TextField(blank=True, verbose_name="text of the program: Uzbek Cyrillic")),
                ("ru", models.TextField(blank=True, verbose_name="text of the program: Russian")),
                ("own_uz", models.TextField(blank=True, verbose_name="own text: Uzbek")),
                (
                    "own_cyrl",
                    models.TextField(
                        blank=True,
                        help_text="Empty: made of the Uzbek text by rule.",
                        verbose_name="own text: Uzbek Cyrillic",
                    ),
                ),
                ("own_ru", models.TextField(blank=True, verbose_name="own text: Russian")),
                ("own_en", models.TextField(blank=True, verbose_name="own text: English")),
                ("is_used", models.BooleanField(default=True, verbose_name="said by the program")),
                (
                    "is_outdated",
                    models.BooleanField(default=False, verbose_name="changed in the program since"),
                ),
                ("changed_at", models.DateTimeField(blank=True, null=True, verbose_name="own text written")),
            ],
            options={
                "verbose_name": "text of the interface",
                "verbose_name_plural": "texts of the interface",
                "ordering": ["msgid"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("msgid__regex", '[<>"]'), ("own_uz__regex", '^[^<>"]*$'), _connector="OR"
                        ),
                        name="own_uz_brings_no_markup",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("msgid__regex", '[<>"]'), ("own_cyrl__regex", '^[^<>"]*$'), _connector="OR"
                        ),
                        name="own_cyrl_brings_no_markup",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("msgid__regex", '[<>"]'), ("own_ru__regex", '^[^<>"]*$'), _connector="OR"
                        ),
                        name="own_ru_brings_no_markup",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("msgid__regex", '[<>"]'), ("own_en__regex", '^[^<>"]*$'), _connector="OR"
                        ),
                        name="own_en_brings_no_markup",
                    ),
                ],
            },
        ),
        TrackHistory("wording_text", hidden=("uz", "cyrl", "ru", "is_used", "is_outdated", "changed_at")),
    ]
