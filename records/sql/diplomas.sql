-- Diplomas go forward only, say what they said when approved, and agree with their blanks.

-- A duplicate rests on its original, every other diploma on an accreditation in force (duty 2.7).
CREATE FUNCTION hemis_diploma_needs_accreditation(the records_diploma) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF the.duplicate_of_id IS NULL AND NOT EXISTS (
        SELECT 1 FROM records_accreditation WHERE student_id = the.student_id AND state = 'accepted'
    ) THEN
        RAISE EXCEPTION 'Only an accredited graduate is given a diploma.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF the.duplicate_of_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM records_diploma WHERE id = the.duplicate_of_id AND student_id = the.student_id
                                        AND state IN ('handed', 'replaced')
    ) THEN
        RAISE EXCEPTION 'A duplicate is of a diploma that was handed over.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
END $$;

CREATE FUNCTION hemis_diploma_guard() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER diploma_guard BEFORE INSERT OR UPDATE OR DELETE ON records_diploma
    FOR EACH ROW EXECUTE FUNCTION hemis_diploma_guard();

-- At the end of a transaction a blank that is assigned, printed or handed over lies with exactly one paper that is
-- as far, and no other blank lies with any.
CREATE FUNCTION hemis_blank_agrees(the_blank bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    the records_blank;
    papers int;
    good int;
BEGIN
    SELECT * INTO the FROM records_blank WHERE id = the_blank;
    IF the.id IS NULL THEN RETURN; END IF;
    SELECT count(*), count(*) FILTER (WHERE fits) INTO papers, good FROM (
        SELECT CASE the.state WHEN 'assigned' THEN d.state IN ('formed', 'approved')
                              WHEN 'printed' THEN d.state = 'printed'
                              WHEN 'handed' THEN d.state IN ('handed', 'replaced')
                              ELSE false END
               AND the.education_type = d.education_type
               AND (d.supplement_blank_id = the.id AND the.kind = 'supplement'
                    OR d.blank_id = the.id AND the.kind = 'diploma' AND the.category = d.category) AS fits
          FROM records_diploma d WHERE d.blank_id = the.id OR d.supplement_blank_id = the.id
        UNION ALL
        SELECT CASE the.state WHEN 'assigned' THEN c.printed_at IS NULL
                              WHEN 'printed' THEN c.printed_at IS NOT NULL AND c.handed_on IS NULL
                              WHEN 'handed' THEN c.handed_on IS NOT NULL
                              ELSE false END AND the.kind = 'academic'
          FROM records_certificate c WHERE c.blank_id = the.id
    ) found;
    IF the.state IN ('assigned', 'printed', 'handed') THEN
        IF papers <> 1 OR good <> 1 THEN
            RAISE EXCEPTION 'Blank % is %, its paper is not.', the.code, the.state
                  USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    ELSIF papers > 0 THEN
        RAISE EXCEPTION 'Blank % is %, but a paper holds it.', the.code, the.state
              USING ERRCODE = 'integrity_constraint_violation';
    END IF;
END $$;

CREATE FUNCTION hemis_blank_of_paper() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM hemis_blank_agrees(NEW.blank_id);
    IF TG_TABLE_NAME = 'records_diploma' THEN PERFORM hemis_blank_agrees(NEW.supplement_blank_id); END IF;
    IF TG_OP = 'UPDATE' THEN
        PERFORM hemis_blank_agrees(OLD.blank_id);
        IF TG_TABLE_NAME = 'records_diploma' THEN PERFORM hemis_blank_agrees(OLD.supplement_blank_id); END IF;
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER diploma_blank AFTER INSERT OR UPDATE ON records_diploma
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION hemis_blank_of_paper();
CREATE CONSTRAINT TRIGGER certificate_blank AFTER INSERT OR UPDATE ON records_certificate
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION hemis_blank_of_paper();

CREATE FUNCTION hemis_paper_of_blank() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM hemis_blank_agrees(NEW.id);
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER blank_paper AFTER UPDATE OF state ON records_blank
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION hemis_paper_of_blank();
