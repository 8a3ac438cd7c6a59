-- Duty 2.7: a duplicate keeps the term and the fee of the day on which it was asked for.

CREATE OR REPLACE FUNCTION hemis_diploma_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'A diploma is cancelled, never deleted.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'formed' THEN
            RAISE EXCEPTION 'A diploma begins as formed.' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        PERFORM hemis_diploma_needs_accreditation(NEW);
        RETURN NEW;
    END IF;
    IF NEW.state = 'approved' AND OLD.state = 'formed' THEN PERFORM hemis_diploma_needs_accreditation(NEW); END IF;
    IF (NEW.student_id, NEW.duplicate_of_id) IS DISTINCT FROM (OLD.student_id, OLD.duplicate_of_id) THEN
        RAISE EXCEPTION 'A diploma stays with its student.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF (NEW.applied_on, NEW.due_on, NEW.fee, NEW.fee_steps) IS DISTINCT FROM (OLD.applied_on, OLD.due_on, OLD.fee, OLD.fee_steps)
       OR OLD.fee_paid <> '' AND NEW.fee_paid <> OLD.fee_paid AND OLD.state IN ('handed', 'replaced', 'cancelled') THEN
        RAISE EXCEPTION 'Term and fee of a duplicate are those of the day of its application.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.state <> 'formed' AND (NEW.facts, NEW.category, NEW.reasons, NEW.decided_on, NEW.faculty_id, NEW.education_type,
                                  NEW.year, NEW.serial, NEW.registered_on, NEW.approved_by_id, NEW.formed_by_id)
        IS DISTINCT FROM (OLD.facts, OLD.category, OLD.reasons, OLD.decided_on, OLD.faculty_id, OLD.education_type,
                          OLD.year, OLD.serial, OLD.registered_on, OLD.approved_by_id, OLD.formed_by_id) THEN
        RAISE EXCEPTION 'An approved diploma says what it said.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.state IS DISTINCT FROM OLD.state AND NOT (
        (OLD.state = 'formed' AND NEW.state IN ('approved', 'cancelled'))
        OR (OLD.state = 'approved' AND NEW.state IN ('printed', 'cancelled'))
        -- A spoiled or lost blank: the diploma is printed anew.
        OR (OLD.state = 'printed' AND NEW.state IN ('approved', 'handed', 'cancelled'))
        OR (OLD.state = 'handed' AND NEW.state = 'replaced')
    ) THEN
        RAISE EXCEPTION 'A diploma that is % does not become %.', OLD.state, NEW.state
              USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.state = 'handed' AND OLD.state <> 'handed' AND NOT EXISTS (
        SELECT 1 FROM students_student s JOIN students_placement p ON p.id = s.current_id
         WHERE s.id = NEW.student_id AND p.status = '14'
    ) THEN
        RAISE EXCEPTION 'A diploma is handed over after the order of graduation.'
              USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
