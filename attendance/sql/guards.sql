-- The journal: what is recorded was given, to those who were to be there; excuses work by themselves.

-- The registration and the group by which a student belongs to a lesson on its day; nothing for strangers.
CREATE FUNCTION hemis_seat(the_teaching bigint, the_student bigint, the_day date, OUT registration bigint, OUT seat bigint)
LANGUAGE sql STABLE AS $$
    SELECT r.id, a.group_id
      FROM curriculum_teachingaudience a
      JOIN curriculum_registration r ON r.curriculum_subject_id = a.curriculum_subject_id
                                    AND r.student_id = the_student AND r.is_active
      JOIN students_placement p ON p.student_id = r.student_id AND p.status = '11'
                               AND p.valid_from <= the_day AND (p.valid_to IS NULL OR p.valid_to > the_day)
     WHERE a.teaching_id = the_teaching
       AND coalesce(r.group_id, p.group_id) = a.group_id
       AND (a.subgroup_id IS NULL OR EXISTS (
            SELECT 1 FROM students_subgroupmember m
             WHERE m.subgroup_id = a.subgroup_id AND m.student_id = the_student
               AND m.valid_from <= the_day AND (m.valid_to IS NULL OR m.valid_to > the_day)))
     LIMIT 1
$$;

CREATE FUNCTION hemis_record_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    the curriculum_lesson;
BEGIN
    IF TG_OP = 'UPDATE' AND (NEW.lesson_id, NEW.topic_id) IS NOT DISTINCT FROM (OLD.lesson_id, OLD.topic_id) THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.lesson_id <> OLD.lesson_id THEN
        RAISE EXCEPTION 'A record stays with its lesson.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    SELECT * INTO the FROM curriculum_lesson WHERE id = NEW.lesson_id FOR SHARE;
    IF the.state <> 'planned' THEN
        RAISE EXCEPTION 'A cancelled lesson was not given.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF (the.day + the.starts_at) AT TIME ZONE 'Asia/Tashkent' > now() THEN
        RAISE EXCEPTION 'A lesson is recorded when it has begun.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.topic_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM curriculum_topic o
          JOIN curriculum_teaching t ON t.id = the.teaching_id AND t.training_type = o.training_type
          JOIN curriculum_teachingaudience a ON a.teaching_id = t.id AND a.curriculum_subject_id = o.curriculum_subject_id
         WHERE o.id = NEW.topic_id
    ) THEN
        RAISE EXCEPTION 'The topic is of another subject or kind of training.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER record_guard BEFORE INSERT OR UPDATE ON attendance_lessonrecord
    FOR EACH ROW EXECUTE FUNCTION hemis_record_guard();

-- Fewer hours of the lesson than somebody has missed of it cannot be.
CREATE FUNCTION hemis_record_hours() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.hours < OLD.hours AND EXISTS (
        SELECT 1 FROM attendance_absence WHERE record_id = NEW.id AND hours > NEW.hours
    ) THEN
        RAISE EXCEPTION 'Somebody missed more hours of the lesson.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
-- Deferred: hours and absences of one save are judged together.
CREATE CONSTRAINT TRIGGER record_hours_later AFTER UPDATE ON attendance_lessonrecord DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION hemis_record_hours();

-- A row of a lesson's journal: of a student who belonged there; what follows from the lesson is written here.
CREATE FUNCTION hemis_journal_row_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    lesson record;
    seat record;
    highest integer;
BEGIN
    IF TG_OP = 'UPDATE' AND (NEW.record_id, NEW.student_id) IS DISTINCT FROM (OLD.record_id, OLD.student_id) THEN
        RAISE EXCEPTION 'A row of the journal stays with its lesson and student.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    SELECT l.day, l.teaching_id, t.academic_year_id, t.term, r.hours INTO lesson
      FROM attendance_lessonrecord r JOIN curriculum_lesson l ON l.id = r.lesson_id
      JOIN curriculum_teaching t ON t.id = l.teaching_id WHERE r.id = NEW.record_id;
    IF TG_OP = 'INSERT' THEN
        SELECT * INTO seat FROM hemis_seat(lesson.teaching_id, NEW.student_id, lesson.day);
        -- A row that is there already is only about to be changed by ON CONFLICT.
        IF seat.registration IS NULL AND TG_TABLE_NAME = 'attendance_absence' THEN
            SELECT registration_id AS registration, group_id AS seat INTO seat FROM attendance_absence
             WHERE record_id = NEW.record_id AND student_id = NEW.student_id;
        ELSIF seat.registration IS NULL THEN
            SELECT registration_id AS registration, group_id AS seat INTO seat FROM attendance_currentmark
             WHERE record_id = NEW.record_id AND student_id = NEW.student_id;
        END IF;
        IF seat.registration IS NULL THEN
            RAISE EXCEPTION 'The student was not to be at this lesson.' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        NEW.registration_id := seat.registration;
        NEW.group_id := seat.seat;
    ELSE
        NEW.registration_id := OLD.registration_id;
        NEW.group_id := OLD.group_id;
    END IF;
    NEW.day := lesson.day;
    NEW.academic_year_id := lesson.academic_year_id;
    NEW.term := lesson.term;
    IF TG_TABLE_NAME = 'attendance_absence' THEN
        NEW.excuse_id := NULL;
        IF NEW.kind <> '13' THEN
            IF NEW.hours > lesson.hours THEN
                RAISE EXCEPTION 'More hours are missed than the lesson had.' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            SELECT e.id INTO NEW.excuse_id FROM attendance_excuse e
             WHERE e.student_id = NEW.student_id AND e.state = 'accepted' AND lesson.day BETWEEN e.starts_on AND e.ends_on
             ORDER BY e.id LIMIT 1;
            NEW.kind := CASE WHEN NEW.excuse_id IS NULL THEN '12' ELSE '11' END;
        END IF;
    ELSE
        SELECT CASE WHEN m.scale = 'five' THEN 5 ELSE 100 END INTO highest
          FROM curriculum_registration r JOIN curriculum_curriculumsubject s ON s.id = r.curriculum_subject_id
          JOIN curriculum_curriculum c ON c.id = s.curriculum_id JOIN curriculum_markingsystem m ON m.id = c.marking_system_id
         WHERE r.id = NEW.registration_id;
        IF NEW.value > highest THEN
            RAISE EXCEPTION 'The mark is higher than the marking system knows.' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER journal_row_guard BEFORE INSERT OR UPDATE ON attendance_absence
    FOR EACH ROW EXECUTE FUNCTION hemis_journal_row_guard();
