-- Duty 7.1: what a receipt and a payment refer to is there. Statements, receipts and contracts are never removed and keep
-- their keys (their own guards say so), and an account that payments name stays, so it is asked once, for a whole
-- statement, when the rows come; foreign keys would look up and lock eighty thousand rows one by one at the end of the
-- transaction.

CREATE OR REPLACE FUNCTION hemis_post_lines() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    opens date := (SELECT (max(month) + interval '1 month')::date FROM finance_closedmonth);
    actor bigint := hemis_actor();
BEGIN
    IF EXISTS (SELECT FROM (SELECT DISTINCT statement_id FROM new_rows) n
                 LEFT JOIN finance_bankstatement s ON s.id = n.statement_id WHERE s.id IS NULL) THEN
        RAISE EXCEPTION '7.1: a receipt stands in a bank statement.'
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'line_statement';
    END IF;
    IF EXISTS (SELECT FROM new_rows n LEFT JOIN finance_contract c ON c.id = n.suggested_id
                WHERE n.suggested_id IS NOT NULL AND c.id IS NULL) THEN
        RAISE EXCEPTION '7.1: what is suggested is a contract.'
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'line_suggested';
    END IF;
    -- Said to be used up is only what payments of the same statement use up.
    -- Each is looked up by the index: a plan made for one receipt serves twenty thousand.
    IF EXISTS (SELECT FROM new_rows n WHERE n.assigned <> 0
                AND n.assigned <> coalesce((SELECT sum(p.amount) FROM finance_payment p WHERE p.line_id = n.id), 0)) THEN
        RAISE EXCEPTION '7.1: a receipt begins with nothing assigned but what its payments use up.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    INSERT INTO finance_posting (date, kind, debit, credit, amount, line_id, document, document_date, made_at, made_by_id)
    SELECT greatest(date, opens), 'receipt', 'bank', 'unmatched', amount, id, number, date, clock_timestamp(), actor FROM new_rows;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION hemis_line_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free text[] := ARRAY['suggested_id', 'matched_by', 'confidence', 'doubt'];
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF pg_trigger_depth() > 1 THEN free := free || 'assigned'::text; END IF;
        IF NEW.suggested_id IS DISTINCT FROM OLD.suggested_id AND NEW.suggested_id IS NOT NULL
           AND NOT EXISTS (SELECT FROM finance_contract WHERE id = NEW.suggested_id) THEN
            RAISE EXCEPTION '7.1: what is suggested is a contract.'
                USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'line_suggested';
        END IF;
        IF to_jsonb(NEW) - free = to_jsonb(OLD) - free THEN RETURN NEW; END IF;
    END IF;
    RAISE EXCEPTION '7.1: a receipt of a bank statement is neither changed nor removed.' USING ERRCODE = 'integrity_constraint_violation';
END $$;
-- A trigger that changes what is suggested is asked like everybody: only what is assigned goes past the function.
DROP TRIGGER line_guard ON finance_statementline;
CREATE TRIGGER line_guard BEFORE UPDATE ON finance_statementline FOR EACH ROW
    WHEN (pg_trigger_depth() = 0 OR (OLD.id, OLD.statement_id, OLD.date, OLD.amount, OLD.fingerprint, OLD.occurrence, OLD.suggested_id)
          IS DISTINCT FROM (NEW.id, NEW.statement_id, NEW.date, NEW.amount, NEW.fingerprint, NEW.occurrence, NEW.suggested_id))
    EXECUTE FUNCTION hemis_line_guard();

CREATE OR REPLACE FUNCTION hemis_post_payments() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    opens date := (SELECT (max(month) + interval '1 month')::date FROM finance_closedmonth);
    actor bigint := hemis_actor();
    unpaid bigint;
    lines bigint[];
    lost boolean;
