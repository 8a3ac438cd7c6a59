"""What keeps blanks in balance and diplomas as they were approved, and the history of what people edit there."""

from pathlib import Path

from django.db import migrations

from hemis.access.history import TrackHistory

SQL = Path(__file__).resolve().parent.parent / "sql"

UNDO = """
DROP TRIGGER blank_paper ON records_blank;
DROP TRIGGER certificate_blank ON records_certificate;
DROP TRIGGER diploma_blank ON records_diploma;
DROP TRIGGER diploma_guard ON records_diploma;
DROP FUNCTION hemis_paper_of_blank(), hemis_blank_of_paper(), hemis_blank_agrees(bigint), hemis_diploma_guard(),
    hemis_diploma_needs_accreditation(records_diploma);
DROP TRIGGER blank_act_whole ON records_blankact;
DROP TRIGGER blank_moved ON records_blankmove;
DROP TRIGGER blank_move ON records_blankmove;
DROP TRIGGER blank_guard ON records_blank;
DROP TRIGGER blank_range ON records_blankrange;
DROP TRIGGER blank_move_frozen ON records_blankmove;
DROP TRIGGER blank_range_frozen ON records_blankrange;
DROP TRIGGER blank_act_frozen ON records_blankact;
DROP FUNCTION hemis_blank_act_whole(), hemis_blank_moved(), hemis_blank_move(), hemis_blank_guard(),
    hemis_blank_range(), hemis_blank_frozen();
"""

# Nothing is confirmed: the act that sets the rule was not read, so no diploma is with honours until HR enters it.
HONOURS = """
INSERT INTO records_honoursrule (version, valid_from, is_on, fives_percent, lowest_mark, attestation_mark,
                                 retakes_exclude, basis, is_confirmed)
VALUES (1, '2020-09-01', false, 75, 4, 5, false, 'VMQ 824/2020', false)
"""


class Migration(migrations.Migration):
    dependencies = [("records", "0020_papers"), ("access", "0007_history_by_statement")]

    operations = [
        migrations.RunSQL(
            "\n".join((SQL / f"{name}.sql").read_text(encoding="utf-8") for name in ("blanks", "diplomas")), UNDO
        ),
        TrackHistory(
            "records_blankact", "records_blankrange", "records_certificate", "records_diploma",
            "records_honoursrule", "records_printprofile", "records_employment", "records_surveylink",
        ),
        migrations.RunSQL(HONOURS, "DELETE FROM records_honoursrule"),
    ]  # fmt: skip
