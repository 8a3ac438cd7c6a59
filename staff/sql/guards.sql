-- The laws of posts (issue: two heads of one kafedra, rates without a limit, an account that outlives its post).
-- They hold for pages, admin, shell and raw SQL alike. Dates are included at both ends.

ALTER TABLE staff_position ADD CONSTRAINT one_main_post
    EXCLUDE USING gist (
        int8range(employee_id, employee_id, '[]') WITH &&,
        daterange(valid_from, valid_to, '[]') WITH &&
    ) WHERE (employment = '11');
-- A head of kafedra (16) and a dean (25) for each unit, a rector (20) for the university: one at a time.
ALTER TABLE staff_position ADD CONSTRAINT one_head_of_unit
    EXCLUDE USING gist (
        int8range(unit_id, unit_id, '[]') WITH &&,
        daterange(valid_from, valid_to, '[]') WITH &&
    ) WHERE (post IN ('16', '25'));
ALTER TABLE staff_position ADD CONSTRAINT one_rector
    EXCLUDE USING gist (daterange(valid_from, valid_to, '[]') WITH &&) WHERE (post = '20');
ALTER TABLE staff_absence ADD CONSTRAINT one_absence_at_a_time
    EXCLUDE USING gist (
        int8range(employee_id, employee_id, '[]') WITH &&,
        daterange(valid_from, valid_to, '[]') WITH &&
    );
ALTER TABLE staff_establishmentpost ADD CONSTRAINT planned_once
    EXCLUDE USING gist (
        int8range(unit_id, unit_id, '[]') WITH &&,
        int8range(hashtext(post)::bigint, hashtext(post)::bigint, '[]') WITH &&,
        daterange(valid_from, valid_to, '[]') WITH &&
    );

CREATE FUNCTION hemis_staff_rule(the_kind text, the_day date) RETURNS numeric LANGUAGE sql STABLE AS $$
    SELECT value FROM staff_staffrule WHERE kind = the_kind AND valid_from <= the_day
     ORDER BY valid_from DESC LIMIT 1
$$;

-- Before a post is written: the kind of unit, and no silent edits.
CREATE FUNCTION hemis_position_before() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    the_kind text;
    corrected boolean;
BEGIN
    SELECT kind INTO the_kind FROM structure_unit WHERE id = NEW.unit_id;
    IF NEW.post = '16' AND the_kind <> '12' OR NEW.post IN ('25', '26') AND the_kind <> '11' THEN
        RAISE EXCEPTION 'This post does not exist in a unit of this kind.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'post_of_unit_kind';
    END IF;
    IF TG_OP = 'INSERT' THEN
        RETURN NEW;
    END IF;
    corrected := NEW.correction <> '' AND NEW.correction IS DISTINCT FROM OLD.correction;
    IF (NEW.employee_id, NEW.unit_id, NEW.post, NEW.employment, NEW.rate, NEW.valid_from)
       IS DISTINCT FROM (OLD.employee_id, OLD.unit_id, OLD.post, OLD.employment, OLD.rate, OLD.valid_from)
       AND NOT corrected THEN
        RAISE EXCEPTION 'A post is moved by an order; a slip is corrected with its reason.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'position_not_in_silence';
    END IF;
    IF NEW.valid_to IS DISTINCT FROM OLD.valid_to AND NOT corrected
       AND (NEW.end_order_number = ''
            OR (NEW.end_order_number, NEW.end_order_date) IS NOT DISTINCT FROM (OLD.end_order_number, OLD.end_order_date)) THEN
        RAISE EXCEPTION 'A post ends by an order.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'position_ends_by_order';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER position_before BEFORE INSERT OR UPDATE ON staff_position
    FOR EACH ROW EXECUTE FUNCTION hemis_position_before();

-- The rates of one person on any day: paid by the hour does not count.
CREATE FUNCTION hemis_position_rates() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    worst record;
BEGIN
    -- Two posts of one person written at once: one waits, then sees the other.
    PERFORM 1 FROM staff_employee WHERE id = NEW.employee_id FOR NO KEY UPDATE;
    SELECT d.day, sum(p.rate) AS total, hemis_staff_rule('max_rates', d.day) AS most INTO worst
      FROM (SELECT valid_from AS day FROM staff_position
             WHERE employee_id = NEW.employee_id AND employment <> '14'
            UNION
            SELECT r.valid_from FROM staff_staffrule r WHERE r.kind = 'max_rates') d
      JOIN staff_position p ON p.employee_id = NEW.employee_id AND p.employment <> '14'
                           AND daterange(p.valid_from, p.valid_to, '[]') @> d.day
     WHERE daterange(NEW.valid_from, NEW.valid_to, '[]') @> d.day
     GROUP BY d.day
    HAVING sum(p.rate) > hemis_staff_rule('max_rates', d.day)
     LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'On % the rates of this employee are %, more than %.', worst.day, worst.total, worst.most
            USING ERRCODE = 'check_violation', CONSTRAINT = 'position_rates_limit';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER position_rates AFTER INSERT OR UPDATE ON staff_position
    FOR EACH ROW WHEN (NEW.employment <> '14') EXECUTE FUNCTION hemis_position_rates();

