-- The journal asks the same as rolls and timetables: hemis_seats() of the curriculum, one half after the other, since
-- it asks for each row and nearly every row has its usual seat. One student is asked for: no table is read whole.
CREATE OR REPLACE FUNCTION hemis_seat(the_teaching bigint, the_student bigint, the_day date, OUT registration bigint, OUT seat bigint)
LANGUAGE plpgsql STABLE SET enable_seqscan = off AS $$
BEGIN
    SELECT s.registration_id, s.group_id INTO registration, seat FROM hemis_usual_seats() s
     WHERE s.teaching_id = the_teaching AND s.student_id = the_student
       AND s.since <= the_day AND (s.until IS NULL OR s.until > the_day)
     LIMIT 1;
    IF NOT FOUND THEN
        SELECT s.registration_id, s.group_id INTO registration, seat FROM hemis_named_seats() s
         WHERE s.teaching_id = the_teaching AND s.student_id = the_student
           AND s.since <= the_day AND (s.until IS NULL OR s.until > the_day)
         LIMIT 1;
    END IF;
END $$;
