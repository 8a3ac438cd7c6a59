"""The guards of criteria and ratings, and the history of what people edit there."""

from pathlib import Path

from django.db import migrations

from hemis.access.history import TrackHistory

SQL = Path(__file__).resolve().parent.parent / "sql"

UNDO = """
DROP TRIGGER rating_appeal_guard ON research_ratingappeal;
DROP TRIGGER rating_added ON research_ratingline;
DROP TRIGGER rating_changed ON research_ratingline;
DROP TRIGGER rating_removed ON research_ratingline;
DROP TRIGGER rating_added ON research_unitline;
DROP TRIGGER rating_changed ON research_unitline;
DROP TRIGGER rating_removed ON research_unitline;
DROP TRIGGER rating_added ON research_ratingpart;
DROP TRIGGER rating_changed ON research_ratingpart;
DROP TRIGGER rating_removed ON research_ratingpart;
DROP TRIGGER rating_added ON research_ratingitem;
DROP TRIGGER rating_changed ON research_ratingitem;
DROP TRIGGER rating_removed ON research_ratingitem;
DROP TRIGGER rating_guard ON research_rating;
DROP TRIGGER evidence_guard ON research_evidence;
DROP TRIGGER criterion_guard ON research_criterion;
DROP TRIGGER criteria_guard ON research_criteriaset;
DROP FUNCTION hemis_rating_appeal_guard(), hemis_rating_parts_guard(), hemis_rating_rows_guard(),
    hemis_rating_open(bigint[]), hemis_rating_guard(), hemis_rating_adds_up(bigint), hemis_criterion_guard(),
    hemis_criteria_guard();
"""


class Migration(migrations.Migration):
    dependencies = [("research", "0020_rating"), ("access", "0003_history")]

    operations = [
        migrations.RunSQL((SQL / "rating.sql").read_text(encoding="utf-8"), UNDO),
        TrackHistory(
            "research_criteriaset", "research_criterion", "research_evidence", "research_rating",
            "research_ratingappeal",
        ),
    ]  # fmt: skip
