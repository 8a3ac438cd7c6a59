-- The timetable: nobody and nothing is in two places at once.

-- An event begins and ends when its pair does; a past one keeps the hours it had.
CREATE FUNCTION hemis_event_hours() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND pg_trigger_depth() = 1
       AND (NEW.pair_id, NEW.day) IS NOT DISTINCT FROM (OLD.pair_id, OLD.day) THEN
        NEW.starts_at := OLD.starts_at;
        NEW.ends_at := OLD.ends_at;
        RETURN NEW;
    END IF;
    SELECT starts, ends INTO NEW.starts_at, NEW.ends_at FROM curriculum_classpair WHERE id = NEW.pair_id;
    RETURN NEW;
END $$;
CREATE TRIGGER event_hours BEFORE INSERT OR UPDATE ON curriculum_lesson
    FOR EACH ROW EXECUTE FUNCTION hemis_event_hours();
CREATE TRIGGER event_hours BEFORE INSERT OR UPDATE ON curriculum_controlevent
    FOR EACH ROW EXECUTE FUNCTION hemis_event_hours();

-- Events to come follow a change of the pair's hours.
CREATE FUNCTION hemis_pair_hours() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.starts, NEW.ends) IS NOT DISTINCT FROM (OLD.starts, OLD.ends) THEN RETURN NULL; END IF;
    UPDATE curriculum_lesson SET starts_at = NEW.starts
     WHERE pair_id = NEW.id AND day >= (now() AT TIME ZONE 'Asia/Tashkent')::date;
    UPDATE curriculum_controlevent SET starts_at = NEW.starts
     WHERE pair_id = NEW.id AND day >= (now() AT TIME ZONE 'Asia/Tashkent')::date;
    RETURN NULL;
END $$;
CREATE TRIGGER pair_hours AFTER UPDATE ON curriculum_classpair
    FOR EACH ROW EXECUTE FUNCTION hemis_pair_hours();

-- Slots: two ranges in one GiST index need no extension (see the hours of rooms).
ALTER TABLE curriculum_teacherslot ADD CONSTRAINT teacher_no_double_booking
    EXCLUDE USING gist (
        int8range(employee_id, employee_id, '[]') WITH &&,
        tsrange(day + starts_at, day + ends_at) WITH &&
    );
CREATE FUNCTION hemis_slot_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION 'Timetable: busy hours are written by lessons and controls.'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER slot_guard BEFORE INSERT OR UPDATE OR DELETE ON curriculum_teacherslot
    FOR EACH ROW EXECUTE FUNCTION hemis_slot_guard();
CREATE TRIGGER slot_guard BEFORE INSERT OR UPDATE OR DELETE ON curriculum_audienceslot
    FOR EACH ROW EXECUTE FUNCTION hemis_slot_guard();
