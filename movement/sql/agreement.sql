-- Orders are agreed before they are signed, closed after all that follows; the guards of placements
-- look at whole statements, so that a course of thousands is moved by one INSERT … SELECT.

-- draft → submitted → agreed → signed → executed → closed; executed and closed → cancelled; back to draft with remarks.
CREATE OR REPLACE FUNCTION hemis_order_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free text[];
    the_key text;
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'draft' OR NEW.round <> 0 THEN
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
            WHEN 'draft' THEN ARRAY['title', 'basis', 'effective_date', 'remark', 'answers', 'version']
            WHEN 'signed' THEN ARRAY['problem', 'version']
            ELSE ARRAY['version'] END;
    ELSE
        free := CASE OLD.state || '>' || NEW.state
            WHEN 'draft>submitted' THEN ARRAY['state', 'remark', 'round', 'version']
            WHEN 'submitted>draft' THEN ARRAY['state', 'remark', 'version']
            WHEN 'submitted>agreed' THEN ARRAY['state', 'remark', 'version']
            WHEN 'agreed>draft' THEN ARRAY['state', 'remark', 'version']
            WHEN 'agreed>signed' THEN ARRAY['state', 'remark', 'number', 'date', 'signed_by_id', 'signed_at', 'document_id', 'version']
            WHEN 'signed>executed' THEN ARRAY['state', 'executed_by_id', 'executed_at', 'problem', 'version']
            WHEN 'executed>closed' THEN ARRAY['state', 'closed_by_id', 'closed_at', 'version']
            WHEN 'executed>cancelled' THEN ARRAY['state', 'version']
            WHEN 'closed>cancelled' THEN ARRAY['state', 'version']
        END;
        IF free IS NULL THEN
            RAISE EXCEPTION 'B8: an order does not go from % to %.', OLD.state, NEW.state USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        IF NEW.state = 'submitted' THEN
            IF NEW.round <> OLD.round + 1 THEN
                RAISE EXCEPTION 'B8: every submission is agreed anew.' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            IF NOT EXISTS (SELECT 1 FROM movement_orderline WHERE order_id = NEW.id) THEN
                RAISE EXCEPTION 'B8: the list of the order is empty.' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            the_key := NEW.kind || CASE WHEN NEW.variant = '' THEN '' ELSE ':' || NEW.variant END;
            IF EXISTS (SELECT 1 FROM movement_agreementstep s
                        WHERE s.is_active AND s.order_kind = the_key AND NOT EXISTS (
                            SELECT 1 FROM movement_orderagreement a
                             WHERE a.order_id = NEW.id AND a.round = NEW.round AND a.role = s.role)) THEN
                RAISE EXCEPTION 'B8: a configured agreement is left out.' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
        END IF;
        IF NEW.state = 'agreed' AND EXISTS (
            SELECT 1 FROM movement_orderagreement a
             WHERE a.order_id = NEW.id AND a.round = NEW.round AND a.state <> 'agreed') THEN
            RAISE EXCEPTION 'B8: not everybody has agreed to the order.' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        IF NEW.state = 'cancelled' AND NOT EXISTS (
            SELECT 1 FROM movement_order WHERE cancels_id = OLD.id AND state IN ('signed', 'executed', 'closed')) THEN
            RAISE EXCEPTION 'B8: an executed order is undone only by a signed cancelling order.' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    END IF;
    IF to_jsonb(NEW) - free IS DISTINCT FROM to_jsonb(OLD) - free THEN
        RAISE EXCEPTION 'B8: an order in state % is frozen.', OLD.state USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

