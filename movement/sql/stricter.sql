-- What the first guards still let through: closing a placement that the list does not name,
-- a student whose order is never executed, half a cancellation, an empty list.

CREATE OR REPLACE FUNCTION hemis_placement_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    the_order movement_order%ROWTYPE;
    last students_placement%ROWTYPE;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'B8: the history of placements is never deleted.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF TG_OP = 'UPDATE' THEN
        IF OLD.valid_to IS NOT NULL
           OR to_jsonb(NEW) - ARRAY['valid_to', 'closed_by_id'] IS DISTINCT FROM to_jsonb(OLD) - ARRAY['valid_to', 'closed_by_id'] THEN
            RAISE EXCEPTION 'B8: a placement changes only by an executed order.' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        SELECT * INTO the_order FROM movement_order WHERE id = NEW.closed_by_id;
        IF the_order.state IS DISTINCT FROM 'signed' OR NEW.valid_to IS DISTINCT FROM the_order.effective_date
           OR NOT EXISTS (SELECT 1 FROM movement_orderline
                           WHERE order_id = the_order.id AND student_id = NEW.student_id AND closes_id = NEW.id) THEN
            RAISE EXCEPTION 'B8: a placement is closed only by a signed order that names the student.' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END IF;

    SELECT * INTO the_order FROM movement_order WHERE id = NEW.order_id;
    IF the_order.state IS DISTINCT FROM 'signed' THEN
        RAISE EXCEPTION 'B8: a placement needs a signed order that is being executed.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NOT EXISTS (
        SELECT 1 FROM movement_orderline l
         WHERE l.order_id = NEW.order_id AND l.student_id = NEW.student_id AND l.status = NEW.status
           AND (l.faculty_id, l.programme_id, l.group_id, l.academic_year_id, l.course, l.semester,
                l.education_form, l.language, l.payment_form)
               IS NOT DISTINCT FROM
               (NEW.faculty_id, NEW.programme_id, NEW.group_id, NEW.academic_year_id, NEW.course, NEW.semester,
                NEW.education_form, NEW.language, NEW.payment_form)
    ) THEN
        RAISE EXCEPTION 'B8: the order does not say this about the student.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    -- One placement per order, so that carrying an order out twice is refused here too.
    IF EXISTS (SELECT 1 FROM students_placement WHERE order_id = NEW.order_id AND student_id = NEW.student_id) THEN
        RAISE EXCEPTION 'B8: the order has placed this student already.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.valid_from IS DISTINCT FROM the_order.effective_date OR NEW.valid_to IS NOT NULL OR NEW.closed_by_id IS NOT NULL THEN
        RAISE EXCEPTION 'B8: a placement begins on the day the order comes into force.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    SELECT * INTO last FROM students_placement WHERE student_id = NEW.student_id ORDER BY valid_from DESC, id DESC LIMIT 1;
    IF FOUND AND last.valid_to IS DISTINCT FROM NEW.valid_from
       AND (last.valid_to IS NULL OR last.valid_to > NEW.valid_from
            OR NOT EXISTS (SELECT 1 FROM movement_order o WHERE o.id = last.closed_by_id AND o.cancels_id IS NOT NULL)) THEN
        RAISE EXCEPTION 'B8: placements of a student follow one another without a gap.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION hemis_student_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'B8: a student is never deleted.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.current_id IS NOT NULL OR NOT EXISTS (
            SELECT 1 FROM movement_orderline l
              JOIN movement_order o ON o.id = l.order_id
              JOIN students_candidate c ON c.id = l.candidate_id
             WHERE c.id = NEW.candidate_id AND c.person_id = NEW.person_id AND c.entry_year = NEW.entry_year
               AND o.state = 'signed' AND o.cancels_id IS NULL
        ) THEN
            RAISE EXCEPTION 'B8: a student comes into being only by a signed admission order.' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF (NEW.number, NEW.person_id, NEW.entry_year, NEW.candidate_id)
       IS DISTINCT FROM (OLD.number, OLD.person_id, OLD.entry_year, OLD.candidate_id) THEN
        RAISE EXCEPTION 'B8: number, person and admission of a student never change.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.current_id IS DISTINCT FROM OLD.current_id AND pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION 'B8: the current placement follows from executed orders only.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

