-- Duty 7.1: a receipt may come after the payments that use it up; what it says of them itself is believed only where it is
-- true, and counted where it says nothing.

CREATE OR REPLACE FUNCTION hemis_post_lines() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    opens date := (SELECT (max(month) + interval '1 month')::date FROM finance_closedmonth);
    actor bigint := hemis_actor();
    silent bigint[];
BEGIN
    -- Said to be used up is only what payments of the same statement use up.
    -- Each is looked up by the index: a plan made for one receipt serves twenty thousand.
    IF EXISTS (SELECT FROM new_rows n WHERE n.assigned <> 0
                AND n.assigned <> coalesce((SELECT sum(p.amount) FROM finance_payment p WHERE p.line_id = n.id), 0)) THEN
        RAISE EXCEPTION '7.1: a receipt begins with nothing assigned but what its payments use up.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    SELECT array_agg(n.id) INTO silent FROM new_rows n
     WHERE n.assigned = 0 AND (SELECT count(*) FROM finance_payment p WHERE p.line_id = n.id) > 0;
    IF silent IS NOT NULL THEN
        PERFORM hemis_count_assigned(silent);
    END IF;
    INSERT INTO finance_posting (date, kind, debit, credit, amount, line_id, document, document_date, made_at, made_by_id)
    SELECT greatest(date, opens), 'receipt', 'bank', 'unmatched', amount, id, number, date, clock_timestamp(), actor FROM new_rows;
    RETURN NULL;
END $$;
