-- Reg. 2431, point 32: the customer of a contract may be replaced, by an extra agreement only; it is formed once,
-- signed or cancelled, and the contract names the sides that the latest one in force says.

CREATE FUNCTION hemis_sides(one finance_contract) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT jsonb_build_object('parties', one.parties, 'payer_name', one.payer_name, 'payer_tin', one.payer_tin,
                              'payer_address', one.payer_address, 'payer_bank', one.payer_bank);
$$;

-- Those of the latest agreement in force, else those before the first.
CREATE FUNCTION hemis_sides_in_force(the_contract bigint) RETURNS jsonb LANGUAGE sql VOLATILE AS $$
    SELECT coalesce(
        (SELECT jsonb_build_object('parties', parties, 'payer_name', payer_name, 'payer_tin', payer_tin,
                                   'payer_address', payer_address, 'payer_bank', payer_bank)
           FROM finance_payerchange WHERE contract_id = the_contract AND state IN ('formed', 'signed')
          ORDER BY position DESC LIMIT 1),
        (SELECT before FROM finance_payerchange WHERE contract_id = the_contract ORDER BY position LIMIT 1));
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
    IF hemis_sides(NEW) <> hemis_sides(OLD) AND NEW.state = OLD.state AND hemis_sides(NEW) = hemis_sides_in_force(NEW.id) THEN
        free := free || ARRAY['parties', 'payer_name', 'payer_tin', 'payer_address', 'payer_bank'];
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

CREATE FUNCTION hemis_payer_change_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free text[];
    the_contract finance_contract;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION '7.1: a change of the payer is cancelled, never deleted.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF TG_OP = 'INSERT' THEN
        SELECT * INTO the_contract FROM finance_contract WHERE id = NEW.contract_id FOR UPDATE;
        IF NEW.state <> 'formed' OR the_contract.state NOT IN ('formed', 'signed') OR NEW.date < the_contract.date THEN
            RAISE EXCEPTION '7.1: only a contract in force gets another payer, not before its date.' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        IF NEW.before <> hemis_sides(the_contract)
           OR NEW.before = jsonb_build_object('parties', NEW.parties, 'payer_name', NEW.payer_name, 'payer_tin', NEW.payer_tin,
                                              'payer_address', NEW.payer_address, 'payer_bank', NEW.payer_bank) THEN
            RAISE EXCEPTION '7.1: a change of the payer begins with the sides in force, and changes them.' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        IF NEW.position <> (SELECT count(*) + 1 FROM finance_payerchange WHERE contract_id = NEW.contract_id) THEN
            RAISE EXCEPTION '7.1: changes of the payer follow one another.' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END IF;
    free := CASE OLD.state || '>' || NEW.state
        WHEN 'formed>formed' THEN ARRAY['version']
        WHEN 'formed>signed' THEN ARRAY['state', 'signed_on', 'scan', 'version']
        WHEN 'signed>signed' THEN CASE OLD.scan WHEN '' THEN ARRAY['scan', 'version'] ELSE ARRAY['version'] END
        WHEN 'formed>cancelled' THEN ARRAY['state', 'cancel_reason', 'version']
        WHEN 'signed>cancelled' THEN ARRAY['state', 'cancel_reason', 'version']
    END;
    IF free IS NULL OR to_jsonb(NEW) - free IS DISTINCT FROM to_jsonb(OLD) - free THEN
        RAISE EXCEPTION '7.1: a change of the payer is frozen.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.state = 'cancelled' AND EXISTS (SELECT FROM finance_payerchange WHERE contract_id = NEW.contract_id
                                              AND position > NEW.position AND state IN ('formed', 'signed')) THEN
        RAISE EXCEPTION '7.1: a later change of the payer is in force.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER payer_change_guard BEFORE INSERT OR UPDATE OR DELETE ON finance_payerchange
    FOR EACH ROW EXECUTE FUNCTION hemis_payer_change_guard();

CREATE FUNCTION hemis_payer_change_counts() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    sides jsonb := hemis_sides_in_force(NEW.contract_id);
BEGIN
    UPDATE finance_contract c SET (parties, payer_name, payer_tin, payer_address, payer_bank)
         = (sides ->> 'parties', sides ->> 'payer_name', sides ->> 'payer_tin', sides ->> 'payer_address', sides ->> 'payer_bank')
     WHERE c.id = NEW.contract_id AND hemis_sides(c) <> sides AND c.state IN ('formed', 'signed');
    RETURN NULL;
END $$;
CREATE TRIGGER payer_change_counts AFTER INSERT OR UPDATE OF state ON finance_payerchange
    FOR EACH ROW EXECUTE FUNCTION hemis_payer_change_counts();
