"""What is added is recorded by the statement: lists of thousands cost a fraction of what they did."""

from django.db import migrations, models

from hemis.access.history import ADDED_FUNCTION, SWITCH_TO_ROWS, SWITCH_TO_STATEMENTS


class Migration(migrations.Migration):
    dependencies = [("access", "0006_seal_second_factors")]

    operations = [
        migrations.AddField(
            model_name="historyentry",
            name="added",
            field=models.JSONField(null=True, verbose_name="as created"),
        ),
        migrations.RunSQL(ADDED_FUNCTION, "DROP FUNCTION hemis_history_added()"),
        migrations.RunSQL(SWITCH_TO_STATEMENTS, SWITCH_TO_ROWS),
    ]
