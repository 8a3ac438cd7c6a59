"""Whom a teaching has changes no busy hours while it has no lessons: load is planned by thousands before the timetable."""

from pathlib import Path

from django.db import migrations

from hemis.sqlfiles import function

SQL = Path(__file__).resolve().parent.parent / "sql"
FUNCTION = """
CREATE OR REPLACE FUNCTION hemis_audience_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    owners bigint[] := ARRAY[
        CASE WHEN TG_OP <> 'INSERT' THEN (to_jsonb(OLD) ->> TG_ARGV[1])::bigint END,
        CASE WHEN TG_OP <> 'DELETE' THEN (to_jsonb(NEW) ->> TG_ARGV[1])::bigint END];
    events bigint[] := CASE TG_ARGV[0]
        WHEN 'lesson' THEN (SELECT array_agg(id) FROM curriculum_lesson WHERE state = 'planned' AND teaching_id = ANY (owners))
        ELSE owners END;
BEGIN
    IF events IS NULL THEN RETURN NULL; END IF;
    PERFORM hemis_drop_slots(TG_ARGV[0], events);
    PERFORM hemis_write_slots(TG_ARGV[0], events);
    RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("curriculum", "0066_registrations_in_bulk")]

    operations = [
        migrations.RunSQL(FUNCTION, function(SQL / "slots.sql", "hemis_audience_changed")),
    ]
