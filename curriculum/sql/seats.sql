-- Who sits in which teaching from when until when: the one answer that rolls, journals, timetables and tasks read.

-- Without arguments and of one SELECT, so that it is planned as part of whoever asks: the conditions of the caller
-- reach the indexes. (A view would keep its columns from being altered later.)
-- Usual is the whole group that the registration attends with, and of its subgroups the one in which the student is;
-- a row of curriculum_registrationseat overrules that for its kind of training from its day until the next row.
CREATE FUNCTION hemis_usual_seats() RETURNS TABLE (
    teaching_id bigint, audience_id bigint, training_type text, line_id bigint, group_id bigint, subgroup_id bigint,
    registration_id bigint, student_id bigint, is_guest boolean, is_named boolean, since date, until date
) LANGUAGE sql STABLE AS $$
    SELECT a.teaching_id, a.id, t.training_type::text, a.curriculum_subject_id, a.group_id, a.subgroup_id, r.id,
           r.student_id, r.group_id IS NOT NULL, false,
           greatest(p.valid_from, m.valid_from), least(p.valid_to, m.valid_to, f.valid_from)
      FROM curriculum_teachingaudience a
      JOIN curriculum_teaching t ON t.id = a.teaching_id
      JOIN curriculum_registration r ON r.curriculum_subject_id = a.curriculum_subject_id AND r.is_active
      JOIN students_placement p ON p.student_id = r.student_id AND p.status = '11'
       AND coalesce(r.group_id, p.group_id) = a.group_id
      LEFT JOIN students_subgroupmember m ON m.subgroup_id = a.subgroup_id AND m.student_id = r.student_id
      LEFT JOIN (SELECT n.registration_id, n.training_type, n.valid_from FROM curriculum_registrationseat n
                  WHERE NOT EXISTS (SELECT 1 FROM curriculum_registrationseat o
                                     WHERE o.registration_id = n.registration_id
                                       AND o.training_type = n.training_type AND o.valid_from < n.valid_from)) f
        ON f.registration_id = r.id AND f.training_type = t.training_type
     WHERE (a.subgroup_id IS NULL OR m.id IS NOT NULL)
       AND coalesce(least(p.valid_to, m.valid_to, f.valid_from), 'infinity') > greatest(p.valid_from, m.valid_from)
$$;

CREATE FUNCTION hemis_named_seats() RETURNS TABLE (
    teaching_id bigint, audience_id bigint, training_type text, line_id bigint, group_id bigint, subgroup_id bigint,
    registration_id bigint, student_id bigint, is_guest boolean, is_named boolean, since date, until date
) LANGUAGE sql STABLE AS $$
    SELECT a.teaching_id, a.id, t.training_type::text, a.curriculum_subject_id, a.group_id, a.subgroup_id, r.id,
           r.student_id, CASE WHEN n.group_id IS NULL THEN r.group_id IS NOT NULL ELSE p.group_id <> a.group_id END,
           n.group_id IS NOT NULL,
           greatest(p.valid_from, n.valid_from, m.valid_from),
           least(p.valid_to, o.until, m.valid_to)
      FROM curriculum_registrationseat n
      JOIN curriculum_registration r ON r.id = n.registration_id AND r.is_active
      JOIN students_placement p ON p.student_id = r.student_id AND p.status = '11'
      JOIN curriculum_teachingaudience a ON a.curriculum_subject_id = r.curriculum_subject_id
       AND a.group_id = coalesce(n.group_id, r.group_id, p.group_id)
      JOIN curriculum_teaching t ON t.id = a.teaching_id AND t.training_type = n.training_type
      LEFT JOIN students_subgroupmember m ON m.subgroup_id = a.subgroup_id AND m.student_id = r.student_id
       AND n.group_id IS NULL
      JOIN LATERAL (
           SELECT min(o.valid_from) AS until FROM curriculum_registrationseat o
            WHERE o.registration_id = n.registration_id AND o.training_type = n.training_type
              AND o.valid_from > n.valid_from) o ON true
     WHERE CASE WHEN n.group_id IS NULL THEN a.subgroup_id IS NULL OR m.id IS NOT NULL
                ELSE a.subgroup_id IS NOT DISTINCT FROM n.subgroup_id END
       AND coalesce(least(p.valid_to, o.until, m.valid_to), 'infinity')
           > greatest(p.valid_from, n.valid_from, m.valid_from)
