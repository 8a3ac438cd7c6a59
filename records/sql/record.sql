-- Lines of the academic record are only added; one gives way to another by an act.
CREATE FUNCTION hemis_record_line_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND pg_trigger_depth() > 1 AND OLD.is_current AND NOT NEW.is_current
       AND to_jsonb(NEW) - 'is_current' = to_jsonb(OLD) - 'is_current' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'The academic record does not change; it is corrected by an act.' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER record_line_kept BEFORE UPDATE OR DELETE ON records_recordline
    FOR EACH ROW EXECUTE FUNCTION hemis_record_line_kept();

CREATE FUNCTION hemis_record_line_supersedes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE records_recordline SET is_current = false
     WHERE id = NEW.supersedes_id AND is_current AND student_id = NEW.student_id
       AND curriculum_subject_id IS NOT DISTINCT FROM NEW.curriculum_subject_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'A line gives way to a line of the same student and subject, once.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER record_line_supersedes BEFORE INSERT ON records_recordline
    FOR EACH ROW WHEN (NEW.supersedes_id IS NOT NULL) EXECUTE FUNCTION hemis_record_line_supersedes();
CREATE FUNCTION hemis_record_line_is_current() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'A line is in force when it is recorded.' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER record_line_is_current BEFORE INSERT ON records_recordline
    FOR EACH ROW WHEN (NOT NEW.is_current) EXECUTE FUNCTION hemis_record_line_is_current();

-- Each line says what its source says; judged by whole statements, so that the university is recorded at once.
CREATE FUNCTION hemis_record_lines_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM added a
          LEFT JOIN grading_subjectresult r ON r.student_id = a.student_id
               AND r.curriculum_subject_id = a.curriculum_subject_id AND r.sheet_id = a.sheet_id
               AND (r.overall, r.mark, r.letter, r.point, r.passed) = (a.points, a.mark, a.letter, a.point, a.passed)
         WHERE a.origin = 'sheet' AND r.id IS NULL) THEN
        RAISE EXCEPTION 'A line of the academic record comes from a closed grade sheet.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF EXISTS (
        SELECT 1 FROM added a
          LEFT JOIN records_recordact d ON d.id = a.act_id AND d.state = 'confirmed' AND d.student_id = a.student_id
               AND d.points = a.points
               AND (CASE WHEN a.supersedes_id IS NULL THEN d.kind = 'recognition' ELSE d.line_id = a.supersedes_id END)
         WHERE (a.origin = 'recognised' OR a.act_id IS NOT NULL) AND d.id IS NULL) THEN
        RAISE EXCEPTION 'A line of the academic record comes from a confirmed act.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER record_lines_added AFTER INSERT ON records_recordline REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION hemis_record_lines_added();

-- Acts are only added and decided once, by somebody else.
CREATE FUNCTION hemis_record_act_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    decided text[] := ARRAY['state', 'decided_by_id', 'decided_at', 'remark', 'version'];
    the records_recordline%ROWTYPE;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'An act of the academic record is never deleted.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF TG_OP = 'INSERT' THEN
        SELECT * INTO the FROM records_recordline WHERE id = NEW.line_id;
        IF NEW.state <> 'proposed' OR NEW.kind = 'correction'
           AND (NOT the.is_current OR the.origin = 'sheet' OR the.student_id <> NEW.student_id) THEN
            RAISE EXCEPTION 'An act corrects a line in force that no grade sheet has brought.' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.state <> 'proposed' OR to_jsonb(NEW) - decided IS DISTINCT FROM to_jsonb(OLD) - decided THEN
        RAISE EXCEPTION 'An act of the academic record does not change.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER record_act_guard BEFORE INSERT OR UPDATE OR DELETE ON records_recordact
    FOR EACH ROW EXECUTE FUNCTION hemis_record_act_guard();
