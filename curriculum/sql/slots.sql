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

CREATE FUNCTION hemis_drop_slots(kind text, the bigint) RETURNS void LANGUAGE sql AS $$
    DELETE FROM structure_roomslot WHERE source = kind AND source_id = the;
    DELETE FROM curriculum_teacherslot WHERE source = kind AND source_id = the;
    DELETE FROM curriculum_audienceslot WHERE source = kind AND source_id = the;
$$;

-- The event is the row of a lesson or a control as JSON: who gives it is named differently, and a lesson has
-- its audience by the teaching; the rest is the same.
CREATE FUNCTION hemis_write_slots(what text, event jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    the bigint := event ->> 'id';
    on_day date := event ->> 'day';
    begins time := event ->> 'starts_at';
    finishes time := event ->> 'ends_at';
    people text[] := CASE what WHEN 'lesson' THEN ARRAY['teacher_id', 'assistant_id']
                               ELSE ARRAY['examiner_id', 'second_examiner_id'] END;
BEGIN
    PERFORM hemis_drop_slots(what, the);
    IF event ->> 'state' <> 'planned' THEN RETURN; END IF;
    INSERT INTO structure_roomslot (auditorium_id, day, starts_at, ends_at, source, source_id)
    SELECT room, on_day, begins, finishes, what, the
      FROM (SELECT (event ->> 'auditorium_id')::bigint AS room) r WHERE room IS NOT NULL;
    INSERT INTO curriculum_teacherslot (employee_id, day, starts_at, ends_at, source, source_id)
    SELECT (event ->> who)::bigint, on_day, begins, finishes, what, the
      FROM unnest(people) who WHERE event ->> who IS NOT NULL;
    INSERT INTO curriculum_audienceslot (
        group_id, subgroup_id, division_id, elective, alternative_id, day, starts_at, ends_at, source, source_id
    )
    SELECT a.group_id, a.subgroup_id, s.division_id,
           CASE WHEN c.elective_group <> '' THEN c.semester_id || '/' || c.elective_group END,
           CASE WHEN c.elective_group <> '' THEN c.id END, on_day, begins, finishes, what, the
      FROM (SELECT group_id, subgroup_id, curriculum_subject_id FROM curriculum_teachingaudience
             WHERE what = 'lesson' AND teaching_id = (event ->> 'teaching_id')::bigint
            UNION ALL
            SELECT group_id, subgroup_id, curriculum_subject_id FROM curriculum_controlaudience
             WHERE what = 'control' AND event_id = the) a
      JOIN curriculum_curriculumsubject c ON c.id = a.curriculum_subject_id
      LEFT JOIN students_subgroup s ON s.id = a.subgroup_id;
END $$;

-- The argument says which: lesson or control. What says nothing about place and people writes nothing.
CREATE FUNCTION hemis_event_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    silent text[] := ARRAY['version', 'reason', 'note', 'is_locked', 'link', 'first_day', 'approved_at', 'approved_by_id'];
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM hemis_drop_slots(TG_ARGV[0], OLD.id);
    ELSIF TG_OP = 'INSERT' OR to_jsonb(NEW) - silent IS DISTINCT FROM to_jsonb(OLD) - silent THEN
        PERFORM hemis_write_slots(TG_ARGV[0], to_jsonb(NEW));
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER lesson_slots AFTER INSERT OR UPDATE OR DELETE ON curriculum_lesson
    FOR EACH ROW EXECUTE FUNCTION hemis_event_changed('lesson');
CREATE TRIGGER control_slots AFTER INSERT OR UPDATE OR DELETE ON curriculum_controlevent
    FOR EACH ROW EXECUTE FUNCTION hemis_event_changed('control');

CREATE FUNCTION hemis_lesson_audience() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM hemis_write_slots('lesson', to_jsonb(l)) FROM curriculum_lesson l
     WHERE l.state = 'planned' AND l.teaching_id IN (
        CASE WHEN TG_OP <> 'INSERT' THEN OLD.teaching_id END, CASE WHEN TG_OP <> 'DELETE' THEN NEW.teaching_id END);
    RETURN NULL;
END $$;
CREATE TRIGGER lesson_audience AFTER INSERT OR UPDATE OR DELETE ON curriculum_teachingaudience
    FOR EACH ROW EXECUTE FUNCTION hemis_lesson_audience();

CREATE FUNCTION hemis_control_audience() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM hemis_write_slots('control', to_jsonb(e)) FROM curriculum_controlevent e
     WHERE e.state = 'planned' AND e.id IN (
        CASE WHEN TG_OP <> 'INSERT' THEN OLD.event_id END, CASE WHEN TG_OP <> 'DELETE' THEN NEW.event_id END);
    RETURN NULL;
END $$;
CREATE TRIGGER control_audience AFTER INSERT OR UPDATE OR DELETE ON curriculum_controlaudience
    FOR EACH ROW EXECUTE FUNCTION hemis_control_audience();
