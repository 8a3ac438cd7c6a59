-- Transactions of payment systems only go forward, and none is removed.

CREATE FUNCTION hemis_payme_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free text[] := ARRAY['state', 'perform_time', 'cancel_time', 'reason', 'payment_id'];
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - free = to_jsonb(OLD) - free
       AND (OLD.state, NEW.state) IN ((1, 2), (1, -1), (2, -2)) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '7.1: a transaction of Payme only goes forward.' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER payme_guard BEFORE UPDATE OR DELETE ON finance_paymetransaction FOR EACH ROW EXECUTE FUNCTION hemis_payme_guard();

CREATE FUNCTION hemis_click_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free text[] := ARRAY['state', 'payment_id'];
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - free = to_jsonb(OLD) - free
       AND OLD.state = 'prepared' AND NEW.state IN ('paid', 'cancelled') THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '7.1: a transaction of Click only goes forward.' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER click_guard BEFORE UPDATE OR DELETE ON finance_clicktransaction FOR EACH ROW EXECUTE FUNCTION hemis_click_guard();
