-- Duty 7.1: balances of years before this program. Each is a contract of its year without a paper, posted against
-- the account of opening balances, taken back by reversal only; a credit is below zero and has no plan.

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
        IF NEW.brought_forward THEN
            -- Of an earlier year there is no placement here: it stands where the student is now.
            IF NOT EXISTS (SELECT 1 FROM students_placement p WHERE p.id = NEW.placement_id AND p.student_id = NEW.student_id
                            AND (p.faculty_id, p.programme_id, p.course, p.education_form)
                              = (NEW.faculty_id, NEW.programme_id, NEW.course, NEW.education_form)
                            AND p.academic_year_id > NEW.academic_year_id) THEN
                RAISE EXCEPTION '7.1: a balance brought forward is of a year before the student''s present one.' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
        ELSIF NOT EXISTS (SELECT 1 FROM students_placement p WHERE p.id = NEW.placement_id AND p.student_id = NEW.student_id
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
    IF NEW.brought_forward AND OLD.state <> 'cancelled' AND NEW.state = 'cancelled'
       AND (SELECT coalesce(sum(amount), 0) FROM finance_payment WHERE contract_id = NEW.id) <> 0 THEN
        RAISE EXCEPTION '7.1: payments for a balance are taken back before it is reversed.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
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

CREATE OR REPLACE FUNCTION hemis_instalments_make_up() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    the_contract bigint := CASE TG_TABLE_NAME WHEN 'finance_contract' THEN (to_jsonb(NEW) ->> 'id')::bigint
                                              ELSE (to_jsonb(NEW) ->> 'contract_id')::bigint END;
    total numeric;
    wanted numeric;
BEGIN
    SELECT coalesce(sum(amount), 0) INTO total FROM finance_contractinstalment WHERE contract_id = the_contract;
    -- A credit brought forward has nothing to be paid.
    SELECT CASE WHEN brought_forward THEN greatest(amount, 0) ELSE amount END INTO wanted FROM finance_contract WHERE id = the_contract;
    IF total IS DISTINCT FROM wanted THEN
        RAISE EXCEPTION 'B5: the instalments make % of %.', total, wanted USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION hemis_post_contracts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO finance_posting (date, kind, debit, credit, amount, contract_id, document, document_date, made_at, made_by_id)
    SELECT hemis_posting_day(n.date), x.kind, x.debit, x.credit, x.amount, n.id, n.number, n.date, clock_timestamp(), hemis_actor()
      FROM new_rows n JOIN old_rows o ON o.id = n.id
     CROSS JOIN LATERAL (SELECT hemis_discount_of(n.price_steps, n.months) AS off) d
     CROSS JOIN LATERAL (VALUES
           ('charge', 'students', 'fees', CASE WHEN NOT n.brought_forward THEN n.amount + d.off END),
           ('discount', 'discounts', 'students', d.off),
           ('brought', 'students', 'opening', CASE WHEN n.brought_forward THEN n.amount END),
           ('brought', 'opening', 'students', CASE WHEN n.brought_forward THEN -n.amount END)) x(kind, debit, credit, amount)
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
      JOIN finance_posting p ON p.contract_id = x.id AND p.kind IN ('charge', 'change', 'discount', 'brought')
     GROUP BY x.id, x.number, x.day, p.debit, p.credit ORDER BY x.id;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION hemis_post_payments() RETURNS trigger LANGUAGE plpgsql AS $$
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
                AND (SELECT sum(p.amount) FROM finance_payment p WHERE p.contract_id = n.contract_id)
                  < (SELECT CASE WHEN c.brought_forward THEN least(c.amount, 0) ELSE 0 END FROM finance_contract c WHERE c.id = n.contract_id)) THEN
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

CREATE OR REPLACE FUNCTION hemis_debts(day date) RETURNS TABLE (contract_id bigint, student_id bigint, charged numeric, due numeric, paid numeric)
LANGUAGE sql STABLE AS $$
    SELECT c.id, c.student_id, m.charged, least(coalesce(i.due, 0), m.charged), m.paid
      FROM (SELECT p.contract_id,
                   sum(CASE WHEN p.kind IN ('charge', 'change', 'discount', 'brought', 'cancelling')
                            THEN CASE p.debit WHEN 'students' THEN p.amount ELSE -p.amount END ELSE 0 END) AS charged,
                   sum(CASE WHEN p.kind IN ('charge', 'change', 'discount', 'brought', 'cancelling') THEN 0
                            ELSE CASE p.credit WHEN 'students' THEN p.amount ELSE -p.amount END END) AS paid
              FROM finance_posting p WHERE p.contract_id IS NOT NULL AND p.date <= $1 GROUP BY p.contract_id) m
      JOIN finance_contract c ON c.id = m.contract_id
      LEFT JOIN (SELECT s.contract_id, sum(s.amount) AS due FROM finance_due s WHERE s.due_date <= $1 GROUP BY s.contract_id) i
        ON i.contract_id = c.id;
$$;