$$;

CREATE FUNCTION hemis_seats() RETURNS TABLE (
    teaching_id bigint, audience_id bigint, training_type text, line_id bigint, group_id bigint, subgroup_id bigint,
    registration_id bigint, student_id bigint, is_guest boolean, is_named boolean, since date, until date
) LANGUAGE sql STABLE AS $$
    SELECT * FROM hemis_usual_seats() UNION ALL SELECT * FROM hemis_named_seats()
$$;

-- Who sits a control on its day. It is of the group that the registration attends with; of its subgroups, where a
-- control is for one, that of the lessons counts: a row that names one of the same division, else the usual one.
CREATE FUNCTION hemis_control_seats() RETURNS TABLE (
    event_id bigint, audience_id bigint, line_id bigint, group_id bigint, subgroup_id bigint, registration_id bigint,
    student_id bigint
) LANGUAGE sql STABLE AS $$
    SELECT a.event_id, a.id, a.curriculum_subject_id, a.group_id, a.subgroup_id, r.id, r.student_id
      FROM curriculum_controlaudience a
      JOIN curriculum_controlevent e ON e.id = a.event_id
      JOIN curriculum_registration r ON r.curriculum_subject_id = a.curriculum_subject_id AND r.is_active
      JOIN students_placement p ON p.student_id = r.student_id AND p.status = '11'
       AND coalesce(r.group_id, p.group_id) = a.group_id
       AND p.valid_from <= e.day AND (p.valid_to IS NULL OR p.valid_to > e.day)
     WHERE a.subgroup_id IS NULL OR a.subgroup_id = coalesce(
           (SELECT n.subgroup_id FROM curriculum_registrationseat n JOIN students_subgroup s ON s.id = n.subgroup_id
              JOIN students_subgroup own ON own.id = a.subgroup_id AND own.division_id = s.division_id
             WHERE n.registration_id = r.id AND n.valid_from <= e.day
               AND NOT EXISTS (SELECT 1 FROM curriculum_registrationseat o
                                WHERE o.registration_id = n.registration_id AND o.training_type = n.training_type
                                  AND o.valid_from > n.valid_from AND o.valid_from <= e.day)
             ORDER BY n.valid_from DESC, n.training_type LIMIT 1),
           (SELECT m.subgroup_id FROM students_subgroupmember m
             WHERE m.subgroup_id = a.subgroup_id AND m.student_id = r.student_id
               AND m.valid_from <= e.day AND (m.valid_to IS NULL OR m.valid_to > e.day)))
$$;

-- A place is where the subject is taught so; it stays with its registration and kind of training.
CREATE FUNCTION hemis_registration_seat_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (NEW.registration_id, NEW.training_type)
        IS DISTINCT FROM (OLD.registration_id, OLD.training_type) THEN
        RAISE EXCEPTION 'A place stays with its registration and kind of training.'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.group_id IS NULL THEN
        RETURN NEW;
    END IF;
    PERFORM 1 FROM curriculum_teachingaudience a
      JOIN curriculum_teaching t ON t.id = a.teaching_id AND t.training_type = NEW.training_type
      JOIN curriculum_registration r ON r.curriculum_subject_id = a.curriculum_subject_id AND r.id = NEW.registration_id
     WHERE a.group_id = NEW.group_id AND a.subgroup_id IS NOT DISTINCT FROM NEW.subgroup_id
       FOR SHARE OF a;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'The subject is not taught there in this kind of training.'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'registration_seat_taught';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER registration_seat_guard BEFORE INSERT OR UPDATE ON curriculum_registrationseat
    FOR EACH ROW EXECUTE FUNCTION hemis_registration_seat_guard();

