-- The journal asks the same as rolls and timetables: hemis_seats() of the curriculum.
CREATE OR REPLACE FUNCTION hemis_seat(the_teaching bigint, the_student bigint, the_day date, OUT registration bigint, OUT seat bigint)
LANGUAGE sql STABLE AS $$
    SELECT s.registration_id, s.group_id FROM hemis_seats() s
     WHERE s.teaching_id = the_teaching AND s.student_id = the_student
       AND s.since <= the_day AND (s.until IS NULL OR s.until > the_day)
     LIMIT 1
$$;
