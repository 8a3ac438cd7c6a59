-- Duty 7.1, design laws 1 and 5: the ledger. Documents post themselves; what is posted stands for ever.

-- The day in the books: the document's own, or the first day that is still open.
CREATE FUNCTION hemis_posting_day(day date) RETURNS date LANGUAGE sql STABLE AS $$
    SELECT greatest(day, (SELECT (max(month) + interval '1 month')::date FROM finance_closedmonth));
$$;

CREATE FUNCTION hemis_actor() RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT nullif(current_setting('hemis.actor', true), '')::bigint;
$$;

-- Where money of a kind of payment lies before it is the student's.
CREATE FUNCTION hemis_money_account(means text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE means WHEN 'statement' THEN 'unmatched' WHEN 'bank' THEN 'bank' WHEN 'refund' THEN 'bank' WHEN 'cash' THEN 'cash' ELSE 'transit' END;
$$;

-- How much of a contract's sum was taken off by its discount: the step of the price that says so, for the months paid.
CREATE FUNCTION hemis_discount_of(steps jsonb, months int) RETURNS numeric LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce((SELECT round((x.before - x.after) * months / 12)
      FROM (SELECT lag((value ->> 'value')::numeric) OVER (ORDER BY ordinality) AS before, (value ->> 'value')::numeric AS after,
                   value ->> 'source' AS source FROM jsonb_array_elements(steps) WITH ORDINALITY) x
     WHERE x.source = 'Decision of the university on the discount' AND x.before > x.after LIMIT 1), 0);
$$;

-- A contract charges its sum when it is formed, and takes back all it charged when it is cancelled.
CREATE FUNCTION hemis_post_contracts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO finance_posting (date, kind, debit, credit, amount, contract_id, document, document_date, made_at, made_by_id)
    SELECT hemis_posting_day(n.date), x.kind, x.debit, x.credit, x.amount, n.id, n.number, n.date, clock_timestamp(), hemis_actor()
      FROM new_rows n JOIN old_rows o ON o.id = n.id
     CROSS JOIN LATERAL (SELECT hemis_discount_of(n.price_steps, n.months) AS off) d
     CROSS JOIN LATERAL (VALUES ('charge', 'students', 'fees', n.amount + d.off), ('discount', 'discounts', 'students', d.off)) x(kind, debit, credit, amount)
     WHERE o.state = 'draft' AND n.state = 'formed' AND x.amount > 0 ORDER BY n.id;
    -- A change that is put into force, or cancelled: what it adds or takes off.
    INSERT INTO finance_posting (date, kind, debit, credit, amount, contract_id, document, document_date, made_at, made_by_id)
    SELECT hemis_posting_day(x.day), 'change', CASE WHEN x.added > 0 THEN 'students' ELSE 'fees' END,
           CASE WHEN x.added > 0 THEN 'fees' ELSE 'students' END, abs(x.added), x.id, x.number, x.day, clock_timestamp(), hemis_actor()
      FROM (SELECT n.id, n.number, n.current_amount - o.current_amount AS added, (now() AT TIME ZONE 'Asia/Tashkent')::date AS day
              FROM new_rows n JOIN old_rows o ON o.id = n.id
             WHERE o.state IN ('formed', 'signed') AND n.state = o.state AND n.current_amount <> o.current_amount) x ORDER BY x.id;
    INSERT INTO finance_posting (date, kind, debit, credit, amount, contract_id, document, document_date, made_at, made_by_id)
    SELECT hemis_posting_day(x.day), 'cancelling', p.credit, p.debit, sum(p.amount), x.id, x.number, x.day, clock_timestamp(), hemis_actor()
      FROM (SELECT n.id, n.number, (n.cancelled_at AT TIME ZONE 'Asia/Tashkent')::date AS day
              FROM new_rows n JOIN old_rows o ON o.id = n.id WHERE o.state <> 'cancelled' AND n.state = 'cancelled') x
      JOIN finance_posting p ON p.contract_id = x.id AND p.kind IN ('charge', 'change', 'discount')
     GROUP BY x.id, x.number, x.day, p.debit, p.credit ORDER BY x.id;
    RETURN NULL;
END $$;
CREATE TRIGGER contract_posts AFTER UPDATE ON finance_contract REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION hemis_post_contracts();

-- Contracts that were formed before there was a ledger.
INSERT INTO finance_posting (date, kind, debit, credit, amount, contract_id, document, document_date, made_at)
SELECT n.date, x.kind, x.debit, x.credit, x.amount, n.id, n.number, n.date, now() FROM finance_contract n
 CROSS JOIN LATERAL (SELECT hemis_discount_of(n.price_steps, n.months) AS off) d
 CROSS JOIN LATERAL (VALUES ('charge', 'students', 'fees', n.amount + d.off), ('discount', 'discounts', 'students', d.off)) x(kind, debit, credit, amount)
 WHERE n.document_id IS NOT NULL AND x.amount > 0 ORDER BY n.id;
INSERT INTO finance_posting (date, kind, debit, credit, amount, contract_id, document, document_date, made_at)
SELECT (c.cancelled_at AT TIME ZONE 'Asia/Tashkent')::date, 'cancelling', p.credit, p.debit, p.amount, c.id, c.number,
       (c.cancelled_at AT TIME ZONE 'Asia/Tashkent')::date, now()
  FROM finance_posting p JOIN finance_contract c ON c.id = p.contract_id WHERE c.state = 'cancelled' ORDER BY c.id;

-- A receipt of a statement is on the account, and nobody's until it is assigned.
CREATE FUNCTION hemis_post_lines() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM new_rows WHERE assigned <> 0) THEN
        RAISE EXCEPTION '7.1: a receipt begins with nothing assigned.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    INSERT INTO finance_posting (date, kind, debit, credit, amount, line_id, document, document_date, made_at, made_by_id)
    SELECT hemis_posting_day(date), 'receipt', 'bank', 'unmatched', amount, id, number, date, clock_timestamp(), hemis_actor() FROM new_rows;
    RETURN NULL;
