"""Registrations by thousands: their guard by the statement, and one index less to keep."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql"
UNDO = """
DROP TRIGGER registrations_of_plans ON curriculum_registration;
DROP FUNCTION hemis_registrations_of_plans();
DROP TRIGGER registration_changed_guard ON curriculum_registration;
DROP TRIGGER registration_guard ON curriculum_registration;
CREATE TRIGGER registration_guard BEFORE INSERT OR UPDATE ON curriculum_registration
    FOR EACH ROW EXECUTE FUNCTION hemis_registration_guard();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("curriculum", "0065_relearned_guard_by_condition"),
        ("students", "0010_contacts_of_parents"),
    ]

    operations = [
        migrations.RunSQL((SQL / "registrations_in_bulk.sql").read_text(encoding="utf-8"), UNDO),
        # What is unique begins with the student: its index finds the rows of one.
        migrations.AlterField(
            model_name="registration",
            name="student",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="registrations",
                to="students.student",
                verbose_name="student",
            ),
        ),
    ]