-- A role ends with the last of the posts that brought it; so does access.
CREATE FUNCTION hemis_roles_follow_posts(the_assignments bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE access_roleassignment a
       SET valid_to = f.ends
      FROM (SELECT l.assignment_id,
                   CASE WHEN bool_or(p.valid_to IS NULL) THEN NULL ELSE max(p.valid_to) END AS ends
              FROM staff_postassignment l JOIN staff_position p ON p.id = l.position_id
             WHERE l.assignment_id = ANY(the_assignments) GROUP BY l.assignment_id) f
     WHERE a.id = f.assignment_id AND a.valid_to IS DISTINCT FROM f.ends;
    DELETE FROM access_roleassignment a
     WHERE a.id = ANY(the_assignments)
       AND NOT EXISTS (SELECT 1 FROM staff_postassignment l WHERE l.assignment_id = a.id);
END $$;
CREATE FUNCTION hemis_position_roles() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    touched bigint[];
BEGIN
    SELECT array_agg(assignment_id) INTO touched FROM staff_postassignment WHERE position_id = OLD.id;
    IF TG_OP = 'DELETE' THEN
        DELETE FROM staff_postassignment WHERE position_id = OLD.id;
    END IF;
    IF touched IS NOT NULL THEN
        PERFORM hemis_roles_follow_posts(touched);
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER position_roles_end AFTER UPDATE OF valid_to ON staff_position
    FOR EACH ROW EXECUTE FUNCTION hemis_position_roles();
CREATE TRIGGER position_roles_gone BEFORE DELETE ON staff_position
    FOR EACH ROW EXECUTE FUNCTION hemis_position_roles();

-- Degree and rank on the card are what the diplomas say, whoever writes the card.
CREATE FUNCTION hemis_degree_of(the_employee bigint, the_kind text) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT coalesce((SELECT CASE WHEN the_kind = 'degree' THEN degree ELSE rank END FROM staff_degree
                      WHERE employee_id = the_employee AND kind = the_kind
                      ORDER BY CASE WHEN the_kind = 'degree' THEN degree ELSE rank END DESC LIMIT 1), '10')
$$;
CREATE FUNCTION hemis_employee_degrees() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.academic_degree := hemis_degree_of(NEW.id, 'degree');
    NEW.academic_rank := hemis_degree_of(NEW.id, 'rank');
    RETURN NEW;
END $$;
CREATE TRIGGER employee_degrees BEFORE INSERT OR UPDATE ON staff_employee
    FOR EACH ROW EXECUTE FUNCTION hemis_employee_degrees();
CREATE FUNCTION hemis_degree_shows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        UPDATE staff_employee SET academic_degree = hemis_degree_of(id, 'degree'),
                                  academic_rank = hemis_degree_of(id, 'rank') WHERE id = OLD.employee_id;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        UPDATE staff_employee SET academic_degree = hemis_degree_of(id, 'degree'),
                                  academic_rank = hemis_degree_of(id, 'rank') WHERE id = NEW.employee_id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER degree_shows AFTER INSERT OR UPDATE OR DELETE ON staff_degree
    FOR EACH ROW EXECUTE FUNCTION hemis_degree_shows();

-- A term is no longer than the law lets it be.
CREATE FUNCTION hemis_competition_term() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    most numeric := hemis_staff_rule('term_months', NEW.term_from);
BEGIN
    IF NEW.term_to IS NOT NULL AND most IS NOT NULL
       AND NEW.term_to > NEW.term_from + make_interval(months => most::int) THEN
        RAISE EXCEPTION 'The term is longer than % months.', most
            USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_term_limit';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER competition_term BEFORE INSERT OR UPDATE ON staff_competitionentry
    FOR EACH ROW EXECUTE FUNCTION hemis_competition_term();
