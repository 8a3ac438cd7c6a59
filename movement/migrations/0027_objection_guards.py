"""History of objections and their terms, and their laws in the database."""

from pathlib import Path

from django.db import migrations

from hemis.access.history import TrackHistory
from hemis.sqlfiles import function

SQL = Path(__file__).resolve().parent.parent / "sql"
BEFORE = SQL / "applications.sql"
UNDO = "\n".join(
    (
        "DROP TRIGGER objection_guard ON movement_objection;",
        "DROP TRIGGER objection_reopens ON movement_objection;",
        "DROP FUNCTION hemis_objection_guard(), hemis_objection_reopens();",
        function(BEFORE, "hemis_application_guard"),
        function(BEFORE, "hemis_application_document_guard"),
    )
)


class Migration(migrations.Migration):
    dependencies = [("movement", "0026_objections"), ("access", "0003_history")]

    operations = [
        TrackHistory("movement_objectionterm", "movement_objection"),
        migrations.RunSQL((SQL / "objections.sql").read_text(encoding="utf-8"), UNDO),
    ]