-- A subgroup that says how many it holds is not filled beyond: counted under the lock of its row, in the order of the
-- keys, by statements that see what others have committed meanwhile.
CREATE FUNCTION hemis_registration_seats_held() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM students_subgroup s
     WHERE s.capacity IS NOT NULL AND s.id IN (SELECT subgroup_id FROM news) ORDER BY s.id FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    IF EXISTS (
        SELECT 1 FROM (
            SELECT DISTINCT r.curriculum_subject_id, n.training_type, n.subgroup_id,
                   greatest(n.valid_from, current_date) AS day
              FROM news n JOIN curriculum_registration r ON r.id = n.registration_id) one
          JOIN students_subgroup s ON s.id = one.subgroup_id AND s.capacity IS NOT NULL
         WHERE s.capacity < (
               SELECT count(DISTINCT x.student_id) FROM hemis_seats() x
                WHERE x.line_id = one.curriculum_subject_id AND x.training_type = one.training_type
                  AND x.subgroup_id = one.subgroup_id AND x.since <= one.day AND (x.until IS NULL OR x.until > one.day))
    ) THEN
        RAISE EXCEPTION 'The subgroup is full.' USING ERRCODE = 'integrity_constraint_violation',
            CONSTRAINT = 'registration_seat_capacity';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER registration_seats_added AFTER INSERT ON curriculum_registrationseat REFERENCING NEW TABLE AS news
    FOR EACH STATEMENT EXECUTE FUNCTION hemis_registration_seats_held();
CREATE TRIGGER registration_seats_changed AFTER UPDATE ON curriculum_registrationseat REFERENCING NEW TABLE AS news
    FOR EACH STATEMENT EXECUTE FUNCTION hemis_registration_seats_held();

-- What somebody attends by name, or may choose in a window, is not taken away under him.
CREATE FUNCTION hemis_named_audience_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM curriculum_registrationseat n
          JOIN curriculum_registration r ON r.id = n.registration_id AND r.is_active
           AND r.curriculum_subject_id = OLD.curriculum_subject_id
         WHERE n.group_id = OLD.group_id AND n.subgroup_id IS NOT DISTINCT FROM OLD.subgroup_id
           AND NOT EXISTS (SELECT 1 FROM curriculum_registrationseat o
                            WHERE o.registration_id = n.registration_id AND o.training_type = n.training_type
                              AND o.valid_from > n.valid_from)
           AND NOT EXISTS (SELECT 1 FROM curriculum_teachingaudience a JOIN curriculum_teaching t ON t.id = a.teaching_id
                            WHERE a.curriculum_subject_id = r.curriculum_subject_id AND a.group_id = n.group_id
                              AND a.subgroup_id IS NOT DISTINCT FROM n.subgroup_id
                              AND t.training_type = n.training_type)
    ) OR EXISTS (
        SELECT 1 FROM curriculum_electiveoffer f JOIN curriculum_electivecampaign c ON c.id = f.campaign_id
         WHERE f.curriculum_subject_id = OLD.curriculum_subject_id AND f.group_id = OLD.group_id
           AND f.training_type <> '' AND f.subgroup_id IS NOT DISTINCT FROM OLD.subgroup_id AND c.closed_at IS NULL
           AND NOT EXISTS (SELECT 1 FROM curriculum_teachingaudience a JOIN curriculum_teaching t ON t.id = a.teaching_id
                            WHERE a.curriculum_subject_id = f.curriculum_subject_id AND a.group_id = f.group_id
                              AND a.subgroup_id IS NOT DISTINCT FROM f.subgroup_id
                              AND t.training_type = f.training_type)
    ) THEN
        RAISE EXCEPTION 'Students attend it by a choice or a decision of the office, or may choose it now.'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'named_audience_stays';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER named_audience_removed AFTER DELETE ON curriculum_teachingaudience
    FOR EACH ROW EXECUTE FUNCTION hemis_named_audience_guard();
