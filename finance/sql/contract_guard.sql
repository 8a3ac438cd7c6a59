-- The sum in force follows the changes of a contract; the signed copy comes with or after the signature.

CREATE FUNCTION hemis_contract_sum(the_contract bigint, formed numeric) RETURNS numeric LANGUAGE sql STABLE AS $$
    SELECT coalesce((SELECT amount FROM finance_contractchange WHERE contract_id = the_contract
                        AND state IN ('formed', 'signed') ORDER BY position DESC LIMIT 1), formed);
$$;

CREATE OR REPLACE FUNCTION hemis_contract_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free text[];
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'B5: a numbered contract is cancelled, never deleted.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'draft' THEN
            RAISE EXCEPTION 'B5: a contract begins without its document.' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        IF NOT EXISTS (SELECT 1 FROM students_placement p WHERE p.id = NEW.placement_id AND p.student_id = NEW.student_id
                        AND (p.faculty_id, p.programme_id, p.course, p.education_form, p.academic_year_id)
                          = (NEW.faculty_id, NEW.programme_id, NEW.course, NEW.education_form, NEW.academic_year_id)
                        AND p.payment_form = '12') THEN
            RAISE EXCEPTION 'B5: a contract repeats the fee-paying placement it is made for.' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        NEW.current_amount := NEW.amount;
        RETURN NEW;
    END IF;
    free := CASE OLD.state || '>' || NEW.state
        WHEN 'draft>formed' THEN ARRAY['state', 'document_id', 'version']
        WHEN 'formed>signed' THEN ARRAY['state', 'signed_on', 'scan', 'version']
        WHEN 'draft>cancelled' THEN ARRAY['state', 'cancelled_at', 'cancelled_by_id', 'cancel_reason', 'version']
        WHEN 'formed>cancelled' THEN ARRAY['state', 'cancelled_at', 'cancelled_by_id', 'cancel_reason', 'version']
        WHEN 'signed>cancelled' THEN ARRAY['state', 'cancelled_at', 'cancelled_by_id', 'cancel_reason', 'version']
    END;
    IF free IS NULL AND OLD.state <> NEW.state THEN
        RAISE EXCEPTION 'B5: a contract does not go from % to %.', OLD.state, NEW.state USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    free := coalesce(free, ARRAY['version']);
    IF OLD.state = 'signed' AND NEW.state = 'signed' AND OLD.scan = '' THEN
        free := free || ARRAY['scan'];
    END IF;
    IF NEW.current_amount IS DISTINCT FROM OLD.current_amount AND NEW.current_amount = hemis_contract_sum(NEW.id, NEW.amount) THEN
        free := free || ARRAY['current_amount'];
    END IF;
    IF NEW.state = OLD.state AND (NEW.ended_on, NEW.ended_by_id) IS DISTINCT FROM (OLD.ended_on, OLD.ended_by_id) THEN
        -- Only the order that is being carried out ends a contract, or lets go on what the order that it cancels ended.
        IF NOT EXISTS (SELECT 1 FROM movement_order o JOIN movement_orderline l ON l.order_id = o.id
                        WHERE o.state = 'signed' AND l.student_id = NEW.student_id
                          AND (NEW.ended_by_id = o.id AND NEW.ended_on = o.effective_date AND OLD.ended_by_id IS NULL
                               OR NEW.ended_by_id IS NULL AND NEW.ended_on IS NULL AND OLD.ended_by_id = o.cancels_id)) THEN
            RAISE EXCEPTION 'B5: the study that a contract pays for ends by an order only.' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        free := free || ARRAY['ended_on', 'ended_by_id'];
    END IF;
    IF to_jsonb(NEW) - free IS DISTINCT FROM to_jsonb(OLD) - free THEN
        RAISE EXCEPTION 'B5: number, price and facts of a contract are frozen.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

ALTER TABLE finance_contract DISABLE TRIGGER USER;
UPDATE finance_contract SET current_amount = amount;
ALTER TABLE finance_contract ENABLE TRIGGER USER;
