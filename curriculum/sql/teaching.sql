-- Who is taught what: registrations and audiences are of the plans they speak of.

CREATE FUNCTION hemis_registration_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    plan_state text;
BEGIN
    SELECT s.semester_id, s.elective_group, c.state INTO NEW.semester_id, NEW.elective_group, plan_state
      FROM curriculum_curriculumsubject s JOIN curriculum_curriculum c ON c.id = s.curriculum_id
     WHERE s.id = NEW.curriculum_subject_id;
    IF plan_state = 'draft' THEN
        RAISE EXCEPTION 'Nobody is registered for a subject of a curriculum that is not approved.'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER registration_guard BEFORE INSERT OR UPDATE ON curriculum_registration
    FOR EACH ROW EXECUTE FUNCTION hemis_registration_guard();

-- A subgroup is one of the group's own, and the group studies the subject by its plan.
CREATE FUNCTION hemis_audience_of_plan(the_group bigint, the_subgroup bigint, line bigint, the_subject bigint)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF the_subgroup IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM students_subgroup s JOIN students_division d ON d.id = s.division_id
         WHERE s.id = the_subgroup AND d.group_id = the_group
    ) THEN
        RAISE EXCEPTION 'The subgroup is of another group.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NOT EXISTS (
        SELECT 1 FROM curriculum_curriculumsubject s JOIN curriculum_groupcurriculum g ON g.curriculum_id = s.curriculum_id
         WHERE s.id = line AND g.group_id = the_group AND s.subject_id = the_subject
    ) THEN
        RAISE EXCEPTION 'The group does not study this subject by its curriculum.'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
END $$;

CREATE FUNCTION hemis_teaching_audience_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    the curriculum_teaching;
BEGIN
    SELECT * INTO the FROM curriculum_teaching WHERE id = NEW.teaching_id;
    PERFORM hemis_audience_of_plan(NEW.group_id, NEW.subgroup_id, NEW.curriculum_subject_id, the.subject_id);
    IF NOT EXISTS (
        SELECT 1 FROM curriculum_curriculumsubject s JOIN curriculum_curriculumsemester m ON m.id = s.semester_id
         WHERE s.id = NEW.curriculum_subject_id AND m.academic_year_id = the.academic_year_id
           AND (m.number % 2 = 1) = (the.term = '11')
    ) THEN
        RAISE EXCEPTION 'The subject is studied in another half-year.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER teaching_audience_guard BEFORE INSERT OR UPDATE ON curriculum_teachingaudience
    FOR EACH ROW EXECUTE FUNCTION hemis_teaching_audience_guard();

-- What a teaching is does not change once an audience has been named for it.
CREATE FUNCTION hemis_teaching_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.academic_year_id, NEW.term, NEW.subject_id, NEW.training_type)
        IS DISTINCT FROM (OLD.academic_year_id, OLD.term, OLD.subject_id, OLD.training_type)
       AND EXISTS (SELECT 1 FROM curriculum_teachingaudience WHERE teaching_id = NEW.id) THEN
        RAISE EXCEPTION 'A teaching keeps its subject, kind of training and half-year.'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER teaching_guard BEFORE UPDATE ON curriculum_teaching
    FOR EACH ROW EXECUTE FUNCTION hemis_teaching_guard();

CREATE FUNCTION hemis_control_audience_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM hemis_audience_of_plan(
        NEW.group_id, NEW.subgroup_id, NEW.curriculum_subject_id,
        (SELECT subject_id FROM curriculum_controlevent WHERE id = NEW.event_id)
    );
    RETURN NEW;
END $$;
CREATE TRIGGER control_audience_guard BEFORE INSERT OR UPDATE ON curriculum_controlaudience
    FOR EACH ROW EXECUTE FUNCTION hemis_control_audience_guard();
