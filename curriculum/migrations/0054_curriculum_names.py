"""The name of a plan in Russian and English, as subjects and specialities have it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("curriculum", "0053_exam_draft_history"),
    ]

    operations = [
        migrations.AddField(
            model_name="curriculum",
            name="name_en",
            field=models.CharField(blank=True, max_length=256, verbose_name="name (English)"),
        ),
        migrations.AddField(
            model_name="curriculum",
            name="name_ru",
            field=models.CharField(blank=True, max_length=256, verbose_name="name (Russian)"),
        ),
    ]
