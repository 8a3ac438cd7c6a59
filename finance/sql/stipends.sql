-- A stipend is appointed by an order of kind 18 while it is carried out; it ends early by an order only.

CREATE FUNCTION hemis_stipend_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free text[] := ARRAY['ended_on', 'ended_by_id', 'version'];
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.ended_on IS NOT NULL OR NOT EXISTS (
            SELECT 1 FROM movement_order o JOIN movement_orderline l ON l.order_id = o.id
             WHERE o.id = NEW.order_id AND o.kind = '18' AND o.state = 'signed' AND l.student_id = NEW.student_id) THEN
            RAISE EXCEPTION '7.1: a stipend is appointed by an order only.' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF TG_OP = 'DELETE' OR to_jsonb(NEW) - free IS DISTINCT FROM to_jsonb(OLD) - free THEN
        RAISE EXCEPTION '7.1: an appointed stipend does not change.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF (NEW.ended_on, NEW.ended_by_id) IS DISTINCT FROM (OLD.ended_on, OLD.ended_by_id) AND NOT EXISTS (
        SELECT 1 FROM movement_order o JOIN movement_orderline l ON l.order_id = o.id
         WHERE o.state = 'signed' AND l.student_id = NEW.student_id
           AND (NEW.ended_by_id = o.id AND OLD.ended_by_id IS NULL
                OR NEW.ended_by_id IS NULL AND OLD.ended_by_id = o.cancels_id)) THEN
        RAISE EXCEPTION '7.1: a stipend ends by an order only.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER stipend_guard BEFORE INSERT OR UPDATE OR DELETE ON finance_stipendappointment
    FOR EACH ROW EXECUTE FUNCTION hemis_stipend_guard();

-- An approved list is frozen with its lines; its sum is that of its lines.
CREATE FUNCTION hemis_stipend_list_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'draft' THEN
            RAISE EXCEPTION '7.1: a stipend list begins as a draft.' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.state = 'approved' THEN
        RAISE EXCEPTION '7.1: an approved stipend list is frozen.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    IF NEW.state = 'approved' AND NEW.total <> (SELECT coalesce(sum(amount), 0) FROM finance_stipendline WHERE sheet_id = NEW.id) THEN
        RAISE EXCEPTION '7.1: the sum of a stipend list is that of its lines.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER stipend_list_guard BEFORE INSERT OR UPDATE OR DELETE ON finance_stipendlist
    FOR EACH ROW EXECUTE FUNCTION hemis_stipend_list_guard();

CREATE FUNCTION hemis_stipend_line_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    the_list bigint := CASE TG_OP WHEN 'DELETE' THEN OLD.sheet_id ELSE NEW.sheet_id END;
BEGIN
    IF EXISTS (SELECT 1 FROM finance_stipendlist WHERE id = the_list AND state = 'approved')
       OR TG_OP = 'UPDATE' AND NEW.sheet_id <> OLD.sheet_id THEN
        RAISE EXCEPTION '7.1: an approved stipend list is frozen.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    IF NOT EXISTS (SELECT 1 FROM finance_stipendlist l JOIN finance_stipendappointment a ON a.id = NEW.appointment_id
                    WHERE l.id = NEW.sheet_id AND (l.month, l.faculty_id) = (NEW.month, NEW.faculty_id)
                      AND (a.student_id, a.rate) = (NEW.student_id, NEW.rate)) THEN
        RAISE EXCEPTION '7.1: a line pays the stipend that the order appointed, in the month of its list.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER stipend_line_guard BEFORE INSERT OR UPDATE OR DELETE ON finance_stipendline
    FOR EACH ROW EXECUTE FUNCTION hemis_stipend_line_guard();
