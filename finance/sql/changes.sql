-- Changes of contracts: proposed by the order that is carried out, put into force once, never rewritten.

CREATE FUNCTION hemis_contract_change_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free text[];
    the_contract finance_contract;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'B5: a change of a contract is cancelled, never deleted.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    SELECT * INTO the_contract FROM finance_contract WHERE id = NEW.contract_id;
    IF TG_OP = 'INSERT' THEN
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
CREATE TRIGGER contract_change_guard BEFORE INSERT OR UPDATE OR DELETE ON finance_contractchange
    FOR EACH ROW EXECUTE FUNCTION hemis_contract_change_guard();

CREATE FUNCTION hemis_contract_change_counts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE finance_contract SET current_amount = hemis_contract_sum(id, amount)
     WHERE id = NEW.contract_id AND current_amount <> hemis_contract_sum(id, amount);
    RETURN NULL;
END $$;
CREATE TRIGGER contract_change_counts AFTER UPDATE OF state ON finance_contractchange
    FOR EACH ROW EXECUTE FUNCTION hemis_contract_change_counts();

CREATE FUNCTION hemis_change_instalment_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' OR NOT EXISTS (SELECT 1 FROM finance_contractchange WHERE id = NEW.change_id AND state = 'proposed') THEN
        RAISE EXCEPTION 'B5: instalments come with the change and are frozen.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER change_instalment_guard BEFORE INSERT OR UPDATE OR DELETE ON finance_changeinstalment
    FOR EACH ROW EXECUTE FUNCTION hemis_change_instalment_guard();

-- When the transaction ends, the instalments after a change in force make up its sum, to the tiyin;
-- a change that is only proposed has none.
CREATE FUNCTION hemis_change_makes_up() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    the_change bigint := CASE TG_TABLE_NAME WHEN 'finance_contractchange' THEN (to_jsonb(NEW) ->> 'id')::bigint
                                            ELSE (to_jsonb(NEW) ->> 'change_id')::bigint END;
    total numeric;
    wanted numeric;
    stands text;
BEGIN
    SELECT coalesce(sum(amount), 0) INTO total FROM finance_changeinstalment WHERE change_id = the_change;
    SELECT amount, state INTO wanted, stands FROM finance_contractchange WHERE id = the_change;
    IF stands IN ('formed', 'signed') AND total IS DISTINCT FROM wanted OR stands = 'proposed' AND total > 0 THEN
        RAISE EXCEPTION 'B5: the instalments after the change make % of %.', total, wanted USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER change_is_made_up AFTER UPDATE OF state ON finance_contractchange
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION hemis_change_makes_up();
CREATE CONSTRAINT TRIGGER change_instalments_make_up AFTER INSERT ON finance_changeinstalment
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION hemis_change_makes_up();

-- What is due by when, as it holds now.
CREATE VIEW finance_plan AS
WITH latest AS (
    SELECT DISTINCT ON (contract_id) id, contract_id, amount FROM finance_contractchange
     WHERE state IN ('formed', 'signed') ORDER BY contract_id, position DESC)
SELECT 'c' || i.id AS id, i.contract_id, i.position, i.due_date, i.amount, i.share
  FROM finance_contractinstalment i WHERE NOT EXISTS (SELECT FROM latest l WHERE l.contract_id = i.contract_id)
UNION ALL
SELECT 'k' || i.id, l.contract_id, i.position, i.due_date, i.amount,
       round(100 * sum(i.amount) OVER (PARTITION BY i.change_id ORDER BY i.position) / l.amount, 2)
  FROM latest l JOIN finance_changeinstalment i ON i.change_id = l.id;
