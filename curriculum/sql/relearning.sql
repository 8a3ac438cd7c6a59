-- Relearning (VMQ 824/2020, 41, 42, 45): asked for within the days, of a subject whose sheets are used up; studied
-- where it is taught anew, and kept as it was decided.

CREATE FUNCTION hemis_relearning_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    today date := (now() AT TIME ZONE 'Asia/Tashkent')::date;
    free text[];
    most smallint;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'A relearning is withdrawn or refused, never deleted.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'asked' OR NEW.studied_id IS NOT NULL OR NEW.fee IS NOT NULL THEN
            RAISE EXCEPTION 'A relearning is asked for before it is admitted.' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        IF NOT EXISTS (SELECT 1 FROM curriculum_relearningwindow w
                        WHERE w.id = NEW.window_id AND today BETWEEN w.opens_on AND w.closes_on) THEN
            RAISE EXCEPTION 'Relearning is asked for within the days of registration.' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        SELECT r.attempts INTO most FROM curriculum_markingrule r
          JOIN curriculum_curriculum c ON c.marking_system_id = r.system_id
          JOIN curriculum_curriculumsubject s ON s.curriculum_id = c.id
         WHERE s.id = NEW.owed_id AND r.valid_from <= today ORDER BY r.valid_from DESC LIMIT 1;
        -- Where retakes are not allowed, one failure is enough.
        IF coalesce(hemis_grading_figure('retake.allowed', today), 1) = 0 THEN
            most := 1;
        END IF;
        IF NOT EXISTS (SELECT 1 FROM grading_subjectresult r
                        WHERE r.student_id = NEW.student_id AND r.curriculum_subject_id = NEW.owed_id
                          AND NOT r.passed AND r.attempt::integer - 10 >= coalesce(most, 1)) THEN
            RAISE EXCEPTION 'Studied anew is what was not passed and has no sheet left.' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END IF;
    free := CASE OLD.state || '>' || NEW.state
        WHEN 'asked>admitted' THEN ARRAY['state', 'studied_id', 'group_id', 'fee', 'fee_steps', 'basis', 'decided_by_id', 'decided_at', 'version']
        WHEN 'asked>refused' THEN ARRAY['state', 'reason', 'decided_by_id', 'decided_at', 'version']
        WHEN 'asked>withdrawn' THEN ARRAY['state', 'reason', 'decided_by_id', 'decided_at', 'version']
        WHEN 'admitted>withdrawn' THEN ARRAY['state', 'reason', 'decided_by_id', 'decided_at', 'version']
        ELSE ARRAY['version']
    END;
    IF to_jsonb(NEW) - free IS DISTINCT FROM to_jsonb(OLD) - free THEN
        RAISE EXCEPTION 'A relearning stays as it was decided.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.state = 'asked' AND NEW.state = 'admitted' THEN
        IF NOT EXISTS (SELECT 1 FROM curriculum_curriculumsubject s
                         JOIN curriculum_curriculumsubject o ON o.id = NEW.owed_id
                         JOIN curriculum_curriculumsemester m ON m.id = s.semester_id
                         JOIN curriculum_relearningwindow w ON w.id = NEW.window_id
                         JOIN curriculum_groupcurriculum g ON g.curriculum_id = s.curriculum_id AND g.group_id = NEW.group_id
                        WHERE s.id = NEW.studied_id AND s.id <> o.id AND s.subject_id = o.subject_id AND s.credit >= o.credit
                          AND m.academic_year_id = w.academic_year_id AND (m.number % 2 = 1) = (w.term = '11')) THEN
            RAISE EXCEPTION 'A subject is studied anew where it is taught in the half-year, with no fewer credits.' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        IF EXISTS (SELECT 1 FROM curriculum_registration r
                    WHERE r.student_id = NEW.student_id AND r.curriculum_subject_id = NEW.studied_id) THEN
            RAISE EXCEPTION 'The student is registered for this line already.' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    END IF;
    IF OLD.state = 'admitted' AND NEW.state = 'withdrawn' AND EXISTS (
        SELECT 1 FROM grading_sheetline l JOIN grading_gradesheet s ON s.id = l.sheet_id
         WHERE l.student_id = NEW.student_id AND s.curriculum_subject_id = NEW.studied_id AND s.state <> 'cancelled') THEN
        RAISE EXCEPTION 'A relearning with grade sheets is not withdrawn.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER relearning_guard BEFORE INSERT OR UPDATE OR DELETE ON curriculum_relearning
    FOR EACH ROW EXECUTE FUNCTION hemis_relearning_guard();

-- A registration on this basis stands on a relearning that was admitted.
CREATE FUNCTION hemis_relearned_registration() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.basis = 'relearned' AND NEW.is_active AND NOT EXISTS (
        SELECT 1 FROM curriculum_relearning r WHERE r.student_id = NEW.student_id
           AND r.studied_id = NEW.curriculum_subject_id AND r.state = 'admitted') THEN
        RAISE EXCEPTION 'Studied anew is what a relearning was admitted for.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER relearned_registration BEFORE INSERT OR UPDATE OF basis, is_active, student_id, curriculum_subject_id
    ON curriculum_registration FOR EACH ROW EXECUTE FUNCTION hemis_relearned_registration();
