-- The guard of a student is asked only where it could refuse: placing a course of thousands, which the
-- triggers of placements do by themselves, then costs no function call for each of them.
DROP TRIGGER student_guard ON students_student;
CREATE TRIGGER student_guard BEFORE INSERT OR DELETE ON students_student
    FOR EACH ROW EXECUTE FUNCTION hemis_student_guard();
CREATE TRIGGER student_changed_guard BEFORE UPDATE ON students_student FOR EACH ROW
    WHEN ((NEW.number, NEW.person_id, NEW.entry_year, NEW.candidate_id)
              IS DISTINCT FROM (OLD.number, OLD.person_id, OLD.entry_year, OLD.candidate_id)
          OR (NEW.current_id IS DISTINCT FROM OLD.current_id AND pg_trigger_depth() < 1))
    EXECUTE FUNCTION hemis_student_guard();
-- What follows from the placements, whose own history is kept, is not recorded a second time.
DROP TRIGGER hemis_history ON students_student;
CREATE TRIGGER hemis_history AFTER UPDATE OR DELETE ON students_student FOR EACH ROW EXECUTE FUNCTION
    hemis_history('id', 'search,search_text,sort_key,version,last_login,current_id', 'password,secret,data');

CREATE OR REPLACE FUNCTION hemis_placements_ended() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- By columns and not as JSON, which took ten times as long; a test asks of every column that it is here.
    -- Counted, for EXISTS would hold every row of a large order against every other in search of a first one.
    IF (SELECT count(*) FROM ended n JOIN before o ON o.id = n.id
         WHERE o.valid_to IS NULL
           AND (n.student_id, n.order_id, n.status, n.faculty_id, n.programme_id, n.group_id, n.academic_year_id,
                n.course, n.semester, n.education_form, n.language, n.payment_form, n.valid_from)
               IS NOT DISTINCT FROM
               (o.student_id, o.order_id, o.status, o.faculty_id, o.programme_id, o.group_id, o.academic_year_id,
                o.course, o.semester, o.education_form, o.language, o.payment_form, o.valid_from))
       <> (SELECT count(*) FROM ended) THEN
        RAISE EXCEPTION 'B8: a placement changes only by an executed order.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF EXISTS (SELECT 1 FROM ended n
                 LEFT JOIN movement_order o ON o.id = n.closed_by_id
                 LEFT JOIN movement_orderline l ON l.order_id = n.closed_by_id AND l.student_id = n.student_id AND l.closes_id = n.id
                WHERE o.state IS DISTINCT FROM 'signed' OR n.valid_to IS DISTINCT FROM o.effective_date OR l.id IS NULL) THEN
        RAISE EXCEPTION 'B8: a placement is closed only by a signed order that names the student.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    -- Whom the order places anew keeps the old one until the new one comes, in the same transaction.
    UPDATE students_student s SET current_id = NULL
      FROM ended n JOIN movement_orderline l ON l.order_id = n.closed_by_id AND l.student_id = n.student_id
     WHERE s.id = n.student_id AND s.current_id = n.id AND l.status = '';
    UPDATE movement_order SET version = version WHERE id IN (SELECT closed_by_id FROM ended);
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION hemis_order_is_carried_out() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- As sets: a join would look through all placements of the order for each of its lines.
    IF EXISTS (
        SELECT l.student_id FROM movement_orderline l WHERE l.order_id = NEW.id AND l.status <> ''
        EXCEPT SELECT p.student_id FROM students_placement p WHERE p.order_id = NEW.id
    ) OR EXISTS (
        SELECT 1 FROM movement_orderline l JOIN students_placement p ON p.id = l.closes_id
         WHERE l.order_id = NEW.id AND p.closed_by_id IS DISTINCT FROM NEW.id
    ) THEN
        RAISE EXCEPTION 'B8: the order is not carried out for everybody on its list.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF EXISTS (SELECT 1 FROM movement_order WHERE id = NEW.cancels_id AND state <> 'cancelled') THEN
        RAISE EXCEPTION 'B8: the order that this one cancels still stands.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
