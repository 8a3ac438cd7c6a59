-- A unit's periods follow one another without gap or overlap, and the last of them
-- is what the unit's own row says: whoever writes, page, shell or raw SQL.

ALTER TABLE structure_unitperiod ADD CONSTRAINT unit_periods_apart
    EXCLUDE USING gist (
        int8range(unit_id, unit_id, '[]') WITH &&,
        daterange(valid_from, valid_to, '[]') WITH &&
    );

-- The first period comes with the unit itself.
CREATE FUNCTION hemis_unit_first_period() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO structure_unitperiod
        (version, unit_id, code, name, name_ru, name_en, parent_id, valid_from, valid_to, change, order_number, note)
    VALUES (1, NEW.id, NEW.code, NEW.name, NEW.name_ru, NEW.name_en, NEW.parent_id, NEW.opened_on,
            NEW.closed_on - 1, 'opened', '', '');
    RETURN NULL;
END $$;
CREATE TRIGGER unit_first_period AFTER INSERT ON structure_unit
    FOR EACH ROW EXECUTE FUNCTION hemis_unit_first_period();

-- A correction of a name or code is a correction of the period that holds; a corrected day of opening
-- moves the beginning of the first. Where a verb has written the period first, both agree already.
CREATE FUNCTION hemis_unit_correction() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.code, NEW.name, NEW.name_ru, NEW.name_en) IS DISTINCT FROM (OLD.code, OLD.name, OLD.name_ru, OLD.name_en) THEN
        UPDATE structure_unitperiod p
           SET code = NEW.code, name = NEW.name, name_ru = NEW.name_ru, name_en = NEW.name_en
         WHERE p.id = (SELECT id FROM structure_unitperiod WHERE unit_id = NEW.id
                        ORDER BY valid_from DESC NULLS LAST LIMIT 1)
           AND (p.code, p.name, p.name_ru, p.name_en) IS DISTINCT FROM (NEW.code, NEW.name, NEW.name_ru, NEW.name_en);
    END IF;
    IF NEW.opened_on IS DISTINCT FROM OLD.opened_on THEN
        UPDATE structure_unitperiod SET valid_from = NEW.opened_on
         WHERE id = (SELECT id FROM structure_unitperiod WHERE unit_id = NEW.id
                      ORDER BY valid_from NULLS FIRST LIMIT 1);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER unit_correction AFTER UPDATE ON structure_unit
    FOR EACH ROW EXECUTE FUNCTION hemis_unit_correction();

-- The tree: a kafedra belongs to a faculty, nobody to itself.
CREATE FUNCTION hemis_unit_tree() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.kind IS DISTINCT FROM OLD.kind AND ('11' IN (NEW.kind, OLD.kind) OR '12' IN (NEW.kind, OLD.kind)) THEN
        RAISE EXCEPTION 'Structure: a faculty or kafedra does not become another kind of unit.'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.parent_id IS NULL THEN RETURN NEW; END IF;
    IF NEW.kind = '12' AND (SELECT kind FROM structure_unit WHERE id = NEW.parent_id) IS DISTINCT FROM '11' THEN
        RAISE EXCEPTION 'Structure: a kafedra belongs to a faculty.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF EXISTS (
        WITH RECURSIVE above AS (
            SELECT NEW.parent_id AS id
            UNION
            SELECT u.parent_id FROM structure_unit u JOIN above a ON u.id = a.id WHERE u.parent_id IS NOT NULL
        ) SELECT 1 FROM above WHERE id = NEW.id
    ) THEN
        RAISE EXCEPTION 'Structure: a unit does not belong to itself.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER unit_tree BEFORE INSERT OR UPDATE OF parent_id, kind ON structure_unit
    FOR EACH ROW EXECUTE FUNCTION hemis_unit_tree();

-- Checked at the end of the transaction, when a verb has written all its rows.
CREATE FUNCTION hemis_unit_check(the bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    u structure_unit%ROWTYPE;
    p structure_unitperiod%ROWTYPE;
    last structure_unitperiod%ROWTYPE;
    seen int := 0;
BEGIN
    SELECT * INTO u FROM structure_unit WHERE id = the;
    IF NOT FOUND THEN RETURN; END IF;
    FOR p IN SELECT * FROM structure_unitperiod WHERE unit_id = the ORDER BY valid_from NULLS FIRST LOOP
        IF seen = 0 AND p.valid_from IS DISTINCT FROM u.opened_on THEN
            RAISE EXCEPTION 'Structure: the first period of % begins when the unit opens.', u.code
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        IF seen > 0 AND p.valid_from IS DISTINCT FROM last.valid_to + 1 THEN
            RAISE EXCEPTION 'Structure: the periods of % leave a gap.', u.code
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        last := p;
        seen := seen + 1;
    END LOOP;
    IF seen = 0 THEN
        RAISE EXCEPTION 'Structure: % has no period.', u.code USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF last.valid_to IS DISTINCT FROM u.closed_on - 1 THEN
        RAISE EXCEPTION 'Structure: the last period of % ends when the unit closes.', u.code
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF (last.code, last.name, last.name_ru, last.name_en, last.parent_id)
       IS DISTINCT FROM (u.code, u.name, u.name_ru, u.name_en, u.parent_id) THEN
        RAISE EXCEPTION 'Structure: % moves only by a period with its basis.', u.code
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF u.closed_on IS NULL AND EXISTS (SELECT 1 FROM structure_unit a WHERE a.id = u.parent_id AND a.closed_on IS NOT NULL)
       OR u.closed_on IS NOT NULL AND EXISTS (SELECT 1 FROM structure_unit c WHERE c.parent_id = u.id AND c.closed_on IS NULL) THEN
        RAISE EXCEPTION 'Structure: a closed unit has no open units below it.'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
END $$;

CREATE FUNCTION hemis_unit_in_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM hemis_unit_check(NEW.id);
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER unit_in_step AFTER INSERT OR UPDATE ON structure_unit
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION hemis_unit_in_step();

CREATE FUNCTION hemis_unit_period_in_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN PERFORM hemis_unit_check(OLD.unit_id); END IF;
    IF TG_OP <> 'DELETE' THEN PERFORM hemis_unit_check(NEW.unit_id); END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER unit_period_in_step AFTER INSERT OR UPDATE OR DELETE ON structure_unitperiod
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION hemis_unit_period_in_step();

-- Units that are there already get their first period.
INSERT INTO structure_unitperiod
    (version, unit_id, code, name, name_ru, name_en, parent_id, valid_from, valid_to, change, order_number, note)
SELECT 1, id, code, name, name_ru, name_en, parent_id, opened_on, closed_on - 1, 'opened', '', ''
  FROM structure_unit;
