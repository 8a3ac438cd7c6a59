-- A change of a contract comes of an order that is carried out, or of a relearning that is admitted.

CREATE OR REPLACE FUNCTION hemis_contract_change_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free text[];
    the_contract finance_contract;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'B5: a change of a contract is cancelled, never deleted.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    SELECT * INTO the_contract FROM finance_contract WHERE id = NEW.contract_id;
    IF TG_OP = 'INSERT' THEN
        IF NEW.kind = 'relearning' THEN
            IF NEW.state <> 'proposed' OR NOT EXISTS (
                SELECT 1 FROM curriculum_relearning r JOIN curriculum_relearningwindow w ON w.id = r.window_id
                 WHERE r.id = NEW.relearning_id AND r.state = 'admitted' AND r.student_id = the_contract.student_id
                   AND w.academic_year_id = the_contract.academic_year_id) THEN
                RAISE EXCEPTION 'B5: the fee of relearning is proposed by the relearning that is admitted.' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NEW;
        END IF;
        IF NEW.state <> 'proposed' OR NOT EXISTS (
            SELECT 1 FROM movement_order o JOIN movement_orderline l ON l.order_id = o.id
             WHERE o.id = NEW.order_id AND o.state = 'signed' AND l.student_id = the_contract.student_id) THEN
            RAISE EXCEPTION 'B5: a change of a contract is proposed by the order that is carried out.' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END IF;
    free := CASE OLD.state || '>' || NEW.state
        WHEN 'proposed>proposed' THEN ARRAY['before', 'amount', 'steps', 'version']
        WHEN 'proposed>formed' THEN ARRAY['state', 'date', 'document_id', 'formed_by_id', 'version']
        WHEN 'formed>signed' THEN ARRAY['state', 'signed_on', 'scan', 'version']
        WHEN 'signed>signed' THEN CASE OLD.scan WHEN '' THEN ARRAY['scan', 'version'] ELSE ARRAY['version'] END
        WHEN 'formed>formed' THEN ARRAY['version']
        WHEN 'proposed>cancelled' THEN ARRAY['state', 'cancel_reason', 'version']
        WHEN 'formed>cancelled' THEN ARRAY['state', 'cancel_reason', 'version']
        WHEN 'signed>cancelled' THEN ARRAY['state', 'cancel_reason', 'version']
    END;
    IF free IS NULL OR to_jsonb(NEW) - free IS DISTINCT FROM to_jsonb(OLD) - free THEN
        RAISE EXCEPTION 'B5: a change of a contract that is in force is frozen.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.state = 'proposed' AND NEW.state = 'formed' THEN
        IF the_contract.state NOT IN ('formed', 'signed') THEN
            RAISE EXCEPTION 'B5: only a contract that is formed is changed.' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        IF NEW.before <> the_contract.current_amount OR EXISTS (
            SELECT 1 FROM finance_contractchange c WHERE c.contract_id = NEW.contract_id AND c.position > NEW.position
                AND c.state IN ('formed', 'signed')) THEN
            RAISE EXCEPTION 'B5: a change is reckoned from the sum that is in force.' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    END IF;
    RETURN NEW;
END $$;
