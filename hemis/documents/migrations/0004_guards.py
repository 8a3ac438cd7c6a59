"""Checks are counted; the database keeps documents as they were issued (law 8)."""

import django.db.models.deletion
from django.db import migrations, models

GUARDS = """
CREATE FUNCTION hemis_document_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'A document is revoked, never deleted.' USING ERRCODE = 'check_violation';
    END IF;
    IF (NEW.id, NEW.kind, NEW.number, NEW.series, NEW.year, NEW.title, NEW.payload, NEW.template_version,
        NEW.engine, NEW.sha256, NEW.token, NEW.issued_at, NEW.issued_by_id)
       IS DISTINCT FROM
       (OLD.id, OLD.kind, OLD.number, OLD.series, OLD.year, OLD.title, OLD.payload, OLD.template_version,
        OLD.engine, OLD.sha256, OLD.token, OLD.issued_at, OLD.issued_by_id) THEN
        RAISE EXCEPTION 'An issued document does not change.' USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.state <> 'issued' AND (NEW.state, NEW.reason, NEW.replaced_by_id, NEW.state_at, NEW.state_by_id)
       IS DISTINCT FROM (OLD.state, OLD.reason, OLD.replaced_by_id, OLD.state_at, OLD.state_by_id) THEN
        RAISE EXCEPTION 'A revoked or replaced document stays so.' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.state <> OLD.state AND (NEW.state_at IS NULL OR btrim(NEW.reason) = ''
       OR (NEW.state = 'replaced') <> (NEW.replaced_by_id IS NOT NULL)) THEN
        RAISE EXCEPTION 'A document is revoked or replaced with reason and moment.' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER document_guard BEFORE UPDATE OR DELETE ON documents_document
    FOR EACH ROW EXECUTE FUNCTION hemis_document_guard();

CREATE FUNCTION hemis_number_series_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR NEW.last < OLD.last OR (NEW.series, NEW.year) IS DISTINCT FROM (OLD.series, OLD.year) THEN
        RAISE EXCEPTION 'Numbers of a series only go up.' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER number_series_guard BEFORE UPDATE OR DELETE ON documents_numberseries
    FOR EACH ROW EXECUTE FUNCTION hemis_number_series_guard();
"""
UNDO = """
DROP TRIGGER number_series_guard ON documents_numberseries;
DROP TRIGGER document_guard ON documents_document;
DROP FUNCTION hemis_number_series_guard(), hemis_document_guard();
"""


class Migration(migrations.Migration):
    dependencies = [("documents", "0003_history")]

    operations = [
        migrations.CreateModel(
            name="VerificationCount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField()),
                ("count", models.PositiveIntegerField(default=0)),
                (
                    "document",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="checks",
                        to="documents.document",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=["document", "day"], name="verification_day_once")
                ],
            },
        ),
        migrations.RunSQL(GUARDS, UNDO),
    ]