-- An agreement is asked for while the order is a draft and given while it is submitted, by somebody who has the role.
CREATE FUNCTION hemis_agreement_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    the_order movement_order%ROWTYPE;
BEGIN
    SELECT * INTO the_order FROM movement_order
     WHERE id = CASE TG_OP WHEN 'DELETE' THEN OLD.order_id ELSE NEW.order_id END;
    IF TG_OP = 'DELETE' THEN
        IF FOUND AND the_order.state <> 'draft' THEN
            RAISE EXCEPTION 'B8: an agreement is never taken away.' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN OLD;
    END IF;
    IF NEW.state <> 'waiting' AND NOT EXISTS (
        SELECT 1 FROM access_roleassignment
         WHERE user_id = NEW.decided_by_id AND role = NEW.role
           AND valid_from <= (now() AT TIME ZONE 'Asia/Tashkent')::date
           AND (valid_to IS NULL OR valid_to >= (now() AT TIME ZONE 'Asia/Tashkent')::date)) THEN
        RAISE EXCEPTION 'B8: only somebody of the role agrees.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF the_order.state <> 'draft' OR NEW.round <> the_order.round + 1 OR NEW.state = 'returned'
           OR NEW.state = 'agreed' AND NEW.decided_by_id <> the_order.created_by_id THEN
            RAISE EXCEPTION 'B8: an agreement is asked for before the order is submitted.' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF the_order.state <> 'submitted' OR NEW.round <> the_order.round OR OLD.state <> 'waiting'
       OR to_jsonb(NEW) - ARRAY['state', 'decided_by_id', 'decided_at', 'remark']
          IS DISTINCT FROM to_jsonb(OLD) - ARRAY['state', 'decided_by_id', 'decided_at', 'remark'] THEN
        RAISE EXCEPTION 'B8: an agreement is given once, while the order is submitted.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF EXISTS (SELECT 1 FROM movement_orderagreement a
                WHERE a.order_id = NEW.order_id AND a.round = NEW.round AND a.position < NEW.position AND a.state <> 'agreed') THEN
        RAISE EXCEPTION 'B8: others agree before.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER agreement_guard BEFORE INSERT OR UPDATE OR DELETE ON movement_orderagreement
    FOR EACH ROW EXECUTE FUNCTION hemis_agreement_guard();

-- Figures, written reasons, basis documents and people set aside are part of what is agreed to and signed.
CREATE FUNCTION hemis_order_part_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    row_now jsonb := CASE TG_OP WHEN 'DELETE' THEN to_jsonb(OLD) ELSE to_jsonb(NEW) END;
    the_state text;
BEGIN
    IF row_now ? 'order_id' THEN
        SELECT state INTO the_state FROM movement_order WHERE id = (row_now ->> 'order_id')::bigint;
    ELSE
        SELECT o.state INTO the_state FROM movement_orderline l JOIN movement_order o ON o.id = l.order_id
         WHERE l.id = (row_now ->> 'line_id')::bigint;
    END IF;
    IF the_state IS DISTINCT FROM 'draft' AND (TG_OP <> 'DELETE' OR the_state IS NOT NULL) THEN
        RAISE EXCEPTION 'B8: what an order rests on is frozen once it is submitted.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER order_part_guard BEFORE INSERT OR UPDATE OR DELETE ON movement_linefact
    FOR EACH ROW EXECUTE FUNCTION hemis_order_part_guard();
CREATE TRIGGER order_part_guard BEFORE INSERT OR UPDATE OR DELETE ON movement_override
    FOR EACH ROW EXECUTE FUNCTION hemis_order_part_guard();
CREATE TRIGGER order_part_guard BEFORE INSERT OR UPDATE OR DELETE ON movement_orderfile
    FOR EACH ROW EXECUTE FUNCTION hemis_order_part_guard();
CREATE TRIGGER order_part_guard BEFORE INSERT OR UPDATE OR DELETE ON movement_setaside
    FOR EACH ROW EXECUTE FUNCTION hemis_order_part_guard();

-- The guards of placements, for a whole statement at once.
DROP TRIGGER placement_guard ON students_placement;
DROP TRIGGER placement_current ON students_placement;
DROP TRIGGER placement_needs_execution ON students_placement;

CREATE FUNCTION hemis_placement_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'B8: the history of placements is never deleted.' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER placement_kept BEFORE DELETE ON students_placement
    FOR EACH ROW EXECUTE FUNCTION hemis_placement_kept();

