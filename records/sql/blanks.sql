-- Blanks of strict accountability (VMQ 283/2000): they come into being by a receipt alone, their state is that of
-- their last move, and a move is refused unless it follows from where the blank stands.

CREATE FUNCTION hemis_blank_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Acts and moves of blanks are never changed or deleted.' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER blank_act_frozen BEFORE UPDATE OR DELETE ON records_blankact
    FOR EACH ROW EXECUTE FUNCTION hemis_blank_frozen();
CREATE TRIGGER blank_range_frozen BEFORE UPDATE OR DELETE ON records_blankrange
    FOR EACH ROW EXECUTE FUNCTION hemis_blank_frozen();
CREATE TRIGGER blank_move_frozen BEFORE UPDATE OR DELETE ON records_blankmove
    FOR EACH ROW EXECUTE FUNCTION hemis_blank_frozen();

-- A range of a receipt becomes its blanks.
CREATE FUNCTION hemis_blank_range() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    the records_blankact;
BEGIN
    SELECT * INTO the FROM records_blankact WHERE id = NEW.act_id;
    IF the.kind <> 'received' THEN
        RAISE EXCEPTION 'Only a receipt brings blanks.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    INSERT INTO records_blank (range_id, kind, education_type, category, series, number, code, state, holder_id)
    SELECT NEW.id, NEW.kind, NEW.education_type, NEW.category, NEW.series, n,
           NEW.series || ' ' || lpad(n::text, greatest(NEW.digits, length(n::text)), '0'), 'stock', the.holder_id
      FROM generate_series(NEW.first, NEW.last) n;
    INSERT INTO records_blankmove (blank_id, verb, act_id, from_state, to_state, from_holder_id, holder_id, day, at, by_id)
    SELECT id, 'received', the.id, '', '', NULL, the.holder_id, the.date, now(), the.created_by_id
      FROM records_blank WHERE range_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER blank_range AFTER INSERT ON records_blankrange
    FOR EACH ROW EXECUTE FUNCTION hemis_blank_range();

-- Who writes a blank by hand finds that all of its range are there already, and nothing outside a range is one.
CREATE FUNCTION hemis_blank_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    the records_blankrange;
    last_move records_blankmove;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'A blank is never deleted.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF TG_OP = 'INSERT' THEN
        SELECT * INTO the FROM records_blankrange WHERE id = NEW.range_id;
        IF NEW.state <> 'stock' OR NEW.number NOT BETWEEN the.first AND the.last
           OR (NEW.kind, NEW.series, NEW.category, NEW.education_type)
              IS DISTINCT FROM (the.kind, the.series, the.category, the.education_type) THEN
            RAISE EXCEPTION 'A blank comes by a receipt.' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF (NEW.range_id, NEW.kind, NEW.education_type, NEW.category, NEW.series, NEW.number, NEW.code)
       IS DISTINCT FROM (OLD.range_id, OLD.kind, OLD.education_type, OLD.category, OLD.series, OLD.number, OLD.code) THEN
        RAISE EXCEPTION 'What stands on a blank does not change.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    SELECT * INTO last_move FROM records_blankmove WHERE blank_id = NEW.id ORDER BY id DESC LIMIT 1;
    IF (NEW.state, NEW.holder_id) IS DISTINCT FROM (last_move.to_state, last_move.holder_id) THEN
        RAISE EXCEPTION 'A blank moves by an act or by its paper.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER blank_guard BEFORE INSERT OR UPDATE OR DELETE ON records_blank
    FOR EACH ROW EXECUTE FUNCTION hemis_blank_guard();

-- A step of a blank: from where it stands, and only where the verb leads.
CREATE FUNCTION hemis_blank_move() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    the records_blank;
    act records_blankact;
    moved text;
BEGIN
    SELECT * INTO the FROM records_blank WHERE id = NEW.blank_id FOR UPDATE;
    IF NEW.act_id IS NOT NULL THEN
        SELECT * INTO act FROM records_blankact WHERE id = NEW.act_id;
        IF act.kind <> NEW.verb THEN
            RAISE EXCEPTION 'An act does what its kind says.' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    END IF;
    NEW.from_state := the.state;
    NEW.from_holder_id := the.holder_id;
    moved := CASE
        WHEN NEW.verb = 'received' AND the.state = 'stock'
             AND NOT EXISTS (SELECT 1 FROM records_blankmove WHERE blank_id = the.id) THEN 'stock'
        WHEN NEW.verb = 'given' AND the.state = 'stock' THEN 'stock'
        WHEN NEW.verb = 'assigned' AND the.state = 'stock' THEN 'assigned'
        WHEN NEW.verb = 'released' AND the.state = 'assigned' THEN 'stock'
        WHEN NEW.verb = 'printed' AND the.state = 'assigned' THEN 'printed'
        WHEN NEW.verb = 'handed' AND the.state = 'printed' THEN 'handed'
        WHEN NEW.verb = 'spoiled' AND the.state IN ('stock', 'assigned', 'printed') THEN 'spoiled'
        WHEN NEW.verb = 'destroyed' AND the.state = 'spoiled' THEN 'destroyed'
        WHEN NEW.verb = 'lost' AND the.state IN ('stock', 'assigned', 'printed', 'spoiled') THEN 'lost'
        -- What was declared lost is used no more, even when it turns up again.
        WHEN NEW.verb = 'found' AND the.state = 'lost' THEN 'spoiled'
        WHEN NEW.verb = 'returned' AND the.state = 'stock' THEN 'returned'
    END;
    IF moved IS NULL THEN
        RAISE EXCEPTION 'Blank % is % and cannot be %.', the.code, the.state, NEW.verb
              USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.day < (SELECT day FROM records_blankmove WHERE blank_id = the.id ORDER BY id DESC LIMIT 1) THEN
        RAISE EXCEPTION 'Blank % does not move before its last move.', the.code
              USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    NEW.to_state := moved;
    IF NEW.verb = 'received' THEN NEW.from_state := ''; END IF;
    IF NEW.verb = 'given' THEN
        NEW.holder_id := act.holder_id;
    ELSE
        NEW.holder_id := the.holder_id;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER blank_move BEFORE INSERT ON records_blankmove
    FOR EACH ROW EXECUTE FUNCTION hemis_blank_move();

CREATE FUNCTION hemis_blank_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.verb <> 'received' THEN
        UPDATE records_blank SET state = NEW.to_state, holder_id = NEW.holder_id
         WHERE id = NEW.blank_id AND state = NEW.from_state;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'A blank moves once at a time.' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER blank_moved AFTER INSERT ON records_blankmove
    FOR EACH ROW EXECUTE FUNCTION hemis_blank_moved();

-- An act is about some blank.
CREATE FUNCTION hemis_blank_act_whole() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM records_blankmove WHERE act_id = NEW.id) THEN
        RAISE EXCEPTION 'An act names at least one blank.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER blank_act_whole AFTER INSERT ON records_blankact
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION hemis_blank_act_whole();
