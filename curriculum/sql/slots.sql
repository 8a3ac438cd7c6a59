-- Busy hours of rooms, teachers and groups, written by lessons and controls alike.

-- Two classes of a group meet unless they are for different subgroups of one division, or for different
-- alternatives of one elective. What an index can say: parts of the same name overlap; none means everybody.
ALTER TABLE curriculum_audienceslot ADD CONSTRAINT audience_no_double_booking
    EXCLUDE USING gist (
        int8range(group_id, group_id, '[]') WITH &&,
        (CASE WHEN subgroup_id IS NULL THEN int8range(NULL, NULL)
              ELSE int8range(subgroup_id, subgroup_id, '[]') END) WITH &&,
        (CASE WHEN alternative_id IS NULL THEN int8range(NULL, NULL)
              ELSE int8range(alternative_id, alternative_id, '[]') END) WITH &&,
        tsrange(day + starts_at, day + ends_at) WITH &&
    );

-- Parts of different divisions or electives share students: no index can say that, a lock of the group can.
CREATE FUNCTION hemis_parts_apart() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(7301, NEW.group_id::integer);
    IF EXISTS (
        SELECT 1 FROM curriculum_audienceslot o
         WHERE o.group_id = NEW.group_id AND o.day = NEW.day AND o.id <> NEW.id
           AND o.starts_at < NEW.ends_at AND NEW.starts_at < o.ends_at
           AND NOT coalesce(o.division_id = NEW.division_id AND o.subgroup_id <> NEW.subgroup_id, false)
           AND NOT coalesce(o.elective = NEW.elective AND o.alternative_id <> NEW.alternative_id, false)
    ) THEN
        RAISE EXCEPTION 'Timetable: students of this part of the group have another class then.'
            USING ERRCODE = 'exclusion_violation', CONSTRAINT = 'audience_no_double_booking';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER parts_apart BEFORE INSERT OR UPDATE ON curriculum_audienceslot
    FOR EACH ROW WHEN (NEW.division_id IS NOT NULL OR NEW.alternative_id IS NOT NULL)
    EXECUTE FUNCTION hemis_parts_apart();

-- Planned lessons or controls as what they have in common: when, where and who gives them.
CREATE FUNCTION hemis_planned(what text, events bigint[])
RETURNS TABLE (id bigint, day date, starts_at time, ends_at time, auditorium_id bigint, people bigint[])
LANGUAGE sql STABLE AS $$
    SELECT id, day, starts_at, ends_at, auditorium_id, ARRAY[teacher_id, assistant_id]
      FROM curriculum_lesson WHERE what = 'lesson' AND id = ANY (events) AND state = 'planned'
    UNION ALL
    SELECT id, day, starts_at, ends_at, auditorium_id, ARRAY[examiner_id, second_examiner_id]
      FROM curriculum_controlevent WHERE what = 'control' AND id = ANY (events) AND state = 'planned';
$$;

-- Who attends: a lesson has its audience by the teaching, a control its own.
CREATE FUNCTION hemis_attending(what text, events bigint[])
RETURNS TABLE (id bigint, group_id bigint, subgroup_id bigint, curriculum_subject_id bigint)
LANGUAGE sql STABLE AS $$
    SELECT l.id, a.group_id, a.subgroup_id, a.curriculum_subject_id
      FROM curriculum_lesson l JOIN curriculum_teachingaudience a ON a.teaching_id = l.teaching_id
     WHERE what = 'lesson' AND l.id = ANY (events)
    UNION ALL
    SELECT event_id, group_id, subgroup_id, curriculum_subject_id
      FROM curriculum_controlaudience WHERE what = 'control' AND event_id = ANY (events);
$$;

CREATE FUNCTION hemis_drop_slots(what text, events bigint[]) RETURNS void LANGUAGE sql AS $$
    DELETE FROM structure_roomslot WHERE source = what AND source_id = ANY (events);
    DELETE FROM curriculum_teacherslot WHERE source = what AND source_id = ANY (events);
    DELETE FROM curriculum_audienceslot WHERE source = what AND source_id = ANY (events);
$$;

