"""A speciality is local or joint with another university, a student may be of a targeted admission."""

from django.db import migrations, models

import hemis.classifiers.fields


class Migration(migrations.Migration):
    dependencies = [
        ("students", "0008_fewer_indexes"),
    ]

    operations = [
        migrations.AddField(
            model_name="speciality",
            name="locality",
            field=hemis.classifiers.fields.ClassifierField(
                "h_locality_type", db_default="11", default="11", max_length=16, verbose_name="local or joint"
            ),
        ),
        migrations.AddField(
            model_name="student",
            name="is_targeted",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="Admitted by the order of an employer (maqsadli qabul), for one programme alone.",
                verbose_name="targeted admission",
            ),
        ),
    ]
