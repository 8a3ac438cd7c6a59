-- Nobody is promised a room that another has: uses of one room never overlap.
-- Two ranges in one GiST index need no extension: a room is the range of its own number.

ALTER TABLE structure_roomslot ADD CONSTRAINT room_no_double_booking
    EXCLUDE USING gist (
        int8range(auditorium_id, auditorium_id, '[]') WITH &&,
        tsrange(day + starts_at, day + ends_at) WITH &&
    );

-- Slots are what the tables that use rooms say, so only their triggers write them.
CREATE FUNCTION hemis_room_slot_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION 'Rooms: the hours of a room are written by what uses it.'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    -- The lock makes a closing that runs at the same moment wait for us, or us for it.
    PERFORM 1 FROM structure_auditorium WHERE id = NEW.auditorium_id AND is_active FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'Rooms: the auditorium is not in use.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER room_slot_guard BEFORE INSERT OR UPDATE OR DELETE ON structure_roomslot
    FOR EACH ROW EXECUTE FUNCTION hemis_room_slot_guard();

CREATE FUNCTION hemis_booking_slots() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (NEW.auditorium_id, NEW.day, NEW.starts_at, NEW.ends_at, NEW.repeat_until, NEW.skipped, NEW.cancelled_at)
        IS NOT DISTINCT FROM (OLD.auditorium_id, OLD.day, OLD.starts_at, OLD.ends_at, OLD.repeat_until, OLD.skipped, OLD.cancelled_at) THEN
        RETURN NULL;
    END IF;
    IF TG_OP <> 'INSERT' THEN
        DELETE FROM structure_roomslot WHERE source = 'booking' AND source_id = OLD.id;
    END IF;
    IF TG_OP <> 'DELETE' AND NEW.cancelled_at IS NULL THEN
        INSERT INTO structure_roomslot (auditorium_id, day, starts_at, ends_at, source, source_id)
        SELECT NEW.auditorium_id, d::date, NEW.starts_at, NEW.ends_at, 'booking', NEW.id
          FROM generate_series(NEW.day::timestamp, coalesce(NEW.repeat_until, NEW.day)::timestamp, interval '7 days') d
         WHERE d::date <> ALL (NEW.skipped);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER booking_slots AFTER INSERT OR UPDATE OR DELETE ON structure_roombooking
    FOR EACH ROW EXECUTE FUNCTION hemis_booking_slots();

-- A room is closed when nobody has it any more, a building when its rooms are closed.
CREATE FUNCTION hemis_room_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.is_active AND (TG_OP = 'INSERT' OR NOT OLD.is_active OR NEW.building_id <> OLD.building_id) THEN
        PERFORM 1 FROM structure_building WHERE id = NEW.building_id AND is_active FOR SHARE;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'Rooms: the building is closed.' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.is_active AND NOT NEW.is_active AND EXISTS (
        SELECT 1 FROM structure_roomslot
         WHERE auditorium_id = NEW.id AND day >= (now() AT TIME ZONE 'Asia/Tashkent')::date
    ) THEN
        RAISE EXCEPTION 'Rooms: the auditorium is booked for days to come.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER room_guard BEFORE INSERT OR UPDATE ON structure_auditorium
    FOR EACH ROW EXECUTE FUNCTION hemis_room_guard();

CREATE FUNCTION hemis_building_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.is_active AND NOT NEW.is_active AND EXISTS (
        SELECT 1 FROM structure_auditorium WHERE building_id = NEW.id AND is_active
    ) THEN
        RAISE EXCEPTION 'Rooms: the building has auditoriums in use.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER building_guard BEFORE UPDATE ON structure_building
    FOR EACH ROW EXECUTE FUNCTION hemis_building_guard();