CREATE TRIGGER named_audience_changed AFTER UPDATE OF teaching_id, curriculum_subject_id, group_id, subgroup_id
    ON curriculum_teachingaudience FOR EACH ROW EXECUTE FUNCTION hemis_named_audience_guard();

-- --- the windows of choice

-- What one of is chosen: the elective group, the subject whose teachers are chosen, or a kind of its training.
CREATE OR REPLACE FUNCTION hemis_elective_choice() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT o.campaign_id, CASE WHEN o.group_id IS NULL THEN s.elective_group
                               WHEN o.training_type = '' THEN 'T' || to_hex(s.id)
                               ELSE 'T' || to_hex(s.id) || '.' || o.training_type END
      INTO NEW.campaign_id, NEW.elective_group
      FROM curriculum_electiveoffer o JOIN curriculum_curriculumsubject s ON s.id = o.curriculum_subject_id
     WHERE o.id = NEW.offer_id;
    RETURN NEW;
END $$;

-- The office moves nobody without saying why.
CREATE FUNCTION hemis_elective_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.reason = '' THEN
        RAISE EXCEPTION 'Whoever is moved by the office is told why.'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'elective_moved_reason';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER elective_moved BEFORE UPDATE OF offer_id, way ON curriculum_electivechoice
    FOR EACH ROW WHEN (NEW.way = 'moved' AND (OLD.offer_id <> NEW.offer_id OR OLD.way <> 'moved'))
    EXECUTE FUNCTION hemis_elective_moved();

-- A teacher's offer is a group, or a part of one for one kind of training, as it is taught.
CREATE OR REPLACE FUNCTION hemis_elective_offer_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    what text;
BEGIN
    SELECT kind INTO what FROM curriculum_electivecampaign WHERE id = NEW.campaign_id;
    IF what = 'subjects' AND (NEW.group_id IS NOT NULL OR NEW.training_type <> '' OR NEW.subgroup_id IS NOT NULL
        OR NOT EXISTS (
        SELECT 1 FROM curriculum_curriculumsubject s JOIN curriculum_electivecampaign c ON c.semester_id = s.semester_id
         WHERE s.id = NEW.curriculum_subject_id AND c.id = NEW.campaign_id AND s.elective_group <> ''
    )) THEN
        RAISE EXCEPTION 'The subject is no alternative of this semester.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF what = 'teachers' AND NOT EXISTS (
        SELECT 1 FROM curriculum_curriculumsubject s
          JOIN curriculum_electivecampaign c ON c.semester_id = s.semester_id
          JOIN curriculum_groupcurriculum g ON g.curriculum_id = s.curriculum_id AND g.group_id = NEW.group_id
         WHERE s.id = NEW.curriculum_subject_id AND c.id = NEW.campaign_id AND s.elective_group = ''
    ) THEN
        RAISE EXCEPTION 'The group is not taught this subject in the semester.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.training_type = '' AND NEW.subgroup_id IS NOT NULL THEN
        RAISE EXCEPTION 'A subgroup is chosen for one kind of training.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.training_type <> '' AND NOT EXISTS (
        SELECT 1 FROM curriculum_teachingaudience a
          JOIN curriculum_teaching t ON t.id = a.teaching_id AND t.training_type = NEW.training_type
         WHERE a.curriculum_subject_id = NEW.curriculum_subject_id AND a.group_id = NEW.group_id
           AND a.subgroup_id IS NOT DISTINCT FROM NEW.subgroup_id
    ) THEN
        RAISE EXCEPTION 'The subject is not taught there in this kind of training.'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
DROP TRIGGER elective_offer_guard ON curriculum_electiveoffer;
CREATE TRIGGER elective_offer_guard
    BEFORE INSERT OR UPDATE OF campaign_id, curriculum_subject_id, group_id, training_type, subgroup_id
    ON curriculum_electiveoffer FOR EACH ROW EXECUTE FUNCTION hemis_elective_offer_guard();
