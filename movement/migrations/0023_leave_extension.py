"""Applications for the extension of an academic leave (VMQ 344/2021, p. 12), and their term."""

import datetime

from django.db import migrations, models


def fill(apps, schema_editor):
    """Decided in a week like the leave itself; where terms are kept already, else they are written anew."""
    term = apps.get_model("movement", "ApplicationTerm")
    if term.objects.exists() and not term.objects.filter(kind="extension").exists():
        term.objects.create(
            kind="extension", valid_from=datetime.date(2021, 6, 3), days=7, source="VMQ 344/2021",
            is_confirmed=True,
        )  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [
        ("movement", "0022_confirmed_sources"),
    ]

    operations = [
        migrations.AlterField(
            model_name="application",
            name="given_by",
            field=models.CharField(
                choices=[("student", "student"), ("parent", "father or mother"), ("spouse", "spouse")],
                default="student",
                max_length=16,
                verbose_name="given by",
            ),
        ),
        migrations.AlterField(
            model_name="application",
            name="kind",
            field=models.CharField(
                choices=[
                    ("leave", "Academic leave"),
                    ("extension", "Extension of academic leave"),
                    ("return", "Return from academic leave"),
                    ("transfer", "Transfer inside the university"),
                    ("transfer_out", "Transfer to another university"),
                    ("reinstatement", "Reinstatement"),
                    ("expulsion", "Expulsion by own wish"),
                ],
                max_length=16,
                verbose_name="kind of application",
            ),
        ),
        migrations.AlterField(
            model_name="applicationterm",
            name="kind",
            field=models.CharField(
                choices=[
                    ("leave", "Academic leave"),
                    ("extension", "Extension of academic leave"),
                    ("return", "Return from academic leave"),
                    ("transfer", "Transfer inside the university"),
                    ("transfer_out", "Transfer to another university"),
                    ("reinstatement", "Reinstatement"),
                    ("expulsion", "Expulsion by own wish"),
                ],
                max_length=16,
                verbose_name="kind of application",
            ),
        ),
        migrations.AlterField(
            model_name="applicationwindow",
            name="kind",
            field=models.CharField(
                choices=[
                    ("leave", "Academic leave"),
                    ("extension", "Extension of academic leave"),
                    ("return", "Return from academic leave"),
                    ("transfer", "Transfer inside the university"),
                    ("transfer_out", "Transfer to another university"),
                    ("reinstatement", "Reinstatement"),
                    ("expulsion", "Expulsion by own wish"),
                ],
                max_length=16,
                verbose_name="kind of application",
            ),
        ),
        migrations.AlterField(
            model_name="clearanceanswer",
            name="state",
            field=models.CharField(
                choices=[("waiting", "waiting"), ("clear", "clear"), ("not_clear", "not clear")],
                default="waiting",
                max_length=16,
                verbose_name="the answer",
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
