"""A registration's semester is its subject's: one key fewer to ask of each row, and guests alone in the index of groups."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("curriculum", "0069_seats"),
        ("students", "0010_contacts_of_parents"),
    ]

    operations = [
        migrations.AlterField(
            model_name="registration",
            name="group",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="guests",
                to="students.group",
                verbose_name="attends with the group",
            ),
        ),
        migrations.AlterField(
            model_name="registration",
            name="semester",
            field=models.ForeignKey(
                db_constraint=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="curriculum.curriculumsemester",
                verbose_name="semester",
            ),
        ),
        migrations.AddIndex(
            model_name="registration",
            index=models.Index(
                condition=models.Q(("group__isnull", False)), fields=["group"], name="registration_guests"
            ),
        ),
    ]
