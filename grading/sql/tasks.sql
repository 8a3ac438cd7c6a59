-- Tasks: no more points than the plan allows, and nothing that was handed in or asked is changed afterwards.

CREATE FUNCTION hemis_task_student_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    the grading_task;
    allowed numeric;
    given numeric;
    is_five boolean;
BEGIN
    SELECT * INTO the FROM grading_task WHERE id = NEW.task_id;
    IF NEW.points > the.max_points THEN
        RAISE EXCEPTION 'More points than the maximum of the task.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF TG_OP = 'UPDATE' AND (NEW.task_id, NEW.student_id, NEW.curriculum_subject_id)
        IS NOT DISTINCT FROM (OLD.task_id, OLD.student_id, OLD.curriculum_subject_id) THEN
        RETURN NEW;
    END IF;
    IF NOT EXISTS (SELECT 1 FROM curriculum_registration
                    WHERE student_id = NEW.student_id AND curriculum_subject_id = NEW.curriculum_subject_id) THEN
        RAISE EXCEPTION 'The student is not registered for the subject.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    SELECT c.max_points, m.scale = 'five' INTO allowed, is_five
      FROM curriculum_subjectcontrol c
      JOIN curriculum_curriculumsubject s ON s.id = c.curriculum_subject_id
      JOIN curriculum_curriculum p ON p.id = s.curriculum_id
      JOIN curriculum_markingsystem m ON m.id = p.marking_system_id
     WHERE c.curriculum_subject_id = NEW.curriculum_subject_id AND c.control = the.control;
    IF allowed IS NULL THEN
        RAISE EXCEPTION 'The curriculum has no such control for the subject.'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    SELECT coalesce(sum(t.max_points), 0) INTO given
      FROM grading_taskstudent s JOIN grading_task t ON t.id = s.task_id
     WHERE s.student_id = NEW.student_id AND s.curriculum_subject_id = NEW.curriculum_subject_id
       AND t.control = the.control AND s.id IS DISTINCT FROM NEW.id AND NOT s.is_excluded;
    -- Five marks are averaged, not added up.
    IF NOT is_five AND given + the.max_points > allowed THEN
        RAISE EXCEPTION 'The maxima of the tasks are more than the control brings.'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF is_five AND the.max_points > allowed THEN
        RAISE EXCEPTION 'The maximum of the task is more than the control brings.'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER task_student_guard BEFORE INSERT OR UPDATE ON grading_taskstudent
    FOR EACH ROW EXECUTE FUNCTION hemis_task_student_guard();

CREATE FUNCTION hemis_task_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.teaching_id, NEW.kind, NEW.control, NEW.max_points)
        IS DISTINCT FROM (OLD.teaching_id, OLD.kind, OLD.control, OLD.max_points)
       AND EXISTS (SELECT 1 FROM grading_taskstudent WHERE task_id = NEW.id) THEN
        RAISE EXCEPTION 'A task that was given keeps its teaching, control and maximum.'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER task_guard BEFORE UPDATE ON grading_task FOR EACH ROW EXECUTE FUNCTION hemis_task_guard();

CREATE FUNCTION hemis_submission_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    maximum numeric;
BEGIN
    IF TG_OP = 'DELETE' OR (TG_OP = 'UPDATE' AND (NEW.task_student_id, NEW.number, NEW.text, NEW.sent_at, NEW.is_late)
            IS DISTINCT FROM (OLD.task_student_id, OLD.number, OLD.text, OLD.sent_at, OLD.is_late)) THEN
        RAISE EXCEPTION 'What was handed in stays as it is.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.points IS NOT NULL THEN
        SELECT t.max_points INTO maximum FROM grading_taskstudent s JOIN grading_task t ON t.id = s.task_id
         WHERE s.id = NEW.task_student_id;
        IF NEW.points > maximum OR NEW.raw_points > maximum THEN
            RAISE EXCEPTION 'More points than the maximum of the task.' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER submission_guard BEFORE INSERT OR UPDATE OR DELETE ON grading_submission
    FOR EACH ROW EXECUTE FUNCTION hemis_submission_guard();

CREATE FUNCTION hemis_submission_file_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'What was handed in stays as it is.' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER submission_file_guard BEFORE UPDATE OR DELETE ON grading_submissionfile
    FOR EACH ROW EXECUTE FUNCTION hemis_submission_file_guard();

-- A session that has ended keeps its answers; only what they are worth may still be said.
CREATE FUNCTION hemis_attempt_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'running' AND (NEW.state, NEW.started_at, NEW.closes_at, NEW.finished_at, NEW.seed)
        IS DISTINCT FROM (OLD.state, OLD.started_at, OLD.closes_at, OLD.finished_at, OLD.seed) THEN
        RAISE EXCEPTION 'The attempt has ended.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.points > (SELECT t.max_points FROM grading_taskstudent s JOIN grading_task t ON t.id = s.task_id
                      WHERE s.id = NEW.task_student_id) THEN
        RAISE EXCEPTION 'More points than the maximum of the task.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER attempt_guard BEFORE UPDATE ON grading_attempt FOR EACH ROW EXECUTE FUNCTION hemis_attempt_guard();

CREATE FUNCTION hemis_attempt_answer_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.question_id, NEW.position, NEW."order", NEW.matches, NEW.chosen, NEW.text)
        IS DISTINCT FROM (OLD.question_id, OLD.position, OLD."order", OLD.matches, OLD.chosen, OLD.text)
       AND (SELECT state FROM grading_attempt WHERE id = NEW.attempt_id) <> 'running' THEN
        RAISE EXCEPTION 'The attempt has ended.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER attempt_answer_guard BEFORE UPDATE ON grading_attemptanswer
    FOR EACH ROW EXECUTE FUNCTION hemis_attempt_answer_guard();

-- A question that somebody was asked stays as it was asked.
CREATE FUNCTION hemis_asked_question() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.text, NEW.kind, NEW.subject_id, NEW.language) IS DISTINCT FROM (OLD.text, OLD.kind, OLD.subject_id, OLD.language)
       AND EXISTS (SELECT 1 FROM grading_attemptanswer WHERE question_id = NEW.id) THEN
        RAISE EXCEPTION 'The question was asked already; switch it off and write another one.'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER asked_question BEFORE UPDATE ON curriculum_question
    FOR EACH ROW EXECUTE FUNCTION hemis_asked_question();

CREATE FUNCTION hemis_asked_answer() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    key bigint;
BEGIN
    key := CASE WHEN TG_OP = 'DELETE' THEN OLD.question_id ELSE NEW.question_id END;
    IF EXISTS (SELECT 1 FROM grading_attemptanswer WHERE question_id = key) THEN
        RAISE EXCEPTION 'The question was asked already; switch it off and write another one.'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER asked_answer BEFORE INSERT OR UPDATE OR DELETE ON curriculum_questionanswer
    FOR EACH ROW EXECUTE FUNCTION hemis_asked_answer();
