"""A document may be issued without being drawn: its hash is written once, when its PDF is first asked for."""

from django.db import migrations

GUARD = """
CREATE OR REPLACE FUNCTION hemis_document_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'A document is revoked, never deleted.' USING ERRCODE = 'check_violation';
    END IF;
    IF (NEW.id, NEW.kind, NEW.number, NEW.series, NEW.year, NEW.title, NEW.payload, NEW.template_version,
        NEW.token, NEW.issued_at, NEW.issued_by_id)
       IS DISTINCT FROM
       (OLD.id, OLD.kind, OLD.number, OLD.series, OLD.year, OLD.title, OLD.payload, OLD.template_version,
        OLD.token, OLD.issued_at, OLD.issued_by_id)
       OR (OLD.sha256 <> '' AND (NEW.engine, NEW.sha256) IS DISTINCT FROM (OLD.engine, OLD.sha256)) THEN
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
"""
BEFORE = GUARD.replace(
    """        NEW.token, NEW.issued_at, NEW.issued_by_id)""",
    """        NEW.engine, NEW.sha256, NEW.token, NEW.issued_at, NEW.issued_by_id)""",
).replace(
    """        OLD.token, OLD.issued_at, OLD.issued_by_id)
       OR (OLD.sha256 <> '' AND (NEW.engine, NEW.sha256) IS DISTINCT FROM (OLD.engine, OLD.sha256)) THEN""",
    """        OLD.engine, OLD.sha256, OLD.token, OLD.issued_at, OLD.issued_by_id) THEN""",
)


class Migration(migrations.Migration):
    dependencies = [("documents", "0004_guards")]

    operations = [migrations.RunSQL(GUARD, BEFORE)]
