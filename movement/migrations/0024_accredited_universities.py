"""Whether a foreign university that somebody comes from is accredited by its state."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("movement", "0023_leave_extension"),
    ]

    operations = [
        migrations.AddField(
            model_name="arrival",
            name="is_accredited",
            field=models.BooleanField(blank=True, null=True, verbose_name="accredited by its state"),
        ),
    ]
