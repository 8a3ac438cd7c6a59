"""The laws of state attestation and accreditation in the database, and the history of what people edit."""

from pathlib import Path

from django.db import migrations

from hemis.access.history import TrackHistory

SQL = Path(__file__).resolve().parent.parent / "sql"

UNDO = """
DROP TRIGGER accreditation_kept ON records_accreditation;
DROP TRIGGER accreditations_added ON records_accreditation;
DROP TRIGGER record_lines_heard ON records_recordline;
DROP TRIGGER attestation_line_guard ON records_attestationline;
DROP TRIGGER session_present_guard ON records_attestationsession_present;
DROP TRIGGER session_guard ON records_attestationsession;
DROP TRIGGER commission_member_guard ON records_commissionmember;
DROP TRIGGER commission_guard ON records_commission;
DROP TRIGGER topic_order_guard ON records_topicorder;
DROP TRIGGER topic_guard ON records_graduationtopic;
DROP FUNCTION hemis_accreditation_kept(), hemis_accreditations_added(), hemis_record_lines_heard(),
    hemis_attestation_line_guard(), hemis_session_present_guard(), hemis_session_guard(),
    hemis_commission_member_guard(), hemis_commission_guard(), hemis_topic_order_guard(), hemis_topic_guard(),
    hemis_attestation_figure(text, date), hemis_record_gaps(bigint[]);
"""


class Migration(migrations.Migration):
    dependencies = [("records", "0003_attestation"), ("access", "0003_history")]

    operations = [
        migrations.RunSQL((SQL / "attestation.sql").read_text(encoding="utf-8"), UNDO),
        TrackHistory(
            "records_attestationrule", "records_topicorder", "records_graduationtopic", "records_commission",
            "records_commissionmember", "records_attestationsession", "records_attestationsession_present",
            "records_attestationline", "records_accreditation",
        ),
    ]  # fmt: skip