-- For many events at once: a half-year is placed by one statement.
CREATE FUNCTION hemis_write_slots(what text, events bigint[]) RETURNS void LANGUAGE sql AS $$
    INSERT INTO structure_roomslot (auditorium_id, day, starts_at, ends_at, source, source_id)
    SELECT auditorium_id, day, starts_at, ends_at, what, id
      FROM hemis_planned(what, events) WHERE auditorium_id IS NOT NULL ORDER BY id;
    INSERT INTO curriculum_teacherslot (employee_id, day, starts_at, ends_at, source, source_id)
    SELECT who, day, starts_at, ends_at, what, id
      FROM hemis_planned(what, events), unnest(people) who WHERE who IS NOT NULL ORDER BY id;
    INSERT INTO curriculum_audienceslot (
        group_id, subgroup_id, division_id, elective, alternative_id, day, starts_at, ends_at, source, source_id
    )
    SELECT a.group_id, a.subgroup_id, s.division_id,
           CASE WHEN c.elective_group <> '' THEN c.semester_id || '/' || c.elective_group END,
           CASE WHEN c.elective_group <> '' THEN c.id END, e.day, e.starts_at, e.ends_at, what, e.id
      FROM hemis_planned(what, events) e
      JOIN hemis_attending(what, events) a ON a.id = e.id
      JOIN curriculum_curriculumsubject c ON c.id = a.curriculum_subject_id
      LEFT JOIN students_subgroup s ON s.id = a.subgroup_id
     ORDER BY e.id;
$$;

-- The argument says which: lesson or control.
CREATE FUNCTION hemis_events_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM hemis_write_slots(TG_ARGV[0], (SELECT array_agg(id) FROM added));
    RETURN NULL;
END $$;

-- What says nothing about place and people writes nothing.
CREATE FUNCTION hemis_events_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    silent text[] := ARRAY['version', 'reason', 'note', 'is_locked', 'link', 'first_day', 'approved_at', 'approved_by_id'];
    moved bigint[] := (SELECT array_agg(n.id) FROM news n JOIN olds o ON o.id = n.id
                        WHERE to_jsonb(n) - silent IS DISTINCT FROM to_jsonb(o) - silent);
BEGIN
    PERFORM hemis_drop_slots(TG_ARGV[0], moved);
    PERFORM hemis_write_slots(TG_ARGV[0], moved);
    RETURN NULL;
END $$;

CREATE FUNCTION hemis_events_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM hemis_drop_slots(TG_ARGV[0], (SELECT array_agg(id) FROM gone));
    RETURN NULL;
END $$;

CREATE TRIGGER lesson_slots_added AFTER INSERT ON curriculum_lesson REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION hemis_events_added('lesson');
CREATE TRIGGER lesson_slots_changed AFTER UPDATE ON curriculum_lesson REFERENCING OLD TABLE AS olds NEW TABLE AS news
    FOR EACH STATEMENT EXECUTE FUNCTION hemis_events_changed('lesson');
CREATE TRIGGER lesson_slots_removed AFTER DELETE ON curriculum_lesson REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION hemis_events_removed('lesson');
CREATE TRIGGER control_slots_added AFTER INSERT ON curriculum_controlevent REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION hemis_events_added('control');
CREATE TRIGGER control_slots_changed AFTER UPDATE ON curriculum_controlevent
    REFERENCING OLD TABLE AS olds NEW TABLE AS news
    FOR EACH STATEMENT EXECUTE FUNCTION hemis_events_changed('control');
CREATE TRIGGER control_slots_removed AFTER DELETE ON curriculum_controlevent REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION hemis_events_removed('control');

-- Whose audience changes (a few rows at a time) has its hours written anew.
CREATE FUNCTION hemis_audience_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    owners bigint[] := ARRAY[
        CASE WHEN TG_OP <> 'INSERT' THEN (to_jsonb(OLD) ->> TG_ARGV[1])::bigint END,
        CASE WHEN TG_OP <> 'DELETE' THEN (to_jsonb(NEW) ->> TG_ARGV[1])::bigint END];
    events bigint[] := CASE TG_ARGV[0]
        WHEN 'lesson' THEN (SELECT array_agg(id) FROM curriculum_lesson WHERE state = 'planned' AND teaching_id = ANY (owners))
        ELSE owners END;
BEGIN
    PERFORM hemis_drop_slots(TG_ARGV[0], events);
    PERFORM hemis_write_slots(TG_ARGV[0], events);
    RETURN NULL;
END $$;
CREATE TRIGGER lesson_audience AFTER INSERT OR UPDATE OR DELETE ON curriculum_teachingaudience
    FOR EACH ROW EXECUTE FUNCTION hemis_audience_changed('lesson', 'teaching_id');
CREATE TRIGGER control_audience AFTER INSERT OR UPDATE OR DELETE ON curriculum_controlaudience
    FOR EACH ROW EXECUTE FUNCTION hemis_audience_changed('control', 'event_id');
