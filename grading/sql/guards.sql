-- Grade sheets: states in their order, lines of the registered only, points within the maximum, closed means frozen.

CREATE FUNCTION hemis_sheet_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free text[];
    most smallint;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'A grade sheet is never deleted; cancel it with a reason.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'open' THEN
            RAISE EXCEPTION 'A grade sheet begins open.' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        SELECT c.max_points INTO NEW.max_points FROM curriculum_subjectcontrol c
         WHERE c.curriculum_subject_id = NEW.curriculum_subject_id AND c.control = NEW.control;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'The curriculum has no such control of the subject.' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        SELECT r.attempts INTO most FROM curriculum_markingrule r
          JOIN curriculum_curriculum c ON c.marking_system_id = r.system_id
          JOIN curriculum_curriculumsubject s ON s.curriculum_id = c.id
         WHERE s.id = NEW.curriculum_subject_id AND r.valid_from <= coalesce(NEW.held_on, (now() AT TIME ZONE 'Asia/Tashkent')::date)
         ORDER BY r.valid_from DESC LIMIT 1;
        IF NEW.attempt NOT IN ('11', '12', '13') OR NEW.attempt::integer - 10 > coalesce(most, 1) THEN
            RAISE EXCEPTION 'The marking system allows no such sheet.' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.state = OLD.state THEN
        free := CASE OLD.state
            WHEN 'open' THEN ARRAY['examiner_id', 'held_on', 'due_on', 'event_id', 'remark', 'version']
            ELSE ARRAY['version'] END;
    ELSE
        free := CASE OLD.state || '>' || NEW.state
            WHEN 'open>signed' THEN ARRAY['state', 'signed_by_id', 'signed_at', 'remark', 'version']
            WHEN 'signed>checked' THEN ARRAY['state', 'checked_by_id', 'checked_at', 'remark', 'version']
            WHEN 'checked>closed' THEN ARRAY['state', 'closed_by_id', 'closed_at', 'remark', 'version']
            WHEN 'signed>open' THEN ARRAY['state', 'signed_by_id', 'signed_at', 'remark', 'due_on', 'version']
            WHEN 'checked>open' THEN ARRAY['state', 'signed_by_id', 'signed_at', 'checked_by_id', 'checked_at', 'remark', 'due_on', 'version']
            WHEN 'open>cancelled' THEN ARRAY['state', 'remark', 'version']
        END;
        IF free IS NULL THEN
            RAISE EXCEPTION 'A grade sheet does not go from % to %.', OLD.state, NEW.state USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        IF NEW.state = 'open' AND NEW.remark = '' THEN
            RAISE EXCEPTION 'A grade sheet comes back with a remark.' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        IF NEW.state = 'signed' AND (
            NOT EXISTS (SELECT 1 FROM grading_sheetline WHERE sheet_id = NEW.id)
            OR EXISTS (SELECT 1 FROM grading_sheetline WHERE sheet_id = NEW.id AND status = '')) THEN
            RAISE EXCEPTION 'A grade sheet with empty lines is not signed.' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        IF NEW.state = 'cancelled' AND EXISTS (
            SELECT 1 FROM grading_sheetline WHERE sheet_id = NEW.id AND status NOT IN ('', 'not_admitted')) THEN
            RAISE EXCEPTION 'A grade sheet with marks is not cancelled.' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    END IF;
    IF to_jsonb(NEW) - free IS DISTINCT FROM to_jsonb(OLD) - free THEN
        RAISE EXCEPTION 'A grade sheet in state % is frozen.', OLD.state USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER sheet_guard BEFORE INSERT OR UPDATE OR DELETE ON grading_gradesheet
    FOR EACH ROW EXECUTE FUNCTION hemis_sheet_guard();

