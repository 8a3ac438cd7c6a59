"""Certificates of stipend and of payments; surveys that the night opens and sends again."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0023_duplicate_guards"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="surveylink",
            name="reminded_on",
            field=models.DateField(null=True, verbose_name="reminded on"),
        ),
        migrations.AlterField(
            model_name="certificate",
            name="kind",
            field=models.CharField(
                choices=[
                    ("transcript", "Transcript"),
                    ("study_sheet", "Study sheet (oʻquv varaqa)"),
                    ("academic_certificate", "Academic certificate"),
                    ("study_certificate", "Certificate of study"),
                    ("stipend_certificate", "Certificate of stipend"),
                    ("payment_certificate", "Certificate of payments"),
                ],
                max_length=24,
                verbose_name="kind of paper",
            ),
        ),
        migrations.AlterField(
            model_name="surveylink",
            name="created_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="created by",
            ),
        ),
        # Going back: links that nobody opened were the night's, which the older version does not know.
        migrations.RunSQL(
            migrations.RunSQL.noop, "DELETE FROM records_surveylink WHERE created_by_id IS NULL"
        ),
    ]
