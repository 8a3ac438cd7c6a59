-- Duty 7.1: stipends and help are owed when they are decided, paid by a payment order, owed again when the bank returns them.

-- What the fund of a year has, soʻm: shares of the stipend budget and of what contracts brought in, less what is given.
CREATE FUNCTION hemis_aid_fund(the_year int) RETURNS TABLE (budget numeric, income numeric, given numeric, rest numeric)
LANGUAGE sql STABLE AS $$
    SELECT x.budget, x.income, x.given, x.budget + x.income - x.given FROM (
        SELECT round(f.stipend_budget * f.stipend_percent / 100, 2) AS budget,
               round(coalesce((SELECT sum(CASE p.credit WHEN 'students' THEN p.amount ELSE -p.amount END) FROM finance_posting p
                                WHERE p.date >= make_date(the_year, 1, 1) AND p.date < make_date(the_year + 1, 1, 1)
                                  AND (p.credit = 'students' AND p.kind IN ('assigned', 'payment')
                                       OR p.debit = 'students' AND p.kind IN ('reversal', 'refund'))), 0) * f.contract_percent / 100, 2) AS income,
               coalesce((SELECT sum(a.amount) FROM finance_aid a WHERE a.cancelled_at IS NULL
                          AND a.decided_on >= make_date(the_year, 1, 1) AND a.decided_on < make_date(the_year + 1, 1, 1)), 0) AS given
          FROM finance_aidfund f WHERE f.year = the_year) x;
$$;

CREATE FUNCTION hemis_aid_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free text[] := ARRAY['cancelled_at', 'cancelled_by_id', 'cancel_reason', 'version'];
    most numeric;
    base numeric;
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.cancelled_at IS NOT NULL THEN
            RAISE EXCEPTION '7.1: help begins uncancelled.' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        -- Locked, so that two decisions do not spend the same soʻm.
        SELECT f.most INTO most FROM finance_aidfund f WHERE f.year = extract(year FROM NEW.decided_on) FOR UPDATE;
        SELECT s.amount INTO base FROM finance_stipendamount s WHERE s.rate = '11' AND s.valid_from <= NEW.decided_on
         ORDER BY s.valid_from DESC LIMIT 1;
        IF most IS NULL OR base IS NULL OR NEW.amount > most * base THEN
            RAISE EXCEPTION '7.1: one sum of help is within the limit of base stipends.' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        IF NEW.amount > (SELECT rest FROM hemis_aid_fund(extract(year FROM NEW.decided_on)::int)) THEN
            RAISE EXCEPTION '7.1: the fund of the year has not so much.' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF TG_OP = 'DELETE' OR to_jsonb(NEW) - free IS DISTINCT FROM to_jsonb(OLD) - free
       OR OLD.cancelled_at IS NOT NULL OR NEW.cancelled_at IS NULL THEN
        RAISE EXCEPTION '7.1: help is only cancelled, once.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF EXISTS (SELECT FROM finance_payoutline l WHERE l.aid_id = NEW.id AND l.returned_on IS NULL) THEN
        RAISE EXCEPTION '7.1: help that is paid is not cancelled.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER aid_guard BEFORE INSERT OR UPDATE OR DELETE ON finance_aid FOR EACH ROW EXECUTE FUNCTION hemis_aid_guard();

CREATE FUNCTION hemis_post_aid() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    day date := CASE TG_OP WHEN 'INSERT' THEN NEW.decided_on ELSE (NEW.cancelled_at AT TIME ZONE 'Asia/Tashkent')::date END;
BEGIN
    INSERT INTO finance_posting (date, kind, debit, credit, amount, document, document_date, made_at, made_by_id)
    VALUES (hemis_posting_day(day), CASE TG_OP WHEN 'INSERT' THEN 'aid' ELSE 'reversal' END,
            CASE TG_OP WHEN 'INSERT' THEN 'stipends' ELSE 'payable' END, CASE TG_OP WHEN 'INSERT' THEN 'payable' ELSE 'stipends' END,
            NEW.amount, NEW.decision, NEW.decided_on, clock_timestamp(), hemis_actor());
    RETURN NULL;
END $$;
CREATE TRIGGER aid_posts AFTER INSERT OR UPDATE ON finance_aid FOR EACH ROW EXECUTE FUNCTION hemis_post_aid();

