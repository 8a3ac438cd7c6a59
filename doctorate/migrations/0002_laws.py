"""The laws of the doctorate, the figures it begins with, and the history of what people edit there."""

from pathlib import Path

from django.db import migrations

from hemis.access.history import TrackHistory

SQL = Path(__file__).resolve().parent.parent / "sql"
UNDO_WORK = """
DELETE FROM doctorate_doctoralrule;
DROP TRIGGER opponent_guard ON doctorate_opponent;
DROP TRIGGER defence_shows ON doctorate_defence;
DROP TRIGGER defence_guard ON doctorate_defence;
DROP TRIGGER doctoral_attestation_guard ON doctorate_attestation;
DROP TRIGGER doctoral_stage_guard ON doctorate_planstage;
DROP TRIGGER doctoral_plan_guard ON doctorate_individualplan;
DROP TRIGGER supervision_guard ON doctorate_supervision;
DROP TRIGGER a_closed_card ON doctorate_defence;
DROP TRIGGER a_closed_card ON doctorate_attestation;
DROP TRIGGER a_closed_card ON doctorate_planstage;
DROP TRIGGER a_closed_card ON doctorate_individualplan;
DROP TRIGGER a_closed_card ON doctorate_supervision;
DROP FUNCTION hemis_opponent_guard();
DROP FUNCTION hemis_defence_shows();
DROP FUNCTION hemis_defence_guard();
DROP FUNCTION hemis_doctoral_attestation_guard();
DROP FUNCTION hemis_doctoral_stage_guard();
DROP FUNCTION hemis_doctoral_plan_guard();
DROP FUNCTION hemis_supervision_guard();
DROP FUNCTION hemis_supervisor_peak(bigint, text, date, date);
DROP FUNCTION hemis_doctoral_part_guard();
ALTER TABLE doctorate_supervision DROP CONSTRAINT one_supervisor_at_a_time;
"""
UNDO_ORDERS = """
DROP TRIGGER doctoral_order_is_carried_out ON doctorate_doctoralorder;
DROP TRIGGER doctoral_period_needs_execution ON doctorate_doctoralperiod;
DROP TRIGGER doctoral_period_shows ON doctorate_doctoralperiod;
DROP TRIGGER doctoral_period_guard ON doctorate_doctoralperiod;
DROP TRIGGER doctoral_order_line_guard ON doctorate_doctoralorderline;
DROP TRIGGER doctoral_order_guard ON doctorate_doctoralorder;
DROP TRIGGER doctoral_student_guard ON doctorate_doctoralstudent;
DROP FUNCTION hemis_doctoral_order_is_carried_out();
DROP FUNCTION hemis_doctoral_period_needs_execution();
DROP FUNCTION hemis_doctoral_period_shows();
DROP FUNCTION hemis_doctoral_period_guard();
DROP FUNCTION hemis_doctoral_latest(text, date, int);
DROP FUNCTION hemis_doctoral_order_line_guard();
DROP FUNCTION hemis_doctoral_order_guard();
DROP FUNCTION hemis_doctoral_student_guard();
DROP FUNCTION hemis_doctoral_rule(text, date);
ALTER TABLE doctorate_doctoralperiod DROP CONSTRAINT doctoral_period_no_overlap;
"""


class Migration(migrations.Migration):
    dependencies = [("doctorate", "0001_doctorate"), ("access", "0003_history")]

    operations = [
        migrations.RunSQL((SQL / "orders.sql").read_text(encoding="utf-8"), UNDO_ORDERS),
        migrations.RunSQL((SQL / "work.sql").read_text(encoding="utf-8"), UNDO_WORK),
        TrackHistory(
            "doctorate_doctoralrule", "doctorate_doctoralspeciality", "doctorate_doctoralstudent",
            "doctorate_doctoralperiod", "doctorate_supervision", "doctorate_doctoralorder",
            "doctorate_doctoralorderline", "doctorate_individualplan", "doctorate_planstage",
            "doctorate_attestation", "doctorate_defence", "doctorate_opponent",
        ),
    ]  # fmt: skip
