-- Duty 7.1: what is due on a day, for one contract as for all.

-- Without a window over all changes, so that one contract, or what is due by a day, is looked for in the tables themselves.
CREATE OR REPLACE VIEW finance_plan AS
WITH latest AS NOT MATERIALIZED (
    SELECT DISTINCT ON (contract_id) id, contract_id, amount FROM finance_contractchange
     WHERE state IN ('formed', 'signed') ORDER BY contract_id, position DESC)
SELECT 'c' || i.id AS id, i.contract_id, i.position, i.due_date, i.amount, i.share
  FROM finance_contractinstalment i WHERE NOT EXISTS (SELECT FROM latest l WHERE l.contract_id = i.contract_id)
UNION ALL
SELECT 'k' || i.id, l.contract_id, i.position, i.due_date, i.amount,
       round(100 * (SELECT sum(j.amount) FROM finance_changeinstalment j
                     WHERE j.change_id = i.change_id AND j.position <= i.position) / l.amount, 2)
  FROM latest l JOIN finance_changeinstalment i ON i.change_id = l.id;

-- Dates that the rector extended are few: contracts are looked at only where there are any, and an
-- instalment whose own date has not come is never due, however its date was moved, for dates only move on.
CREATE OR REPLACE VIEW finance_due AS
WITH extended AS (
    SELECT w.plan, r.academic_year_id, r.course_kind, r.share, r.due_date, r.extended_to
      FROM (VALUES ('usual'), ('differentiated'), ('foreign')) w(plan)
      JOIN finance_instalmentrule r ON r.plan = w.plan OR r.plan = 'usual' AND NOT EXISTS (
           SELECT FROM finance_instalmentrule o WHERE o.academic_year_id = r.academic_year_id
              AND o.course_kind = r.course_kind AND o.plan = w.plan)
     WHERE r.extended_to IS NOT NULL),
moved AS NOT MATERIALIZED (
    SELECT c.id AS contract_id, x.share, x.due_date, x.extended_to
      FROM extended x JOIN finance_contract c ON c.academic_year_id = x.academic_year_id
       AND CASE c.course WHEN '11' THEN 'first' ELSE 'other' END = x.course_kind
       AND CASE WHEN c.contract_type = '19' THEN 'foreign' WHEN c.contract_type BETWEEN '12' AND '17' THEN 'differentiated'
                ELSE 'usual' END = x.plan)
SELECT s.contract_id, s.position, greatest(s.due_date, x.extended_to, y.extended_to) AS due_date, s.amount,
       s.due_date AS planned
  FROM finance_plan s
  LEFT JOIN moved x ON x.contract_id = s.contract_id AND x.share = s.share
  LEFT JOIN moved y ON y.contract_id = s.contract_id AND y.due_date = s.due_date;

CREATE OR REPLACE FUNCTION hemis_debts(day date) RETURNS TABLE (contract_id bigint, student_id bigint, charged numeric, due numeric, paid numeric)
LANGUAGE sql STABLE AS $$
    SELECT m.contract_id, c.student_id, m.charged, least(coalesce(i.due, 0), m.charged), m.paid
      FROM (SELECT p.contract_id,
                   coalesce(sum(CASE p.debit WHEN 'students' THEN p.amount ELSE -p.amount END) FILTER (WHERE p.kind
                            IN ('charge', 'change', 'discount', 'brought', 'cancelling')), 0) AS charged,
                   coalesce(sum(CASE p.credit WHEN 'students' THEN p.amount ELSE -p.amount END) FILTER (WHERE p.kind
                            NOT IN ('charge', 'change', 'discount', 'brought', 'cancelling')), 0) AS paid
              FROM finance_posting p WHERE p.contract_id IS NOT NULL AND p.date <= $1 GROUP BY p.contract_id) m
      -- A contract is never removed; who does not ask whose it is does not read it.
      LEFT JOIN finance_contract c ON c.id = m.contract_id
      LEFT JOIN (SELECT s.contract_id, sum(s.amount) AS due FROM finance_due s
                  WHERE s.planned <= $1 AND s.due_date <= $1 GROUP BY s.contract_id) i
        ON i.contract_id = m.contract_id;
$$;