-- A stipend list is owed when it is approved.
CREATE FUNCTION hemis_post_stipend_list() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO finance_posting (date, kind, debit, credit, amount, document, document_date, made_at, made_by_id)
    SELECT hemis_posting_day(x.day), 'stipend', 'stipends', 'payable', NEW.total, d.number, x.day, clock_timestamp(), hemis_actor()
      FROM documents_document d, (SELECT (NEW.approved_at AT TIME ZONE 'Asia/Tashkent')::date AS day) x WHERE d.id = NEW.document_id;
    RETURN NULL;
END $$;
CREATE TRIGGER stipend_list_posts AFTER UPDATE ON finance_stipendlist FOR EACH ROW
    WHEN (OLD.state = 'draft' AND NEW.state = 'approved' AND NEW.total > 0) EXECUTE FUNCTION hemis_post_stipend_list();

-- Lines of a payout: what is approved, to the tiyin, to whom it is owed; posted as one sum a payout.
CREATE FUNCTION hemis_post_payout() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM new_rows n LEFT JOIN finance_stipendline s ON s.id = n.stipend_line_id
                 LEFT JOIN finance_stipendlist l ON l.id = s.sheet_id LEFT JOIN finance_aid a ON a.id = n.aid_id
                WHERE n.returned_on IS NOT NULL
                   OR n.stipend_line_id IS NOT NULL AND (l.state, s.amount, s.student_id) IS DISTINCT FROM ('approved', n.amount, n.student_id)
                   OR n.aid_id IS NOT NULL AND ((a.amount, a.student_id) IS DISTINCT FROM (n.amount, n.student_id) OR a.cancelled_at IS NOT NULL)) THEN
        RAISE EXCEPTION '7.1: only what is approved is paid, to the tiyin, to whom it is owed.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    INSERT INTO finance_posting (date, kind, debit, credit, amount, document, document_date, made_at, made_by_id)
    SELECT hemis_posting_day(p.date), 'payout', 'payable', 'bank', sum(n.amount), p.number, p.date, clock_timestamp(), hemis_actor()
      FROM new_rows n JOIN finance_payout p ON p.id = n.payout_id GROUP BY p.id, p.date, p.number ORDER BY p.id;
    RETURN NULL;
END $$;
CREATE TRIGGER payout_posts AFTER INSERT ON finance_payoutline REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION hemis_post_payout();

CREATE FUNCTION hemis_payout_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free text[] := ARRAY['returned_on', 'return_reason', 'returned_by_id'];
BEGIN
    IF TG_OP = 'DELETE' OR to_jsonb(NEW) - free IS DISTINCT FROM to_jsonb(OLD) - free
       OR OLD.returned_on IS NOT NULL OR NEW.returned_on IS NULL
       OR NEW.returned_on < (SELECT date FROM finance_payout WHERE id = NEW.payout_id) THEN
        RAISE EXCEPTION '7.1: what was paid out is only returned, once, not before it was paid.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    INSERT INTO finance_posting (date, kind, debit, credit, amount, document, document_date, made_at, made_by_id)
    SELECT hemis_posting_day(NEW.returned_on), 'payback', 'bank', 'payable', NEW.amount, p.number, NEW.returned_on, clock_timestamp(), hemis_actor()
      FROM finance_payout p WHERE p.id = NEW.payout_id;
    RETURN NEW;
END $$;
CREATE TRIGGER payout_guard BEFORE UPDATE OR DELETE ON finance_payoutline FOR EACH ROW EXECUTE FUNCTION hemis_payout_guard();
CREATE TRIGGER payout_stays BEFORE UPDATE OR DELETE ON finance_payout FOR EACH ROW EXECUTE FUNCTION hemis_frozen_money();

-- Lists that were approved before there was a ledger of them.
INSERT INTO finance_posting (date, kind, debit, credit, amount, document, document_date, made_at, made_by_id)
SELECT hemis_posting_day(x.day), 'stipend', 'stipends', 'payable', l.total, d.number, x.day, now(), l.approved_by_id
  FROM finance_stipendlist l JOIN documents_document d ON d.id = l.document_id,
       LATERAL (SELECT (l.approved_at AT TIME ZONE 'Asia/Tashkent')::date AS day) x
 WHERE l.state = 'approved' AND l.total > 0 ORDER BY l.id;
