-- The roll of a teaching: who sits there from when until when, with the names that the journal shows.
-- A dozen tables are joined and a journal is opened all day: it is planned once for a session of the database,
-- for any teaching alike, since planning costs more than reading.
CREATE FUNCTION hemis_roll(the_teaching bigint) RETURNS TABLE (
    student_id bigint, name text, number text, group_id bigint, group_name text, line_id bigint, since date, until date,
    highest integer, sort_key text
) LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    RETURN QUERY
    SELECT s.student_id,
           concat_ws(' ', nullif(o.last_name, ''), nullif(o.first_name, ''), nullif(o.middle_name, '')),
           t.number::text, s.group_id, g.name::text, s.line_id, s.since, s.until,
           CASE WHEN k.scale = 'five' THEN 5 ELSE 100 END, o.sort_key::text
      FROM hemis_seats() s
      JOIN students_student t ON t.id = s.student_id JOIN people_person o ON o.id = t.person_id
      JOIN students_group g ON g.id = s.group_id
      JOIN curriculum_curriculumsubject c ON c.id = s.line_id JOIN curriculum_curriculum n ON n.id = c.curriculum_id
      JOIN curriculum_markingsystem k ON k.id = n.marking_system_id
     WHERE s.teaching_id = the_teaching;
END $$;
