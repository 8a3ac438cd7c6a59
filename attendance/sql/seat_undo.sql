-- As sql/guards.sql had made it.
CREATE OR REPLACE FUNCTION hemis_seat(the_teaching bigint, the_student bigint, the_day date, OUT registration bigint, OUT seat bigint)
LANGUAGE sql STABLE AS $$
    SELECT r.id, a.group_id
      FROM curriculum_teachingaudience a
      JOIN curriculum_registration r ON r.curriculum_subject_id = a.curriculum_subject_id
                                    AND r.student_id = the_student AND r.is_active
      JOIN students_placement p ON p.student_id = r.student_id AND p.status = '11'
                               AND p.valid_from <= the_day AND (p.valid_to IS NULL OR p.valid_to > the_day)
     WHERE a.teaching_id = the_teaching
       AND coalesce(r.group_id, p.group_id) = a.group_id
       AND (a.subgroup_id IS NULL OR EXISTS (
            SELECT 1 FROM students_subgroupmember m
             WHERE m.subgroup_id = a.subgroup_id AND m.student_id = the_student
               AND m.valid_from <= the_day AND (m.valid_to IS NULL OR m.valid_to > the_day)))
     LIMIT 1
$$;