-- When the transaction ends, a new student has a placement by an executed order.
CREATE FUNCTION hemis_student_needs_execution() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM students_placement p JOIN movement_order o ON o.id = p.order_id
                    WHERE p.student_id = NEW.id AND o.state IN ('executed', 'cancelled')) THEN
        RAISE EXCEPTION 'B8: the order is not executed, so no student may come of it.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER student_needs_execution AFTER INSERT ON students_student
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION hemis_student_needs_execution();

CREATE OR REPLACE FUNCTION hemis_order_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free text[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'draft' THEN
            RAISE EXCEPTION 'B8: an order begins as a draft.' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF TG_OP = 'DELETE' THEN
        IF OLD.state <> 'draft' THEN
            RAISE EXCEPTION 'B8: only a draft may be deleted.' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN OLD;
    END IF;
    IF NEW.state = OLD.state THEN
        free := CASE OLD.state
            WHEN 'draft' THEN ARRAY['title', 'basis', 'effective_date', 'remark', 'version']
            ELSE ARRAY['version'] END;
    ELSE
        free := CASE OLD.state || '>' || NEW.state
            WHEN 'draft>submitted' THEN ARRAY['state', 'remark', 'version']
            WHEN 'submitted>draft' THEN ARRAY['state', 'remark', 'version']
            WHEN 'submitted>signed' THEN ARRAY['state', 'remark', 'number', 'date', 'signed_by_id', 'signed_at', 'document_id', 'version']
            WHEN 'signed>executed' THEN ARRAY['state', 'executed_by_id', 'executed_at', 'version']
            WHEN 'executed>cancelled' THEN ARRAY['state', 'version']
        END;
        IF free IS NULL THEN
            RAISE EXCEPTION 'B8: an order does not go from % to %.', OLD.state, NEW.state USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        IF NEW.state = 'submitted' AND NOT EXISTS (SELECT 1 FROM movement_orderline WHERE order_id = NEW.id) THEN
            RAISE EXCEPTION 'B8: the list of the order is empty.' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        IF NEW.state = 'cancelled' AND NOT EXISTS (
            SELECT 1 FROM movement_order WHERE cancels_id = OLD.id AND state IN ('signed', 'executed')) THEN
            RAISE EXCEPTION 'B8: an executed order is undone only by a signed cancelling order.' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    END IF;
    IF to_jsonb(NEW) - free IS DISTINCT FROM to_jsonb(OLD) - free THEN
        RAISE EXCEPTION 'B8: an order in state % is frozen.', OLD.state USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION hemis_order_is_carried_out() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM movement_orderline l
          LEFT JOIN students_placement p ON p.order_id = l.order_id AND p.student_id = l.student_id
         WHERE l.order_id = NEW.id AND l.status <> '' AND p.id IS NULL
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

-- A cancelled order is undone wholly: the cancelling order is executed and has ended all that came of it.
CREATE FUNCTION hemis_order_is_undone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM movement_order WHERE cancels_id = NEW.id AND state = 'executed')
       OR EXISTS (SELECT 1 FROM students_placement p
                    LEFT JOIN movement_order o ON o.id = p.closed_by_id
                   WHERE p.order_id = NEW.id AND o.cancels_id IS DISTINCT FROM NEW.id) THEN
        RAISE EXCEPTION 'B8: the cancelling order has not undone everything.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER order_is_undone AFTER UPDATE ON movement_order
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.state = 'cancelled' AND OLD.state = 'executed') EXECUTE FUNCTION hemis_order_is_undone();

CREATE OR REPLACE FUNCTION hemis_order_line_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    the_state text;
BEGIN
    SELECT state INTO the_state FROM movement_order
     WHERE id = CASE TG_OP WHEN 'DELETE' THEN OLD.order_id ELSE NEW.order_id END;
    IF the_state = 'draft' AND (TG_OP <> 'UPDATE' OR NEW.order_id = OLD.order_id) THEN
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'UPDATE' AND the_state = 'signed' AND OLD.student_id IS NULL
       AND to_jsonb(NEW) - 'student_id'::text = to_jsonb(OLD) - 'student_id'::text
       AND EXISTS (SELECT 1 FROM students_student s
                    WHERE s.id = NEW.student_id AND s.candidate_id = OLD.candidate_id) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'B8: the list of an order is frozen once it is submitted.' USING ERRCODE = 'integrity_constraint_violation';
END $$;