BEGIN
    SELECT n.contract_id INTO unpaid FROM new_rows n LEFT JOIN finance_contract c ON c.id = n.contract_id
     WHERE c.id IS NULL OR c.state = 'draft' LIMIT 1;
    IF FOUND THEN
        IF EXISTS (SELECT FROM finance_contract WHERE id = unpaid) THEN
            RAISE EXCEPTION '7.1: a contract that is not formed is not paid.' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RAISE EXCEPTION '7.1: a payment is for a contract.'
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'payment_contract';
    END IF;
    IF EXISTS (SELECT FROM (SELECT DISTINCT made_by_id FROM new_rows WHERE made_by_id IS NOT NULL) n
                 LEFT JOIN people_user u ON u.id = n.made_by_id WHERE u.id IS NULL) THEN
        RAISE EXCEPTION '7.1: a payment is entered by somebody.'
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'payment_made_by';
    END IF;
    IF EXISTS (SELECT FROM new_rows n JOIN finance_payment p ON p.id = n.reverses_id
                WHERE n.reverses_id IS NOT NULL
                  AND (p.reverses_id IS NOT NULL OR n.date < p.date OR n.line_id IS DISTINCT FROM p.line_id
                       OR (n.contract_id, n.amount, n.means) <> (p.contract_id, -p.amount, p.means))) THEN
        RAISE EXCEPTION '7.1: a reversal repeats the payment that it takes back, to the tiyin.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    -- Receipts that do not say yet what is used up of them; one that came with its payments says it already.
    SELECT array_agg(k.line_id) FILTER (WHERE l.id IS NOT NULL), coalesce(bool_or(l.id IS NULL), false) INTO lines, lost
      FROM (SELECT DISTINCT line_id FROM new_rows WHERE line_id IS NOT NULL) k
      LEFT JOIN finance_statementline l ON l.id = k.line_id
     WHERE l.id IS NULL
        OR l.assigned <> coalesce((SELECT sum(p.amount) FROM finance_payment p WHERE p.line_id = l.id), 0)
                       + coalesce((SELECT sum(a.amount) FROM finance_putaside a WHERE a.line_id = l.id AND a.lifted_at IS NULL), 0);
    IF lost THEN
        RAISE EXCEPTION '7.1: a payment by bank statement stands in one.'
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'payment_line';
    END IF;
    IF lines IS NOT NULL THEN
        -- Locked before they are counted: two people who assign the same receipt do it one after the other.
        PERFORM FROM finance_statementline WHERE id = ANY(lines) ORDER BY id FOR UPDATE;
        PERFORM hemis_count_assigned(lines);
    END IF;
    IF EXISTS (SELECT FROM new_rows n WHERE n.means = 'refund' AND n.reverses_id IS NULL
                AND (SELECT sum(p.amount) FROM finance_payment p WHERE p.contract_id = n.contract_id)
                  < (SELECT CASE WHEN c.brought_forward THEN least(c.amount, 0) ELSE 0 END FROM finance_contract c WHERE c.id = n.contract_id)) THEN
        RAISE EXCEPTION '7.1: more is given back than was paid.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    INSERT INTO finance_posting (date, kind, debit, credit, amount, contract_id, payment_id, line_id, document, document_date, made_at, made_by_id)
    SELECT greatest(date, opens),
           CASE WHEN reverses_id IS NOT NULL THEN 'reversal' WHEN means = 'refund' THEN 'refund'
                WHEN means = 'statement' THEN 'assigned' ELSE 'payment' END,
           CASE WHEN amount < 0 THEN 'students' ELSE hemis_money_account(means) END,
           CASE WHEN amount < 0 THEN hemis_money_account(means) ELSE 'students' END,
           abs(amount), contract_id, id, line_id, number, date, clock_timestamp(), actor FROM new_rows;
    RETURN NULL;
END $$;

-- Deferred as a foreign key is.
CREATE FUNCTION hemis_payment_author_gone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM finance_payment WHERE made_by_id = OLD.id)
       AND NOT EXISTS (SELECT FROM people_user WHERE id = OLD.id) THEN
        RAISE EXCEPTION '7.1: the account has entered payments.'
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'payment_made_by';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER payment_author_gone AFTER DELETE OR UPDATE OF id ON people_user
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION hemis_payment_author_gone();
