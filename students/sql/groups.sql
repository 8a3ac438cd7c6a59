-- Subgroups and tutors: what no constraint of Django's can say.

-- A student is in at most one subgroup of a division at a time.
ALTER TABLE students_subgroupmember ADD CONSTRAINT subgroup_member_once
    EXCLUDE USING gist (
        int8range(student_id, student_id, '[]') WITH &&,
        int8range(division_id, division_id, '[]') WITH &&,
        daterange(valid_from, valid_to) WITH &&
    );

-- The division of a membership is the division of its subgroup.
ALTER TABLE students_subgroup ADD CONSTRAINT subgroup_of_division UNIQUE (id, division_id);
ALTER TABLE students_subgroupmember ADD CONSTRAINT subgroup_member_division
    FOREIGN KEY (subgroup_id, division_id) REFERENCES students_subgroup (id, division_id);

-- Nobody is put into a subgroup of a group that he is not in on the day it begins.
CREATE FUNCTION hemis_subgroup_member_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM students_placement p JOIN students_division d ON d.group_id = p.group_id
         WHERE d.id = NEW.division_id AND p.student_id = NEW.student_id
           AND p.valid_from <= NEW.valid_from AND (p.valid_to IS NULL OR p.valid_to > NEW.valid_from)
    ) THEN
        RAISE EXCEPTION 'A member of a subgroup is a student of its group.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'subgroup_member_of_group';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER subgroup_member_guard BEFORE INSERT OR UPDATE OF student_id, subgroup_id, division_id, valid_from
    ON students_subgroupmember FOR EACH ROW EXECUTE FUNCTION hemis_subgroup_member_guard();

-- A tutor has a group at most once at a time.
ALTER TABLE students_tutorgroup ADD CONSTRAINT tutor_group_once
    EXCLUDE USING gist (
        int8range(employee_id, employee_id, '[]') WITH &&,
        int8range(group_id, group_id, '[]') WITH &&,
        daterange(valid_from, valid_to) WITH &&
    );

-- A tutor holds the post of a tutor (h_teacher_position_type 34) when the care begins.
CREATE FUNCTION hemis_tutor_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM staff_position p
         WHERE p.employee_id = NEW.employee_id AND p.post = '34'
           AND p.valid_from <= NEW.valid_from AND (p.valid_to IS NULL OR p.valid_to >= NEW.valid_from)
    ) THEN
        RAISE EXCEPTION 'Only who holds the post of a tutor cares for a group.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'tutor_holds_the_post';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER tutor_guard BEFORE INSERT OR UPDATE OF employee_id, valid_from
    ON students_tutorgroup FOR EACH ROW EXECUTE FUNCTION hemis_tutor_guard();

-- A correction of passport data stays as it was made.
CREATE FUNCTION hemis_correction_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'A correction of passport data is never changed or deleted.'
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER correction_frozen BEFORE UPDATE OR DELETE ON students_passportcorrection
    FOR EACH ROW EXECUTE FUNCTION hemis_correction_frozen();
