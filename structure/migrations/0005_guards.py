"""What the database itself holds: periods of units, signatories, hours of rooms."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"

UNDO_UNITS = """
ALTER TABLE structure_unitperiod DROP CONSTRAINT unit_periods_apart;
DROP TRIGGER unit_first_period ON structure_unit;
DROP TRIGGER unit_correction ON structure_unit;
DROP TRIGGER unit_tree ON structure_unit;
DROP TRIGGER unit_in_step ON structure_unit;
DROP TRIGGER unit_period_in_step ON structure_unitperiod;
DROP FUNCTION hemis_unit_first_period(), hemis_unit_correction(), hemis_unit_tree(), hemis_unit_in_step(),
    hemis_unit_period_in_step();
DROP FUNCTION hemis_unit_check(bigint);
"""
UNDO_UNIVERSITY = """
ALTER TABLE structure_signatory DROP CONSTRAINT one_signatory_a_post_and_day;
ALTER TABLE structure_bankaccount DROP CONSTRAINT one_account_a_purpose_and_day;
DROP TRIGGER rector_of_today ON structure_signatory;
DROP FUNCTION hemis_rector_of_today();
"""
UNDO_ROOMS = """
ALTER TABLE structure_roomslot DROP CONSTRAINT room_no_double_booking;
DROP TRIGGER room_slot_guard ON structure_roomslot;
DROP TRIGGER booking_slots ON structure_roombooking;
DROP TRIGGER room_guard ON structure_auditorium;
DROP TRIGGER building_guard ON structure_building;
DROP FUNCTION hemis_room_slot_guard(), hemis_booking_slots(), hemis_room_guard(), hemis_building_guard();
"""


def _guards(name: str, undo: str) -> migrations.RunSQL:
    return migrations.RunSQL((SQL / name).read_text(encoding="utf-8"), undo)


class Migration(migrations.Migration):
    dependencies = [("structure", "0004_infrastructure_history")]

    operations = [
        _guards("units.sql", UNDO_UNITS),
        _guards("university.sql", UNDO_UNIVERSITY),
        _guards("rooms.sql", UNDO_ROOMS),
    ]
