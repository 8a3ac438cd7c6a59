-- Busy hours as they were before alternatives of an elective could stand side by side (see slots.sql).

ALTER TABLE curriculum_audienceslot ADD CONSTRAINT audience_no_double_booking
    EXCLUDE USING gist (
        int8range(group_id, group_id, '[]') WITH &&,
        (CASE WHEN subgroup_id IS NULL THEN int8range(NULL, NULL)
              ELSE int8range(subgroup_id, subgroup_id, '[]') END) WITH &&,
        tsrange(day + starts_at, day + ends_at) WITH &&
    );

-- Subgroups of different divisions share students: no index can say that, a lock of the group can.
CREATE FUNCTION hemis_divisions_apart() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(7301, NEW.group_id::integer);
    IF EXISTS (
        SELECT 1 FROM curriculum_audienceslot
         WHERE group_id = NEW.group_id AND day = NEW.day AND division_id <> NEW.division_id
           AND starts_at < NEW.ends_at AND NEW.starts_at < ends_at
    ) THEN
        RAISE EXCEPTION 'Timetable: the students of the subgroup have another class then.'
            USING ERRCODE = 'exclusion_violation', CONSTRAINT = 'audience_no_double_booking';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER divisions_apart BEFORE INSERT OR UPDATE ON curriculum_audienceslot
    FOR EACH ROW WHEN (NEW.division_id IS NOT NULL) EXECUTE FUNCTION hemis_divisions_apart();

CREATE FUNCTION hemis_drop_slots(kind text, the bigint) RETURNS void LANGUAGE sql AS $$
    DELETE FROM structure_roomslot WHERE source = kind AND source_id = the;
    DELETE FROM curriculum_teacherslot WHERE source = kind AND source_id = the;
    DELETE FROM curriculum_audienceslot WHERE source = kind AND source_id = the;
$$;

CREATE FUNCTION hemis_lesson_slots(one curriculum_lesson) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF one.auditorium_id IS NOT NULL THEN
        INSERT INTO structure_roomslot (auditorium_id, day, starts_at, ends_at, source, source_id)
        VALUES (one.auditorium_id, one.day, one.starts_at, one.ends_at, 'lesson', one.id);
    END IF;
    INSERT INTO curriculum_teacherslot (employee_id, day, starts_at, ends_at, source, source_id)
    SELECT who, one.day, one.starts_at, one.ends_at, 'lesson', one.id
      FROM unnest(ARRAY[one.teacher_id, one.assistant_id]) who WHERE who IS NOT NULL;
    INSERT INTO curriculum_audienceslot (group_id, subgroup_id, division_id, day, starts_at, ends_at, source, source_id)
    SELECT a.group_id, a.subgroup_id, s.division_id, one.day, one.starts_at, one.ends_at, 'lesson', one.id
      FROM curriculum_teachingaudience a LEFT JOIN students_subgroup s ON s.id = a.subgroup_id
     WHERE a.teaching_id = one.teaching_id;
END $$;

CREATE FUNCTION hemis_lesson_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - ARRAY['version', 'reason', 'is_locked', 'link', 'first_day']
        IS NOT DISTINCT FROM to_jsonb(OLD) - ARRAY['version', 'reason', 'is_locked', 'link', 'first_day'] THEN
        RETURN NULL;
    END IF;
    IF TG_OP <> 'INSERT' THEN PERFORM hemis_drop_slots('lesson', OLD.id); END IF;
    IF TG_OP <> 'DELETE' AND NEW.state = 'planned' THEN PERFORM hemis_lesson_slots(NEW); END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER lesson_slots AFTER INSERT OR UPDATE OR DELETE ON curriculum_lesson
    FOR EACH ROW EXECUTE FUNCTION hemis_lesson_changed();

CREATE FUNCTION hemis_lesson_audience() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    one curriculum_lesson;
BEGIN
    FOR one IN SELECT * FROM curriculum_lesson WHERE state = 'planned' AND teaching_id IN (
        CASE WHEN TG_OP <> 'INSERT' THEN OLD.teaching_id END, CASE WHEN TG_OP <> 'DELETE' THEN NEW.teaching_id END
    ) LOOP
        PERFORM hemis_drop_slots('lesson', one.id);
        PERFORM hemis_lesson_slots(one);
    END LOOP;
    RETURN NULL;
END $$;
CREATE TRIGGER lesson_audience AFTER INSERT OR UPDATE OR DELETE ON curriculum_teachingaudience
    FOR EACH ROW EXECUTE FUNCTION hemis_lesson_audience();

CREATE FUNCTION hemis_control_slots(one curriculum_controlevent) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF one.auditorium_id IS NOT NULL THEN
        INSERT INTO structure_roomslot (auditorium_id, day, starts_at, ends_at, source, source_id)
        VALUES (one.auditorium_id, one.day, one.starts_at, one.ends_at, 'control', one.id);
    END IF;
    INSERT INTO curriculum_teacherslot (employee_id, day, starts_at, ends_at, source, source_id)
    SELECT who, one.day, one.starts_at, one.ends_at, 'control', one.id
      FROM unnest(ARRAY[one.examiner_id, one.second_examiner_id]) who WHERE who IS NOT NULL;
    INSERT INTO curriculum_audienceslot (group_id, subgroup_id, division_id, day, starts_at, ends_at, source, source_id)
    SELECT a.group_id, a.subgroup_id, s.division_id, one.day, one.starts_at, one.ends_at, 'control', one.id
      FROM curriculum_controlaudience a LEFT JOIN students_subgroup s ON s.id = a.subgroup_id
     WHERE a.event_id = one.id;
END $$;

CREATE FUNCTION hemis_control_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - ARRAY['version', 'reason', 'note']
        IS NOT DISTINCT FROM to_jsonb(OLD) - ARRAY['version', 'reason', 'note'] THEN
        RETURN NULL;
    END IF;
    IF TG_OP <> 'INSERT' THEN PERFORM hemis_drop_slots('control', OLD.id); END IF;
    IF TG_OP <> 'DELETE' AND NEW.state = 'planned' THEN PERFORM hemis_control_slots(NEW); END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER control_slots AFTER INSERT OR UPDATE OR DELETE ON curriculum_controlevent
    FOR EACH ROW EXECUTE FUNCTION hemis_control_changed();

CREATE FUNCTION hemis_control_audience() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    one curriculum_controlevent;
BEGIN
    FOR one IN SELECT * FROM curriculum_controlevent WHERE state = 'planned' AND id IN (
        CASE WHEN TG_OP <> 'INSERT' THEN OLD.event_id END, CASE WHEN TG_OP <> 'DELETE' THEN NEW.event_id END
    ) LOOP
        PERFORM hemis_drop_slots('control', one.id);
        PERFORM hemis_control_slots(one);
    END LOOP;
    RETURN NULL;
END $$;
CREATE TRIGGER control_audience AFTER INSERT OR UPDATE OR DELETE ON curriculum_controlaudience
    FOR EACH ROW EXECUTE FUNCTION hemis_control_audience();
