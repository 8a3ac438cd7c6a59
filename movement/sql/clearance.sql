-- A clearance sheet is complete only when every station of it has said "clear", and its
-- answers rest from then on. Whoever writes: page, admin, shell or raw SQL.
CREATE FUNCTION hemis_clearance_sheet_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'Clearance: a sheet is cancelled, never deleted.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'open' THEN
            RAISE EXCEPTION 'Clearance: a sheet begins open.' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF (NEW.student_id, NEW.occasion, NEW.opened_at, NEW.opened_by_id)
       IS DISTINCT FROM (OLD.student_id, OLD.occasion, OLD.opened_at, OLD.opened_by_id) THEN
        RAISE EXCEPTION 'Clearance: whose sheet it is never changes.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.state <> OLD.state AND (OLD.state || '>' || NEW.state) NOT IN
       ('open>complete', 'open>cancelled', 'complete>used', 'complete>cancelled', 'used>complete') THEN
        RAISE EXCEPTION 'Clearance: a sheet does not go from % to %.', OLD.state, NEW.state USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.state = 'complete' AND OLD.state = 'open' AND (
        NOT EXISTS (SELECT 1 FROM movement_clearanceanswer WHERE sheet_id = NEW.id)
        OR EXISTS (SELECT 1 FROM movement_clearanceanswer WHERE sheet_id = NEW.id AND state <> 'clear')) THEN
        RAISE EXCEPTION 'Clearance: a sheet is complete when every station has cleared it.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER clearance_sheet_guard BEFORE INSERT OR UPDATE OR DELETE ON movement_clearancesheet
    FOR EACH ROW EXECUTE FUNCTION hemis_clearance_sheet_guard();

CREATE FUNCTION hemis_clearance_answer_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- The row lock makes an answer and the completion of its sheet wait for each other.
    PERFORM 1 FROM movement_clearancesheet
      WHERE id = CASE WHEN TG_OP = 'DELETE' THEN OLD.sheet_id ELSE NEW.sheet_id END AND state = 'open' FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'Clearance: the answers of a sheet that is not going round rest.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    IF TG_OP = 'UPDATE' AND (NEW.sheet_id, NEW.station_id) IS DISTINCT FROM (OLD.sheet_id, OLD.station_id) THEN
        RAISE EXCEPTION 'Clearance: an answer stays with its station.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER clearance_answer_guard BEFORE INSERT OR UPDATE OR DELETE ON movement_clearanceanswer
    FOR EACH ROW EXECUTE FUNCTION hemis_clearance_answer_guard();