END $$;
CREATE TRIGGER lines_post AFTER INSERT ON finance_statementline REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION hemis_post_lines();

-- What the bank said stays as it said it; what is assigned is counted by the triggers of payments and sums put aside.
CREATE FUNCTION hemis_line_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free text[] := ARRAY['suggested_id', 'matched_by', 'confidence', 'doubt'];
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF pg_trigger_depth() > 1 THEN free := free || 'assigned'::text; END IF;
        IF to_jsonb(NEW) - free = to_jsonb(OLD) - free THEN RETURN NEW; END IF;
    END IF;
    RAISE EXCEPTION '7.1: a receipt of a bank statement is neither changed nor removed.' USING ERRCODE = 'integrity_constraint_violation';
END $$;
-- What is assigned changes by triggers only, in many rows at once: no function is called for those.
CREATE TRIGGER line_guard BEFORE UPDATE ON finance_statementline FOR EACH ROW
    WHEN (pg_trigger_depth() = 0 OR (OLD.id, OLD.statement_id, OLD.date, OLD.amount, OLD.fingerprint, OLD.occurrence)
          IS DISTINCT FROM (NEW.id, NEW.statement_id, NEW.date, NEW.amount, NEW.fingerprint, NEW.occurrence))
    EXECUTE FUNCTION hemis_line_guard();
CREATE TRIGGER line_stays BEFORE DELETE ON finance_statementline FOR EACH ROW EXECUTE FUNCTION hemis_line_guard();

CREATE FUNCTION hemis_frozen_money() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '7.1: % in % is refused: what is booked stands; mistakes are reversed.', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER payment_stays BEFORE UPDATE OR DELETE ON finance_payment FOR EACH ROW EXECUTE FUNCTION hemis_frozen_money();
CREATE TRIGGER posting_stays BEFORE UPDATE OR DELETE ON finance_posting FOR EACH ROW EXECUTE FUNCTION hemis_frozen_money();
CREATE TRIGGER statement_stays BEFORE UPDATE OR DELETE ON finance_bankstatement FOR EACH ROW EXECUTE FUNCTION hemis_frozen_money();
CREATE TRIGGER closed_month_stays BEFORE UPDATE OR DELETE ON finance_closedmonth FOR EACH ROW EXECUTE FUNCTION hemis_frozen_money();

CREATE FUNCTION hemis_count_assigned(lines bigint[]) RETURNS void LANGUAGE sql AS $$
    UPDATE finance_statementline l SET assigned = x.total
      FROM (SELECT k.id, coalesce(p.total, 0) + coalesce(a.total, 0) AS total
              FROM unnest(lines) k(id)
              LEFT JOIN (SELECT line_id, sum(amount) AS total FROM finance_payment WHERE line_id = ANY(lines) GROUP BY line_id) p ON p.line_id = k.id
              LEFT JOIN (SELECT line_id, sum(amount) AS total FROM finance_putaside
                          WHERE line_id = ANY(lines) AND lifted_at IS NULL GROUP BY line_id) a ON a.line_id = k.id) x
     WHERE l.id = x.id AND l.assigned <> x.total;
