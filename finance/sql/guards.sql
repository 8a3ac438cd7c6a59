-- Order clause B5, design laws 1 and 5: a contract's number, price and facts are
-- frozen; its instalments add up to its sum; only its state moves on.

CREATE FUNCTION hemis_contract_guard() RETURNS trigger LANGUAGE plpgsql AS $$
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
        RETURN NEW;
    END IF;
    free := CASE OLD.state || '>' || NEW.state
        WHEN 'draft>formed' THEN ARRAY['state', 'document_id', 'version']
        WHEN 'formed>signed' THEN ARRAY['state', 'signed_on', 'version']
        WHEN 'draft>cancelled' THEN ARRAY['state', 'cancelled_at', 'cancelled_by_id', 'cancel_reason', 'version']
        WHEN 'formed>cancelled' THEN ARRAY['state', 'cancelled_at', 'cancelled_by_id', 'cancel_reason', 'version']
        WHEN 'signed>cancelled' THEN ARRAY['state', 'cancelled_at', 'cancelled_by_id', 'cancel_reason', 'version']
    END;
    IF free IS NULL AND OLD.state <> NEW.state THEN
        RAISE EXCEPTION 'B5: a contract does not go from % to %.', OLD.state, NEW.state USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    free := coalesce(free, ARRAY['version']);
    IF to_jsonb(NEW) - free IS DISTINCT FROM to_jsonb(OLD) - free THEN
        RAISE EXCEPTION 'B5: number, price and facts of a contract are frozen.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER contract_guard BEFORE INSERT OR UPDATE OR DELETE ON finance_contract
    FOR EACH ROW EXECUTE FUNCTION hemis_contract_guard();

-- Instalments come with the contract, in the same transaction, and never change.
CREATE FUNCTION hemis_instalment_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        RAISE EXCEPTION 'B5: instalments of a contract are frozen.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NOT EXISTS (SELECT 1 FROM finance_contract WHERE id = NEW.contract_id AND state = 'draft') THEN
        RAISE EXCEPTION 'B5: instalments come with the contract.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER instalment_guard BEFORE INSERT OR UPDATE OR DELETE ON finance_contractinstalment
    FOR EACH ROW EXECUTE FUNCTION hemis_instalment_guard();

-- When the transaction ends, the instalments make up the sum, to the tiyin.
CREATE FUNCTION hemis_instalments_make_up() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    the_contract bigint := CASE TG_TABLE_NAME WHEN 'finance_contract' THEN (to_jsonb(NEW) ->> 'id')::bigint
                                              ELSE (to_jsonb(NEW) ->> 'contract_id')::bigint END;
    total numeric;
    wanted numeric;
BEGIN
    SELECT coalesce(sum(amount), 0) INTO total FROM finance_contractinstalment WHERE contract_id = the_contract;
    SELECT amount INTO wanted FROM finance_contract WHERE id = the_contract;
    IF total IS DISTINCT FROM wanted THEN
        RAISE EXCEPTION 'B5: the instalments make % of %.', total, wanted USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER contract_is_made_up AFTER INSERT ON finance_contract
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION hemis_instalments_make_up();
CREATE CONSTRAINT TRIGGER instalments_make_up AFTER INSERT ON finance_contractinstalment
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION hemis_instalments_make_up();