-- Lines are judged by whole statements, so that the sheets of a faculty are opened at once.
CREATE FUNCTION hemis_lines_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM grading_gradesheet WHERE id IN (SELECT sheet_id FROM added) FOR SHARE;
    IF EXISTS (SELECT 1 FROM added a JOIN grading_gradesheet s ON s.id = a.sheet_id WHERE s.state <> 'open') THEN
        RAISE EXCEPTION 'Only an open grade sheet takes students.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF EXISTS (SELECT 1 FROM added a JOIN grading_gradesheet s ON s.id = a.sheet_id WHERE a.points > s.max_points) THEN
        RAISE EXCEPTION 'More points than the maximum of the control.' USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (
        SELECT 1 FROM added a JOIN grading_gradesheet s ON s.id = a.sheet_id
         WHERE NOT EXISTS (SELECT 1 FROM curriculum_registration r
                            WHERE r.student_id = a.student_id AND r.curriculum_subject_id = s.curriculum_subject_id
                              AND r.is_active)) THEN
        RAISE EXCEPTION 'A grade sheet lists registered students only.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF EXISTS (
        SELECT 1 FROM added a JOIN grading_gradesheet s ON s.id = a.sheet_id
          JOIN grading_subjectresult r ON r.student_id = a.student_id
               AND r.curriculum_subject_id = s.curriculum_subject_id
         WHERE r.passed) THEN
        RAISE EXCEPTION 'A passed subject is not taken again.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF EXISTS (
        SELECT 1 FROM added a JOIN grading_gradesheet s ON s.id = a.sheet_id
         WHERE s.attempt <> '11' AND NOT EXISTS (
            SELECT 1 FROM grading_subjectresult r
             WHERE r.student_id = a.student_id AND r.curriculum_subject_id = s.curriculum_subject_id
               AND NOT r.passed AND r.attempt::integer = s.attempt::integer - 1)) THEN
        RAISE EXCEPTION 'A further sheet is for those who failed by the sheet before it.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF EXISTS (
        SELECT 1 FROM added a JOIN grading_gradesheet s ON s.id = a.sheet_id
          JOIN grading_gradesheet o ON o.curriculum_subject_id = s.curriculum_subject_id AND o.control = s.control
               AND o.attempt = s.attempt AND o.id <> s.id AND o.state <> 'cancelled'
          JOIN grading_sheetline l ON l.sheet_id = o.id AND l.student_id = a.student_id AND l.status <> 'excused') THEN
        RAISE EXCEPTION 'The student stands on another sheet of this control.' USING ERRCODE = 'unique_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER lines_added AFTER INSERT ON grading_sheetline REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION hemis_lines_added();

-- A line of a closed sheet changes only from within a confirmed correction act.
CREATE FUNCTION hemis_lines_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM grading_gradesheet WHERE id IN (SELECT sheet_id FROM news) FOR SHARE;
    IF EXISTS (SELECT 1 FROM news a JOIN olds b ON b.id = a.id
                WHERE (a.sheet_id, a.student_id) IS DISTINCT FROM (b.sheet_id, b.student_id))
       OR (SELECT count(*) FROM news) <> (SELECT count(*) FROM news a JOIN olds b ON b.id = a.id) THEN
        RAISE EXCEPTION 'A line keeps its sheet and its student.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF EXISTS (SELECT 1 FROM news a JOIN grading_gradesheet s ON s.id = a.sheet_id
                WHERE s.state <> 'open' AND NOT (s.state = 'closed' AND pg_trigger_depth() > 1)) THEN
        RAISE EXCEPTION 'The lines of a signed grade sheet are frozen.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF EXISTS (SELECT 1 FROM news a JOIN grading_gradesheet s ON s.id = a.sheet_id WHERE a.points > s.max_points) THEN
        RAISE EXCEPTION 'More points than the maximum of the control.' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER lines_changed AFTER UPDATE ON grading_sheetline REFERENCING OLD TABLE AS olds NEW TABLE AS news
    FOR EACH STATEMENT EXECUTE FUNCTION hemis_lines_changed();

