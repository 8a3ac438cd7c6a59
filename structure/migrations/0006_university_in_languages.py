"""The address, the postal address and the accreditation of the university in Russian and English."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("structure", "0005_guards"),
    ]

    operations = [
        migrations.AddField(
            model_name="university",
            name="accreditation_en",
            field=models.TextField(
                blank=True, db_default="", default="", verbose_name="accreditation (English)"
            ),
        ),
        migrations.AddField(
            model_name="university",
            name="accreditation_ru",
            field=models.TextField(
                blank=True, db_default="", default="", verbose_name="accreditation (Russian)"
            ),
        ),
        migrations.AddField(
            model_name="university",
            name="address_en",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=500, verbose_name="address (English)"
            ),
        ),
        migrations.AddField(
            model_name="university",
            name="address_ru",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=500, verbose_name="address (Russian)"
            ),
        ),
        migrations.AddField(
            model_name="university",
            name="mailing_address_en",
            field=models.TextField(
                blank=True, db_default="", default="", verbose_name="postal address (English)"
            ),
        ),
        migrations.AddField(
            model_name="university",
            name="mailing_address_ru",
            field=models.TextField(
                blank=True, db_default="", default="", verbose_name="postal address (Russian)"
            ),
        ),
    ]
