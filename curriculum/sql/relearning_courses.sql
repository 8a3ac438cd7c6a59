-- Courses of relearning: a line and a group of their own, opened for as many as the window asks for, kept as opened.

CREATE FUNCTION hemis_relearning_course_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    the curriculum_relearningwindow;
    subject bigint;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'A course of relearning is cancelled, never deleted.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF TG_OP = 'UPDATE' THEN
        IF to_jsonb(NEW) - ARRAY['state', 'reason', 'version'] IS DISTINCT FROM to_jsonb(OLD) - ARRAY['state', 'reason', 'version']
           OR OLD.state = 'cancelled' AND (NEW.state, NEW.reason) IS DISTINCT FROM (OLD.state, OLD.reason) THEN
            RAISE EXCEPTION 'A course of relearning stays as it was opened.' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        IF NEW.state = 'cancelled' AND OLD.state = 'open' AND EXISTS (
            SELECT 1 FROM curriculum_relearning r WHERE r.studied_id = NEW.line_id AND r.state = 'admitted') THEN
            RAISE EXCEPTION 'A course that somebody attends is not cancelled.' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END IF;
    SELECT * INTO the FROM curriculum_relearningwindow WHERE id = NEW.window_id;
    SELECT s.subject_id INTO subject FROM curriculum_curriculumsubject s
      JOIN curriculum_curriculum c ON c.id = s.curriculum_id AND c.is_relearning
      JOIN curriculum_curriculumsemester m ON m.id = s.semester_id
      JOIN curriculum_groupcurriculum g ON g.curriculum_id = c.id AND g.group_id = NEW.group_id
     WHERE s.id = NEW.line_id AND c.id = NEW.curriculum_id AND m.academic_year_id = the.academic_year_id
       AND (m.number % 2 = 1) = (the.term = '11');
    IF subject IS NULL OR EXISTS (SELECT 1 FROM students_placement p WHERE p.group_id = NEW.group_id) THEN
        RAISE EXCEPTION 'A course of relearning has a plan of the half-year and a group of its own.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.kind = 'individual' AND NOT EXISTS (
        SELECT 1 FROM curriculum_relearning r JOIN curriculum_curriculumsubject o ON o.id = r.owed_id
         WHERE r.id = NEW.only_id AND r.window_id = NEW.window_id AND r.state = 'asked' AND o.subject_id = subject) THEN
        RAISE EXCEPTION 'An individual plan is opened for a request of the half-year.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.kind = 'group' AND (
        SELECT count(*) FROM curriculum_relearning r JOIN curriculum_curriculumsubject o ON o.id = r.owed_id
         WHERE r.window_id = NEW.window_id AND r.state = 'asked' AND o.subject_id = subject) < the.minimum THEN
        RAISE EXCEPTION 'Fewer have asked than a group is opened for.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER relearning_course_guard BEFORE INSERT OR UPDATE OR DELETE ON curriculum_relearningcourse
    FOR EACH ROW EXECUTE FUNCTION hemis_relearning_course_guard();

-- Nobody is placed in the group of a course: one attends with it and stays in the own group.
CREATE FUNCTION hemis_no_placement_in_course() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM curriculum_relearningcourse c WHERE c.group_id = NEW.group_id) THEN
        RAISE EXCEPTION 'Nobody is placed in the group of a course of relearning.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER no_placement_in_course BEFORE INSERT OR UPDATE OF group_id ON students_placement
    FOR EACH ROW EXECUTE FUNCTION hemis_no_placement_in_course();

-- Where a request is admitted to, and within how many credits: beside what hemis_relearning_guard keeps.
CREATE FUNCTION hemis_relearning_in_course() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    the curriculum_relearningwindow;
    course curriculum_relearningcourse;
    credits numeric;
BEGIN
    IF NEW.state NOT IN ('asked', 'admitted') THEN RETURN NEW; END IF;
    SELECT * INTO the FROM curriculum_relearningwindow WHERE id = NEW.window_id;
    IF the.most_credits IS NOT NULL AND TG_OP = 'INSERT' THEN
        SELECT coalesce(sum(s.credit), 0) INTO credits FROM curriculum_curriculumsubject s
         WHERE s.id = NEW.owed_id OR s.id IN (
               SELECT r.owed_id FROM curriculum_relearning r WHERE r.window_id = NEW.window_id
                  AND r.student_id = NEW.student_id AND r.state IN ('asked', 'admitted'));
        IF credits > the.most_credits THEN
            RAISE EXCEPTION 'More credits than one student may relearn in the half-year.' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    END IF;
    IF NEW.state = 'admitted' THEN
        SELECT * INTO course FROM curriculum_relearningcourse c WHERE c.line_id = NEW.studied_id;
        IF course.id IS NULL AND the.is_summer THEN
            RAISE EXCEPTION 'In a summer semester only its courses are taught.' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        IF course.id IS NOT NULL AND (course.state <> 'open' OR course.window_id <> NEW.window_id
                                      OR course.only_id IS NOT NULL AND course.only_id <> NEW.id) THEN
            RAISE EXCEPTION 'The course is of another half-year or of another student, or is cancelled.' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER relearning_in_course BEFORE INSERT OR UPDATE OF state, studied_id ON curriculum_relearning
    FOR EACH ROW EXECUTE FUNCTION hemis_relearning_in_course();
