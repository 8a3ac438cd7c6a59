"""A candidate waits for the group until the dean's office distributes."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("students", "0005_card_guards"),
    ]

    operations = [
        migrations.AlterField(
            model_name="candidate",
            name="group",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="candidates",
                to="students.group",
                verbose_name="group",
            ),
        ),
    ]