CREATE TRIGGER journal_row_guard BEFORE INSERT OR UPDATE ON attendance_currentmark
    FOR EACH ROW EXECUTE FUNCTION hemis_journal_row_guard();

-- An excuse goes from asked to accepted or returned, from accepted to withdrawn; its student and days stay.
CREATE FUNCTION hemis_excuse_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.state <> 'asked' THEN
            RAISE EXCEPTION 'An excuse that was decided is not deleted.' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN OLD;
    END IF;
    IF NOT ((OLD.state, NEW.state) IN (('asked', 'asked'), ('asked', 'accepted'), ('asked', 'returned'),
        ('accepted', 'accepted'), ('accepted', 'withdrawn'), ('returned', 'returned'), ('withdrawn', 'withdrawn'))) THEN
        RAISE EXCEPTION 'An excuse is accepted or returned once, and withdrawn after that.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.state <> 'asked' AND (NEW.student_id, NEW.starts_on, NEW.ends_on, NEW.ground, NEW.scan)
        IS DISTINCT FROM (OLD.student_id, OLD.starts_on, OLD.ends_on, OLD.ground, OLD.scan) THEN
        RAISE EXCEPTION 'A decided excuse does not change; withdraw it.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER excuse_guard BEFORE UPDATE OR DELETE ON attendance_excuse
    FOR EACH ROW EXECUTE FUNCTION hemis_excuse_guard();

-- The absences of its days are judged anew by their own trigger.
CREATE FUNCTION hemis_excuse_works() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (TG_OP = 'INSERT' AND NEW.state = 'accepted') OR (TG_OP = 'UPDATE' AND NEW.state <> OLD.state) THEN
        UPDATE attendance_absence SET kind = '12', excuse_id = NULL
         WHERE student_id = NEW.student_id AND day BETWEEN NEW.starts_on AND NEW.ends_on AND kind <> '13';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER excuse_works AFTER INSERT OR UPDATE ON attendance_excuse
    FOR EACH ROW EXECUTE FUNCTION hemis_excuse_works();

-- A lesson that was given stays where it was, and so does the audience of its teaching.
CREATE FUNCTION hemis_given_lesson_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (NEW.day, NEW.pair_id, NEW.teaching_id, NEW.teacher_id, NEW.state)
        IS NOT DISTINCT FROM (OLD.day, OLD.pair_id, OLD.teaching_id, OLD.teacher_id, OLD.state) THEN
        RETURN NEW;
    END IF;
    IF EXISTS (SELECT 1 FROM attendance_lessonrecord WHERE lesson_id = OLD.id) THEN
        RAISE EXCEPTION 'The lesson is recorded as given: it is neither moved nor cancelled.'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER given_lesson_guard BEFORE UPDATE OR DELETE ON curriculum_lesson
    FOR EACH ROW EXECUTE FUNCTION hemis_given_lesson_guard();

CREATE FUNCTION hemis_given_audience_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM attendance_lessonrecord r JOIN curriculum_lesson l ON l.id = r.lesson_id
         WHERE l.teaching_id IN (CASE WHEN TG_OP <> 'INSERT' THEN OLD.teaching_id END,
                                 CASE WHEN TG_OP <> 'DELETE' THEN NEW.teaching_id END)
    ) THEN
        RAISE EXCEPTION 'Lessons of the teaching are recorded: its audience stays.'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER given_audience_guard BEFORE INSERT OR UPDATE OR DELETE ON curriculum_teachingaudience
    FOR EACH ROW EXECUTE FUNCTION hemis_given_audience_guard();
