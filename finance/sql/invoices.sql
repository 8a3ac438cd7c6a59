-- Duty 7.1: invoices of a contract come to no more than its sum in force, whoever writes at the same time;
-- numbers of a year have no gaps; an invoice is annulled, never changed or removed.

CREATE FUNCTION hemis_invoice_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free text[] := ARRAY['state', 'annulled_at', 'annulled_by_id', 'annul_reason', 'version'];
    the_contract finance_contract;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION '7.1: an invoice is annulled, never deleted.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF TG_OP = 'UPDATE' THEN
        IF NOT (OLD.state = 'issued' AND NEW.state = 'annulled' AND to_jsonb(NEW) - free = to_jsonb(OLD) - free) THEN
            RAISE EXCEPTION '7.1: an invoice is only annulled, once.' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.state <> 'issued' THEN
        RAISE EXCEPTION '7.1: an invoice begins as issued.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    -- Locked before the invoices are counted: two people who invoice the same contract do it one after the other.
    SELECT * INTO the_contract FROM finance_contract WHERE id = NEW.contract_id FOR UPDATE;
    IF the_contract.state NOT IN ('formed', 'signed') OR NEW.date < the_contract.date THEN
        RAISE EXCEPTION '7.1: only a contract in force is invoiced, not before its date.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF hemis_invoiced(NEW.contract_id) + NEW.amount > the_contract.current_amount THEN
        RAISE EXCEPTION '7.1: invoices come to more than the sum of the contract.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.position <> (SELECT coalesce(max(position), 0) + 1 FROM finance_invoice WHERE year = NEW.year) THEN
        RAISE EXCEPTION '7.1: numbers of invoices have no gaps.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION hemis_invoiced(the_contract bigint) RETURNS numeric LANGUAGE sql VOLATILE AS $$
    SELECT coalesce(sum(amount), 0) FROM finance_invoice WHERE contract_id = the_contract AND state = 'issued';
$$;
CREATE TRIGGER invoice_guard BEFORE INSERT OR UPDATE OR DELETE ON finance_invoice
    FOR EACH ROW EXECUTE FUNCTION hemis_invoice_guard();

-- The other side of the same law: a sum that falls, and a contract that is cancelled, leave no invoice beyond them.
CREATE FUNCTION hemis_invoices_fit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF hemis_invoiced(NEW.id) > (CASE NEW.state WHEN 'cancelled' THEN 0 ELSE NEW.current_amount END) THEN
        RAISE EXCEPTION '7.1: invoices beyond the sum of the contract are annulled first.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER invoices_fit AFTER UPDATE ON finance_contract FOR EACH ROW
    WHEN (NEW.current_amount < OLD.current_amount OR NEW.state = 'cancelled' AND OLD.state <> 'cancelled')
    EXECUTE FUNCTION hemis_invoices_fit();
