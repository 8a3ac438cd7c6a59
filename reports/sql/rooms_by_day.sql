-- Every auditorium at every pair of a working day, taken or free: what the occupancy of rooms is counted from.
-- Days come from the academic years and pairs of each; Sundays and days off have none, worked days off have them.
-- What takes an auditorium is looked up once a day and held against the pairs of the day, not once a pair.
CREATE OR REPLACE VIEW reports_roompair AS
SELECT (a.id * 100000 + (d.day - date '2000-01-01')) * 16 + s.number AS id,
       a.id AS auditorium_id, d.day, s.id AS pair_id, s.number, coalesce(s.source, '') AS source,
       s.source IS NOT NULL AS taken
  FROM students_academicyear y
 CROSS JOIN LATERAL (
       SELECT g::date AS day FROM generate_series(make_date(y.year, 9, 1), make_date(y.year + 1, 8, 31), interval '1 day') g
        WHERE (extract(isodow FROM g) < 7 AND NOT EXISTS (SELECT FROM curriculum_holiday h WHERE h.day = g::date))
           OR EXISTS (SELECT FROM curriculum_holiday h WHERE h.works_on = g::date)) d
 CROSS JOIN structure_auditorium a
 CROSS JOIN LATERAL (
       SELECT DISTINCT ON (p.id) p.id, p.number, x.source
         FROM curriculum_classpair p
         LEFT JOIN structure_roomslot x ON x.day = d.day AND x.auditorium_id = a.id
              AND x.starts_at < p.ends AND p.starts < x.ends_at
        WHERE p.academic_year_id = y.year AND p.is_active
        ORDER BY p.id, x.starts_at) s
 WHERE a.is_active OR s.source IS NOT NULL;
