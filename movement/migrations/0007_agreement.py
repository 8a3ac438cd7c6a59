"""Agreement before the signature, closing, and guards of placements that look at whole statements."""

import re
from pathlib import Path

from django.db import migrations

from hemis.access.history import TrackHistory

SQL = Path(__file__).resolve().parent.parent / "sql"


def _function(file: str, name: str) -> str:
    """The definition of a function in an older file, to be put back."""
    text = (SQL / file).read_text(encoding="utf-8")
    found = re.search(rf"CREATE (?:OR REPLACE )?FUNCTION {name}\(\).*?END \$\$;", text, re.S)
    if found is None:
        raise LookupError(name)
    return re.sub(r"^CREATE (?:OR REPLACE )?", "CREATE OR REPLACE ", found.group())


def _back() -> str:
    older = (
        ("stricter.sql", "hemis_order_guard"),
        ("stricter.sql", "hemis_student_needs_execution"),
        ("stricter.sql", "hemis_order_is_undone"),
        ("stricter.sql", "hemis_placement_guard"),
        ("guards.sql", "hemis_placement_current"),
        ("guards.sql", "hemis_placement_needs_execution"),
    )
    return (
        """
DROP TRIGGER order_behind_placements ON movement_order;
DROP TRIGGER placements_ended ON students_placement;
DROP TRIGGER placements_opened ON students_placement;
DROP TRIGGER placement_kept ON students_placement;
DROP TRIGGER order_part_guard ON movement_setaside;
DROP TRIGGER order_part_guard ON movement_orderfile;
DROP TRIGGER order_part_guard ON movement_override;
DROP TRIGGER order_part_guard ON movement_linefact;
DROP TRIGGER agreement_guard ON movement_orderagreement;
DROP TRIGGER order_is_undone ON movement_order;
DROP FUNCTION hemis_order_behind_placements(), hemis_placements_ended(), hemis_placements_opened(),
    hemis_placement_kept(), hemis_order_part_guard(), hemis_agreement_guard();
"""
        + "\n".join(_function(*one) for one in older)
        + """
CREATE CONSTRAINT TRIGGER order_is_undone AFTER UPDATE ON movement_order
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.state = 'cancelled' AND OLD.state = 'executed') EXECUTE FUNCTION hemis_order_is_undone();
CREATE TRIGGER placement_guard BEFORE INSERT OR UPDATE OR DELETE ON students_placement
    FOR EACH ROW EXECUTE FUNCTION hemis_placement_guard();
CREATE TRIGGER placement_current AFTER INSERT OR UPDATE ON students_placement
    FOR EACH ROW EXECUTE FUNCTION hemis_placement_current();
CREATE CONSTRAINT TRIGGER placement_needs_execution AFTER INSERT OR UPDATE ON students_placement
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION hemis_placement_needs_execution();
"""
    )


# Orders that were submitted before there were agreements have nothing to wait for.
SUBMITTED_IS_AGREED = "UPDATE movement_order SET state = 'agreed' WHERE state = 'submitted'"


class Migration(migrations.Migration):
    dependencies = [
        ("movement", "0006_agreement_checks_papers"),
        ("access", "0003_history"),
        ("students", "0003_history"),
    ]

    operations = [
        TrackHistory(
            "movement_agreementstep",
            "movement_arrival",
            "movement_linefact",
            "movement_movementrule",
            "movement_orderagreement",
            "movement_orderfile",
            "movement_override",
        ),
        migrations.RunSQL((SQL / "agreement.sql").read_text(encoding="utf-8"), _back()),
        migrations.RunSQL(SUBMITTED_IS_AGREED, migrations.RunSQL.noop),
    ]