$$;

CREATE FUNCTION hemis_post_payments() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    lines bigint[];
BEGIN
    IF EXISTS (SELECT FROM new_rows n JOIN finance_contract c ON c.id = n.contract_id WHERE c.state = 'draft') THEN
        RAISE EXCEPTION '7.1: a contract that is not formed is not paid.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF EXISTS (SELECT FROM new_rows n JOIN finance_payment p ON p.id = n.reverses_id
                WHERE p.reverses_id IS NOT NULL OR n.date < p.date OR n.line_id IS DISTINCT FROM p.line_id
                   OR (n.contract_id, n.amount, n.means) <> (p.contract_id, -p.amount, p.means)) THEN
        RAISE EXCEPTION '7.1: a reversal repeats the payment that it takes back, to the tiyin.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    SELECT array_agg(DISTINCT line_id) INTO lines FROM new_rows WHERE line_id IS NOT NULL;
    IF lines IS NOT NULL THEN
        -- Locked before they are counted: two people who assign the same receipt do it one after the other.
        PERFORM FROM finance_statementline WHERE id = ANY(lines) ORDER BY id FOR UPDATE;
        PERFORM hemis_count_assigned(lines);
    END IF;
    IF EXISTS (SELECT FROM new_rows n WHERE n.means = 'refund' AND n.reverses_id IS NULL
                AND (SELECT sum(p.amount) FROM finance_payment p WHERE p.contract_id = n.contract_id) < 0) THEN
        RAISE EXCEPTION '7.1: more is given back than was paid.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    INSERT INTO finance_posting (date, kind, debit, credit, amount, contract_id, payment_id, line_id, document, document_date, made_at, made_by_id)
    SELECT hemis_posting_day(date),
           CASE WHEN reverses_id IS NOT NULL THEN 'reversal' WHEN means = 'refund' THEN 'refund'
                WHEN means = 'statement' THEN 'assigned' ELSE 'payment' END,
           CASE WHEN amount < 0 THEN 'students' ELSE hemis_money_account(means) END,
           CASE WHEN amount < 0 THEN hemis_money_account(means) ELSE 'students' END,
           abs(amount), contract_id, id, line_id, number, date, clock_timestamp(), hemis_actor() FROM new_rows;
    RETURN NULL;
END $$;
CREATE TRIGGER payments_post AFTER INSERT ON finance_payment REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION hemis_post_payments();

-- Put aside once, brought back once; neither removed nor changed otherwise.
CREATE FUNCTION hemis_aside_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free text[] := ARRAY['lifted_at', 'lifted_by_id', 'version'];
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.lifted_at IS NULL THEN RETURN NEW; END IF;
    ELSIF TG_OP = 'UPDATE' THEN
        IF OLD.lifted_at IS NULL AND NEW.lifted_at IS NOT NULL AND to_jsonb(NEW) - free = to_jsonb(OLD) - free THEN RETURN NEW; END IF;
    END IF;
    RAISE EXCEPTION '7.1: what is put aside is only brought back, once.' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER aside_guard BEFORE INSERT OR UPDATE OR DELETE ON finance_putaside FOR EACH ROW EXECUTE FUNCTION hemis_aside_guard();

CREATE FUNCTION hemis_post_aside() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    the_line finance_statementline;
    day date;
BEGIN
    SELECT * INTO the_line FROM finance_statementline WHERE id = NEW.line_id FOR UPDATE;
    PERFORM hemis_count_assigned(ARRAY[NEW.line_id]);
    day := CASE TG_OP WHEN 'INSERT' THEN the_line.date ELSE (NEW.lifted_at AT TIME ZONE 'Asia/Tashkent')::date END;
    INSERT INTO finance_posting (date, kind, debit, credit, amount, line_id, document, document_date, made_at, made_by_id)
    VALUES (hemis_posting_day(day), CASE TG_OP WHEN 'INSERT' THEN 'aside' ELSE 'reversal' END,
            CASE TG_OP WHEN 'INSERT' THEN 'unmatched' ELSE NEW.kind END,
            CASE TG_OP WHEN 'INSERT' THEN NEW.kind ELSE 'unmatched' END,
            NEW.amount, NEW.line_id, the_line.number, day, clock_timestamp(), hemis_actor());
    RETURN NULL;
