"""Only placements that an order has closed stand in the index of closing orders."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("movement", "0031_history_of_students"),
        ("structure", "0006_university_in_languages"),
        ("students", "0010_contacts_of_parents"),
    ]

    operations = [
        migrations.AlterField(
            model_name="placement",
            name="closed_by",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="closed_placements",
                to="movement.order",
                verbose_name="closed by order",
            ),
        ),
        migrations.AddIndex(
            model_name="placement",
            index=models.Index(
                condition=models.Q(("closed_by__isnull", False)),
                fields=["closed_by"],
                name="placement_closed_by",
            ),
        ),
    ]