CREATE FUNCTION hemis_lines_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM gone g JOIN grading_gradesheet s ON s.id = g.sheet_id
                WHERE s.state <> 'open' OR g.status NOT IN ('', 'not_admitted')) THEN
        RAISE EXCEPTION 'Only an empty line of an open grade sheet is taken off.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER lines_removed AFTER DELETE ON grading_sheetline REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION hemis_lines_removed();

-- Correction acts are only added; confirming one writes the line.
CREATE FUNCTION hemis_correction_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    the grading_gradesheet%ROWTYPE;
    now_is grading_sheetline%ROWTYPE;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'A correction act is never deleted.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    SELECT * INTO now_is FROM grading_sheetline WHERE id = NEW.line_id FOR UPDATE;
    SELECT * INTO the FROM grading_gradesheet WHERE id = now_is.sheet_id;
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'proposed' OR the.state <> 'closed' THEN
            RAISE EXCEPTION 'A correction is proposed for a closed grade sheet.' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        IF NEW.new_points < 0 OR NEW.new_points > the.max_points THEN
            RAISE EXCEPTION 'More points than the maximum of the control.' USING ERRCODE = 'check_violation';
        END IF;
        NEW.old_points := now_is.points;
        NEW.old_status := now_is.status;
        IF (NEW.new_points, NEW.new_status) IS NOT DISTINCT FROM (NEW.old_points, NEW.old_status) THEN
            RAISE EXCEPTION 'A correction changes something.' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.state <> 'proposed'
       OR to_jsonb(NEW) - ARRAY['state', 'decided_by_id', 'decided_at', 'remark', 'version']
          IS DISTINCT FROM to_jsonb(OLD) - ARRAY['state', 'decided_by_id', 'decided_at', 'remark', 'version'] THEN
        RAISE EXCEPTION 'A correction act does not change.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.state = 'confirmed' THEN
        IF (now_is.points, now_is.status) IS DISTINCT FROM (OLD.old_points, OLD.old_status) THEN
            RAISE EXCEPTION 'The line has another value by now.' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        UPDATE grading_sheetline SET points = NEW.new_points, status = NEW.new_status WHERE id = NEW.line_id;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER correction_guard BEFORE INSERT OR UPDATE OR DELETE ON grading_sheetcorrection
    FOR EACH ROW EXECUTE FUNCTION hemis_correction_guard();

-- A result rests on a closed sheet that names the student.
CREATE FUNCTION hemis_results_written() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM written w
          LEFT JOIN grading_gradesheet s ON s.id = w.sheet_id AND s.state = 'closed'
               AND s.curriculum_subject_id = w.curriculum_subject_id AND s.attempt = w.attempt
          LEFT JOIN grading_sheetline l ON l.sheet_id = s.id AND l.student_id = w.student_id
         WHERE l.id IS NULL) THEN
        RAISE EXCEPTION 'A result comes from a closed grade sheet.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER results_added AFTER INSERT ON grading_subjectresult REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION hemis_results_written();
CREATE TRIGGER results_changed AFTER UPDATE ON grading_subjectresult REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION hemis_results_written();
CREATE FUNCTION hemis_result_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'A result is never deleted; it changes with its sheets.' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER result_kept BEFORE DELETE ON grading_subjectresult
    FOR EACH ROW EXECUTE FUNCTION hemis_result_kept();

-- An appeal comes in time after closing; its commission did not grade.
CREATE FUNCTION hemis_grading_figure(the_code text, the_day date) RETURNS numeric LANGUAGE sql STABLE AS $$
    SELECT value FROM grading_gradingrule WHERE code = the_code AND valid_from <= the_day ORDER BY valid_from DESC LIMIT 1
