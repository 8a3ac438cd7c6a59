-- An approved curriculum is frozen: what has to change becomes its next version.
-- Only the graph of weeks (holidays are decreed late) and the responsible teacher may follow life.

CREATE FUNCTION hemis_curriculum_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.state <> 'draft' THEN
            RAISE EXCEPTION 'An approved curriculum is never deleted.' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN OLD;
    END IF;
    IF OLD.state <> 'draft' AND to_jsonb(NEW) - ARRAY['state', 'version', 'note'] IS DISTINCT FROM
       to_jsonb(OLD) - ARRAY['state', 'version', 'note'] THEN
        RAISE EXCEPTION 'An approved curriculum does not change; make its next version.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NOT ((OLD.state, NEW.state) IN (('draft', 'draft'), ('draft', 'approved'), ('approved', 'approved'),
                                       ('approved', 'retired'), ('retired', 'retired'))) THEN
        RAISE EXCEPTION 'A curriculum goes from draft to approved to retired.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER curriculum_guard BEFORE UPDATE OR DELETE ON curriculum_curriculum
    FOR EACH ROW EXECUTE FUNCTION hemis_curriculum_guard();

CREATE FUNCTION hemis_curriculum_is_draft(plan bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    -- A plan that is deleted as a whole takes its parts along.
    IF EXISTS (SELECT 1 FROM curriculum_curriculum WHERE id = plan AND state <> 'draft') THEN
        RAISE EXCEPTION 'An approved curriculum does not change; make its next version.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
END $$;

-- Semesters, blocks and subjects carry their plan.
CREATE FUNCTION hemis_curriculum_part_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'curriculum_curriculumsubject'
       AND to_jsonb(NEW) - ARRAY['teacher_id', 'version'] IS NOT DISTINCT FROM to_jsonb(OLD) - ARRAY['teacher_id', 'version'] THEN
        RETURN NEW;
    END IF;
    IF TG_OP <> 'INSERT' THEN PERFORM hemis_curriculum_is_draft(OLD.curriculum_id); END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    PERFORM hemis_curriculum_is_draft(NEW.curriculum_id);
    RETURN NEW;
END $$;
CREATE TRIGGER part_guard BEFORE INSERT OR UPDATE OR DELETE ON curriculum_curriculumsemester
    FOR EACH ROW EXECUTE FUNCTION hemis_curriculum_part_guard();
CREATE TRIGGER part_guard BEFORE INSERT OR UPDATE OR DELETE ON curriculum_curriculumblock
    FOR EACH ROW EXECUTE FUNCTION hemis_curriculum_part_guard();
CREATE TRIGGER part_guard BEFORE INSERT OR UPDATE OR DELETE ON curriculum_curriculumsubject
    FOR EACH ROW EXECUTE FUNCTION hemis_curriculum_part_guard();

-- Hours and controls carry their subject.
CREATE FUNCTION hemis_curriculum_subject_part_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    plan bigint;
BEGIN
    FOR plan IN SELECT curriculum_id FROM curriculum_curriculumsubject
                 WHERE id IN (CASE WHEN TG_OP <> 'INSERT' THEN OLD.curriculum_subject_id END,
                              CASE WHEN TG_OP <> 'DELETE' THEN NEW.curriculum_subject_id END) LOOP
        PERFORM hemis_curriculum_is_draft(plan);
    END LOOP;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER part_guard BEFORE INSERT OR UPDATE OR DELETE ON curriculum_subjecthours
    FOR EACH ROW EXECUTE FUNCTION hemis_curriculum_subject_part_guard();
CREATE TRIGGER part_guard BEFORE INSERT OR UPDATE OR DELETE ON curriculum_subjectcontrol
    FOR EACH ROW EXECUTE FUNCTION hemis_curriculum_subject_part_guard();

-- A subject, its semester and its block, a week and its semester are parts of one plan.
CREATE UNIQUE INDEX curriculum_semester_of_plan ON curriculum_curriculumsemester (id, curriculum_id);
CREATE UNIQUE INDEX curriculum_block_of_plan ON curriculum_curriculumblock (id, curriculum_id);
ALTER TABLE curriculum_curriculumsubject
    ADD CONSTRAINT subject_semester_of_plan FOREIGN KEY (semester_id, curriculum_id)
        REFERENCES curriculum_curriculumsemester (id, curriculum_id) DEFERRABLE INITIALLY DEFERRED,
    ADD CONSTRAINT subject_block_of_plan FOREIGN KEY (block_id, curriculum_id)
        REFERENCES curriculum_curriculumblock (id, curriculum_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE curriculum_curriculumweek
    ADD CONSTRAINT week_semester_of_plan FOREIGN KEY (semester_id, curriculum_id)
        REFERENCES curriculum_curriculumsemester (id, curriculum_id) DEFERRABLE INITIALLY DEFERRED,
    ADD CONSTRAINT weeks_do_not_meet EXCLUDE USING gist (
        int8range(curriculum_id, curriculum_id, '[]') WITH &&, daterange(starts_on, ends_on, '[]') WITH &&
    );

-- A group studies by an approved plan of its own speciality.
CREATE FUNCTION hemis_group_curriculum_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM curriculum_curriculum c JOIN students_group g ON g.id = NEW.group_id
         WHERE c.id = NEW.curriculum_id AND c.state = 'approved' AND c.speciality_id = g.speciality_id
    ) THEN
        RAISE EXCEPTION 'A group studies by an approved curriculum of its own speciality.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER group_curriculum_guard BEFORE INSERT OR UPDATE ON curriculum_groupcurriculum
    FOR EACH ROW EXECUTE FUNCTION hemis_group_curriculum_guard();