CREATE FUNCTION hemis_placements_opened() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM opened n LEFT JOIN movement_order o ON o.id = n.order_id
                WHERE o.state IS DISTINCT FROM 'signed') THEN
        RAISE EXCEPTION 'B8: a placement needs a signed order that is being executed.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF EXISTS (
        SELECT 1 FROM opened n
          LEFT JOIN movement_orderline l
            ON l.order_id = n.order_id AND l.student_id = n.student_id AND l.status = n.status
           AND (l.faculty_id, l.programme_id, l.group_id, l.academic_year_id, l.course, l.semester,
                l.education_form, l.language, l.payment_form)
               IS NOT DISTINCT FROM
               (n.faculty_id, n.programme_id, n.group_id, n.academic_year_id, n.course, n.semester,
                n.education_form, n.language, n.payment_form)
         WHERE l.id IS NULL) THEN
        RAISE EXCEPTION 'B8: the order does not say this about the student.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    -- One placement per order, so that carrying an order out twice is refused here too.
    IF EXISTS (SELECT 1 FROM opened n JOIN students_placement p
                ON p.student_id = n.student_id AND p.order_id = n.order_id AND p.id <> n.id) THEN
        RAISE EXCEPTION 'B8: the order has placed this student already.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF EXISTS (SELECT 1 FROM opened n JOIN movement_order o ON o.id = n.order_id
                WHERE n.valid_from IS DISTINCT FROM o.effective_date
                   OR n.valid_to IS NOT NULL OR n.closed_by_id IS NOT NULL) THEN
        RAISE EXCEPTION 'B8: a placement begins on the day the order comes into force.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF EXISTS (
        SELECT 1 FROM opened n
          JOIN LATERAL (SELECT p.valid_to, p.closed_by_id FROM students_placement p
                         WHERE p.student_id = n.student_id AND p.id <> n.id
                         ORDER BY p.valid_from DESC, p.id DESC LIMIT 1) last ON true
         WHERE last.valid_to IS DISTINCT FROM n.valid_from
           AND (last.valid_to IS NULL OR last.valid_to > n.valid_from
                OR NOT EXISTS (SELECT 1 FROM movement_order o WHERE o.id = last.closed_by_id AND o.cancels_id IS NOT NULL))) THEN
        RAISE EXCEPTION 'B8: placements of a student follow one another without a gap.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    UPDATE students_student s SET current_id = n.id FROM opened n WHERE s.id = n.student_id;
    -- Touches the orders, whose own deferred trigger asks at the end whether they are executed.
    UPDATE movement_order SET version = version WHERE id IN (SELECT order_id FROM opened);
    RETURN NULL;
END $$;
CREATE TRIGGER placements_opened AFTER INSERT ON students_placement REFERENCING NEW TABLE AS opened
    FOR EACH STATEMENT EXECUTE FUNCTION hemis_placements_opened();

CREATE FUNCTION hemis_placements_ended() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM ended n LEFT JOIN before o ON o.id = n.id
                WHERE o.id IS NULL OR o.valid_to IS NOT NULL
                   OR to_jsonb(n) - ARRAY['valid_to', 'closed_by_id'] IS DISTINCT FROM to_jsonb(o) - ARRAY['valid_to', 'closed_by_id']) THEN
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
CREATE TRIGGER placements_ended AFTER UPDATE ON students_placement REFERENCING OLD TABLE AS before NEW TABLE AS ended
    FOR EACH STATEMENT EXECUTE FUNCTION hemis_placements_ended();

-- When the transaction ends, the orders behind its placements are executed.
CREATE FUNCTION hemis_order_behind_placements() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM movement_order WHERE id = NEW.id AND state NOT IN ('executed', 'closed', 'cancelled'))
       AND (EXISTS (SELECT 1 FROM students_placement WHERE order_id = NEW.id)
            OR EXISTS (SELECT 1 FROM students_placement WHERE closed_by_id = NEW.id)) THEN
        RAISE EXCEPTION 'B8: the order is not executed, so no placement may come of it.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER order_behind_placements AFTER UPDATE ON movement_order
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION hemis_order_behind_placements();

CREATE OR REPLACE FUNCTION hemis_student_needs_execution() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM students_placement p JOIN movement_order o ON o.id = p.order_id
                    WHERE p.student_id = NEW.id AND o.state IN ('executed', 'closed', 'cancelled')) THEN
        RAISE EXCEPTION 'B8: the order is not executed, so no student may come of it.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;

-- A cancelled order is undone wholly: the cancelling order is executed and has ended all that came of it.
CREATE OR REPLACE FUNCTION hemis_order_is_undone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM movement_order WHERE cancels_id = NEW.id AND state IN ('executed', 'closed'))
       OR EXISTS (SELECT 1 FROM students_placement p
                    LEFT JOIN movement_order o ON o.id = p.closed_by_id
                   WHERE p.order_id = NEW.id AND o.cancels_id IS DISTINCT FROM NEW.id) THEN
        RAISE EXCEPTION 'B8: the cancelling order has not undone everything.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
DROP TRIGGER order_is_undone ON movement_order;
CREATE CONSTRAINT TRIGGER order_is_undone AFTER UPDATE ON movement_order
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.state = 'cancelled' AND OLD.state <> 'cancelled') EXECUTE FUNCTION hemis_order_is_undone();
