"""History of what is edited, and the laws of applications and clearance sheets in the database."""

from pathlib import Path

from django.db import migrations

from hemis.access.history import TrackHistory

SQL = Path(__file__).resolve().parent.parent / "sql"

UNDO_APPLICATIONS = """
DROP TRIGGER application_guard ON movement_application;
DROP TRIGGER application_document_guard ON movement_applicationdocument;
DROP FUNCTION hemis_application_guard(), hemis_application_document_guard();
"""
UNDO_CLEARANCE = """
DROP TRIGGER clearance_sheet_guard ON movement_clearancesheet;
DROP TRIGGER clearance_answer_guard ON movement_clearanceanswer;
DROP FUNCTION hemis_clearance_sheet_guard(), hemis_clearance_answer_guard();
"""


class Migration(migrations.Migration):
    dependencies = [("movement", "0020_applications_and_clearance"), ("access", "0003_history")]

    operations = [
        TrackHistory(
            "movement_application",
            "movement_applicationdocument",
            "movement_applicationterm",
            "movement_applicationwindow",
            "movement_clearancestation",
            "movement_clearancesheet",
            "movement_clearanceanswer",
            "movement_parentcontact",
        ),
        TrackHistory("movement_parentlink", hidden=("nonce", "token_hash")),
        migrations.RunSQL((SQL / "applications.sql").read_text(encoding="utf-8"), UNDO_APPLICATIONS),
        migrations.RunSQL((SQL / "clearance.sql").read_text(encoding="utf-8"), UNDO_CLEARANCE),
    ]
