-- Half-years are registered by tens of thousands of rows, which say their semester themselves: they are checked by
-- the statement. A row that does not say it is told it as before, and so is every row that changes.
DROP TRIGGER registration_guard ON curriculum_registration;
CREATE TRIGGER registration_guard BEFORE INSERT ON curriculum_registration FOR EACH ROW
    WHEN (NEW.semester_id IS NULL) EXECUTE FUNCTION hemis_registration_guard();
CREATE TRIGGER registration_changed_guard BEFORE UPDATE ON curriculum_registration
    FOR EACH ROW EXECUTE FUNCTION hemis_registration_guard();

CREATE FUNCTION hemis_registrations_of_plans() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    draft boolean;
BEGIN
    SELECT c.state = 'draft' INTO draft
      FROM registered r JOIN curriculum_curriculumsubject s ON s.id = r.curriculum_subject_id
      JOIN curriculum_curriculum c ON c.id = s.curriculum_id
     WHERE c.state = 'draft' OR r.semester_id IS DISTINCT FROM s.semester_id OR r.elective_group <> s.elective_group
     LIMIT 1;
    IF draft THEN
        RAISE EXCEPTION 'Nobody is registered for a subject of a curriculum that is not approved.'
            USING ERRCODE = 'integrity_constraint_violation';
    ELSIF FOUND THEN
        RAISE EXCEPTION 'A registration has the semester and the elective group of its subject.'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER registrations_of_plans AFTER INSERT ON curriculum_registration REFERENCING NEW TABLE AS registered
    FOR EACH STATEMENT EXECUTE FUNCTION hemis_registrations_of_plans();