$$;
CREATE FUNCTION hemis_appeal_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    the grading_gradesheet%ROWTYPE;
    today date := (now() AT TIME ZONE 'Asia/Tashkent')::date;
    hours numeric := hemis_grading_figure('appeal.hours', today);
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'An appeal is never deleted.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    SELECT s.* INTO the FROM grading_gradesheet s JOIN grading_sheetline l ON l.sheet_id = s.id WHERE l.id = NEW.line_id;
    IF TG_OP = 'INSERT' THEN
        IF the.state <> 'closed' OR NEW.state <> 'lodged' THEN
            RAISE EXCEPTION 'An appeal is against a closed grade sheet.' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        IF NEW.lodged_at > the.closed_at + make_interval(mins => (coalesce(hours, 24) * 60)::integer) THEN
            RAISE EXCEPTION 'The time to lodge an appeal is over.' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF (NEW.line_id, NEW.text, NEW.scan, NEW.lodged_at, NEW.due_at) IS DISTINCT FROM
       (OLD.line_id, OLD.text, OLD.scan, OLD.lodged_at, OLD.due_at)
       OR OLD.state <> 'lodged' AND to_jsonb(NEW) - ARRAY['correction_id', 'version']
          IS DISTINCT FROM to_jsonb(OLD) - ARRAY['correction_id', 'version'] THEN
        RAISE EXCEPTION 'A lodged appeal keeps its words, a decided one its decision.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.state <> 'lodged' AND OLD.state = 'lodged' THEN
        IF (SELECT count(*) FROM grading_appealmember WHERE appeal_id = NEW.id AND employee_id <> NEW.chair_id)
           < coalesce(hemis_grading_figure('appeal.members', today), 4) THEN
            RAISE EXCEPTION 'The commission has too few members.' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        IF NEW.chair_id = the.examiner_id OR EXISTS (
            SELECT 1 FROM grading_appealmember WHERE appeal_id = NEW.id AND employee_id = the.examiner_id) THEN
            RAISE EXCEPTION 'Who graded is not on the commission.' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER appeal_guard BEFORE INSERT OR UPDATE OR DELETE ON grading_appeal
    FOR EACH ROW EXECUTE FUNCTION hemis_appeal_guard();
CREATE FUNCTION hemis_appeal_member_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM grading_appeal WHERE state <> 'lodged'
                  AND id = (CASE WHEN TG_OP = 'DELETE' THEN OLD.appeal_id ELSE NEW.appeal_id END)) THEN
        RAISE EXCEPTION 'The commission of a decided appeal does not change.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER appeal_member_guard BEFORE INSERT OR UPDATE OR DELETE ON grading_appealmember
    FOR EACH ROW EXECUTE FUNCTION hemis_appeal_member_guard();

-- An approved personal schedule keeps its lines.
CREATE FUNCTION hemis_schedule_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free text[] := ARRAY['state', 'remark', 'version'];
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'A personal schedule is never deleted; cancel it with a reason.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.state || '>' || NEW.state NOT IN ('draft>draft', 'draft>approved', 'draft>cancelled', 'approved>approved', 'approved>cancelled')
       OR OLD.state <> 'draft' AND to_jsonb(NEW) - free IS DISTINCT FROM to_jsonb(OLD) - free
       OR NEW.student_id <> OLD.student_id THEN
        RAISE EXCEPTION 'An approved personal schedule is frozen.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.state = 'approved' AND NOT EXISTS (SELECT 1 FROM grading_scheduleline WHERE schedule_id = NEW.id) THEN
        RAISE EXCEPTION 'A personal schedule names at least one subject.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER schedule_guard BEFORE UPDATE OR DELETE ON grading_personalschedule
    FOR EACH ROW EXECUTE FUNCTION hemis_schedule_guard();
CREATE FUNCTION hemis_schedule_line_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM grading_personalschedule WHERE state <> 'draft'
                  AND id IN (CASE WHEN TG_OP <> 'INSERT' THEN OLD.schedule_id END,
                             CASE WHEN TG_OP <> 'DELETE' THEN NEW.schedule_id END)) THEN
        RAISE EXCEPTION 'An approved personal schedule is frozen.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER schedule_line_guard BEFORE INSERT OR UPDATE OR DELETE ON grading_scheduleline
    FOR EACH ROW EXECUTE FUNCTION hemis_schedule_line_guard();
