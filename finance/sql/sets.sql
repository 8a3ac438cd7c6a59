-- Duty 7.1: a statement of twenty thousand receipts is posted as a set: what is the same for all its rows is asked once.

CREATE OR REPLACE FUNCTION hemis_post_lines() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    opens date := (SELECT (max(month) + interval '1 month')::date FROM finance_closedmonth);
    actor bigint := hemis_actor();
BEGIN
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

CREATE OR REPLACE FUNCTION hemis_post_payments() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    opens date := (SELECT (max(month) + interval '1 month')::date FROM finance_closedmonth);
    actor bigint := hemis_actor();
    lines bigint[];
BEGIN
    IF EXISTS (SELECT FROM new_rows n JOIN finance_contract c ON c.id = n.contract_id WHERE c.state = 'draft') THEN
        RAISE EXCEPTION '7.1: a contract that is not formed is not paid.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF EXISTS (SELECT FROM new_rows n JOIN finance_payment p ON p.id = n.reverses_id
                WHERE n.reverses_id IS NOT NULL
                  AND (p.reverses_id IS NOT NULL OR n.date < p.date OR n.line_id IS DISTINCT FROM p.line_id
                       OR (n.contract_id, n.amount, n.means) <> (p.contract_id, -p.amount, p.means))) THEN
        RAISE EXCEPTION '7.1: a reversal repeats the payment that it takes back, to the tiyin.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    -- Receipts that do not say yet what is used up of them; one that came with its payments says it already.
    SELECT array_agg(l.id) INTO lines
      FROM (SELECT DISTINCT line_id FROM new_rows WHERE line_id IS NOT NULL) k JOIN finance_statementline l ON l.id = k.line_id
     WHERE l.assigned <> coalesce((SELECT sum(p.amount) FROM finance_payment p WHERE p.line_id = l.id), 0)
                       + coalesce((SELECT sum(a.amount) FROM finance_putaside a WHERE a.line_id = l.id AND a.lifted_at IS NULL), 0);
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