END $$;
CREATE TRIGGER aside_posts AFTER INSERT OR UPDATE ON finance_putaside FOR EACH ROW EXECUTE FUNCTION hemis_post_aside();

-- Postings come from documents only, and only into open months.
CREATE FUNCTION hemis_posting_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION '7.1: a posting is made by its document only.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    PERFORM pg_advisory_xact_lock_shared(730073);
    RETURN NULL;
END $$;
CREATE TRIGGER posting_guard BEFORE INSERT ON finance_posting FOR EACH STATEMENT EXECUTE FUNCTION hemis_posting_guard();

CREATE FUNCTION hemis_posting_month() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM new_rows WHERE date < (SELECT max(month) + interval '1 month' FROM finance_closedmonth)) THEN
        RAISE EXCEPTION '7.1: the month is closed.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER posting_month AFTER INSERT ON finance_posting REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION hemis_posting_month();

-- Months are closed one after another, when they are over; who posts meanwhile is waited for.
CREATE FUNCTION hemis_close_month() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(730073);
    IF NEW.month + interval '1 month' > (now() AT TIME ZONE 'Asia/Tashkent')::date THEN
        RAISE EXCEPTION '7.1: the month is not over.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.month <= (SELECT max(month) FROM finance_closedmonth) THEN
        RAISE EXCEPTION '7.1: the month is closed already.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER month_closes BEFORE INSERT ON finance_closedmonth FOR EACH ROW EXECUTE FUNCTION hemis_close_month();

-- The plan that holds now, with the dates that the rector extended: those of the contract's own plan, where the year
-- has one, else the usual ones. After a change the shares are others, so that a date is known by its day as well.
CREATE VIEW finance_due AS
WITH extended AS (
    SELECT w.plan, r.academic_year_id, r.course_kind, r.share, r.due_date, r.extended_to
      FROM (VALUES ('usual'), ('differentiated'), ('foreign')) w(plan)
      JOIN finance_instalmentrule r ON r.plan = w.plan OR r.plan = 'usual' AND NOT EXISTS (
           SELECT FROM finance_instalmentrule o WHERE o.academic_year_id = r.academic_year_id
              AND o.course_kind = r.course_kind AND o.plan = w.plan)
     WHERE r.extended_to IS NOT NULL)
SELECT s.contract_id, s.position, greatest(s.due_date, x.extended_to, y.extended_to) AS due_date, s.amount
  FROM finance_plan s
  JOIN (SELECT id, academic_year_id, CASE course WHEN '11' THEN 'first' ELSE 'other' END AS course_kind,
               CASE WHEN contract_type = '19' THEN 'foreign' WHEN contract_type BETWEEN '12' AND '17' THEN 'differentiated'
                    ELSE 'usual' END AS plan FROM finance_contract) k ON k.id = s.contract_id
  LEFT JOIN extended x ON (x.academic_year_id, x.course_kind, x.plan) = (k.academic_year_id, k.course_kind, k.plan)
        AND x.share = s.share
  LEFT JOIN extended y ON (y.academic_year_id, y.course_kind, y.plan) = (k.academic_year_id, k.course_kind, k.plan)
        AND y.due_date = s.due_date;

-- What each contract owes on a day, by the plan that holds now. Dates that the rector extends hold for contracts
-- made before as well; more than a contract charges is never due.
CREATE FUNCTION hemis_debts(day date) RETURNS TABLE (contract_id bigint, student_id bigint, charged numeric, due numeric, paid numeric)
LANGUAGE sql STABLE AS $$
    SELECT c.id, c.student_id, m.charged, least(coalesce(i.due, 0), m.charged), m.paid
      FROM (SELECT p.contract_id,
                   sum(CASE WHEN p.kind IN ('charge', 'change', 'discount', 'cancelling')
                            THEN CASE p.debit WHEN 'students' THEN p.amount ELSE -p.amount END ELSE 0 END) AS charged,
                   sum(CASE WHEN p.kind IN ('charge', 'change', 'discount', 'cancelling') THEN 0
                            ELSE CASE p.credit WHEN 'students' THEN p.amount ELSE -p.amount END END) AS paid
              FROM finance_posting p WHERE p.contract_id IS NOT NULL AND p.date <= $1 GROUP BY p.contract_id) m
      JOIN finance_contract c ON c.id = m.contract_id
      LEFT JOIN (SELECT s.contract_id, sum(s.amount) AS due FROM finance_due s WHERE s.due_date <= $1 GROUP BY s.contract_id) i
        ON i.contract_id = c.id;
$$;
