"""A link is one of a contact of the card; the contacts of the parents are no more kept beside it."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

from hemis.access.history import LeaveHistory

SQL = Path(__file__).resolve().parent.parent / "sql"
UNDO = """
DROP TRIGGER parent_link_guard ON movement_parentlink;
DROP FUNCTION hemis_parent_link_guard();
"""


class Migration(migrations.Migration):
    dependencies = [("movement", "0028_one_contact")]

    operations = [
        migrations.RemoveConstraint("parentlink", "parent_link_once"),
        migrations.RemoveField("parentlink", "contact"),
        migrations.RenameField("parentlink", "card", "contact"),
        migrations.AlterField(
            "parentlink",
            "contact",
            models.ForeignKey(
                "students.Contact", django.db.models.deletion.PROTECT, related_name="order_links",
                verbose_name="contact",
            ),
        ),
        migrations.AlterField(
            "parentlink",
            "student",
            models.ForeignKey(
                "students.Student", django.db.models.deletion.PROTECT, related_name="parent_links",
                verbose_name="student",
            ),
        ),
        migrations.AddConstraint(
            "parentlink",
            models.UniqueConstraint(fields=["contact", "student", "order"], name="parent_link_once"),
        ),
        LeaveHistory("movement_parentcontact"),
        migrations.DeleteModel("ParentContact"),
        migrations.RunSQL((SQL / "parents.sql").read_text(encoding="utf-8"), UNDO),
    ]  # fmt: skip
