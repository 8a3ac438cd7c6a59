-- Duty 3.6: approved criteria and frozen ratings do not change, whoever writes.

CREATE FUNCTION hemis_criteria_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'draft' THEN
            RAISE EXCEPTION '3.6: criteria begin as a draft.' USING ERRCODE = 'check_violation', CONSTRAINT = 'criteria_begin_as_draft';
        END IF;
        RETURN NEW;
    END IF;
    IF TG_OP = 'DELETE' THEN
        IF OLD.state <> 'draft' THEN
            RAISE EXCEPTION '3.6: approved criteria are not removed.' USING ERRCODE = 'check_violation', CONSTRAINT = 'criteria_frozen';
        END IF;
        RETURN OLD;
    END IF;
    IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (('draft', 'approved'), ('approved', 'locked')) THEN
        RAISE EXCEPTION '3.6: criteria do not go from % to %.', OLD.state, NEW.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'criteria_states';
    END IF;
    IF OLD.state <> 'draft' AND to_jsonb(NEW) - ARRAY['state', 'version'] <> to_jsonb(OLD) - ARRAY['state', 'version'] THEN
        RAISE EXCEPTION '3.6: approved criteria do not change; make another edition.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'criteria_frozen';
    END IF;
    IF OLD.state = 'draft' AND NEW.state = 'approved' AND NOT EXISTS (SELECT FROM research_criterion WHERE criteria_id = NEW.id) THEN
        RAISE EXCEPTION '3.6: criteria without a line are not approved.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'criteria_have_lines';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER criteria_guard BEFORE INSERT OR UPDATE OR DELETE ON research_criteriaset
    FOR EACH ROW EXECUTE FUNCTION hemis_criteria_guard();

-- The set is locked while it is asked, so that nobody approves it under a line that is being written.
CREATE FUNCTION hemis_criterion_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    the_state text;
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.criteria_id <> OLD.criteria_id THEN
        RAISE EXCEPTION '3.6: a criterion stays in its edition.' USING ERRCODE = 'check_violation', CONSTRAINT = 'criterion_stays';
    END IF;
    SELECT state INTO the_state FROM research_criteriaset
     WHERE id = CASE WHEN TG_OP = 'DELETE' THEN OLD.criteria_id ELSE NEW.criteria_id END FOR SHARE;
    IF the_state <> 'draft' THEN
        RAISE EXCEPTION '3.6: approved criteria do not change; make another edition.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'criteria_frozen';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER criterion_guard BEFORE INSERT OR UPDATE OR DELETE ON research_criterion
    FOR EACH ROW EXECUTE FUNCTION hemis_criterion_guard();

CREATE TRIGGER evidence_guard BEFORE INSERT OR UPDATE OR DELETE ON research_evidence
    FOR EACH ROW EXECUTE FUNCTION hemis_approval_guard('evidence');

-- Whether what a teacher is given adds up: things to marks, marks under the limit to scores, scores to the total.
CREATE FUNCTION hemis_rating_adds_up(the_rating bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT NOT EXISTS (
        SELECT FROM research_ratingline l LEFT JOIN (
            SELECT p.line_id, sum(p.score) AS score FROM research_ratingpart p GROUP BY 1) s ON s.line_id = l.id
         WHERE l.rating_id = the_rating AND (l.total <> coalesce(s.score, 0) OR l.place IS NULL)
    ) AND NOT EXISTS (
        SELECT FROM (SELECT p.* FROM research_ratingpart p JOIN research_ratingline l ON l.id = p.line_id WHERE l.rating_id = the_rating) p
          FULL JOIN (SELECT i.line_id, i.criterion_id, sum(i.marks) AS marks FROM research_ratingitem i
                       JOIN research_ratingline l ON l.id = i.line_id WHERE l.rating_id = the_rating GROUP BY 1, 2) i
            ON i.line_id = p.line_id AND i.criterion_id = p.criterion_id
          LEFT JOIN research_criterion c ON c.id = p.criterion_id
         WHERE p.marks IS DISTINCT FROM i.marks OR p.score <> least(p.marks, c.cap)
    );
$$;

CREATE FUNCTION hemis_rating_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' AND OLD.state = 'frozen' THEN
        RAISE EXCEPTION '3.6: a frozen rating does not change; a correction is the next edition.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'rating_frozen';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    IF TG_OP = 'INSERT' AND NEW.state <> 'counting' THEN
        RAISE EXCEPTION '3.6: a rating begins with being counted.' USING ERRCODE = 'check_violation', CONSTRAINT = 'rating_begins';
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.state <> OLD.state
       AND (OLD.state, NEW.state) NOT IN (('counting', 'counted'), ('counted', 'counting'), ('counted', 'frozen')) THEN
        RAISE EXCEPTION '3.6: a rating does not go from % to %.', OLD.state, NEW.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'rating_states';
    END IF;
    IF NOT EXISTS (SELECT FROM research_criteriaset WHERE id = NEW.criteria_id AND academic_year_id = NEW.academic_year_id
                      AND state IN ('approved', 'locked')) THEN
        RAISE EXCEPTION '3.6: a rating is counted by approved criteria of its year.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'rating_by_approved_criteria';
    END IF;
    IF NEW.corrects_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM research_rating WHERE id = NEW.corrects_id AND state = 'frozen' AND academic_year_id = NEW.academic_year_id
           AND criteria_id = NEW.criteria_id AND edition = NEW.edition - 1) THEN
        RAISE EXCEPTION '3.6: a correction follows the frozen edition before it, by the same criteria.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'rating_correction_follows';
    END IF;
    IF NEW.state = 'frozen' THEN
        IF NOT EXISTS (SELECT FROM research_criteriaset WHERE id = NEW.criteria_id AND state = 'locked') THEN
            RAISE EXCEPTION '3.6: the criteria of a frozen rating are locked.' USING ERRCODE = 'check_violation', CONSTRAINT = 'rating_locks_criteria';
        END IF;
        IF NOT hemis_rating_adds_up(NEW.id) THEN
            RAISE EXCEPTION '3.6: the rating does not add up; it is counted anew before it is frozen.'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'rating_adds_up';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER rating_guard BEFORE INSERT OR UPDATE OR DELETE ON research_rating
    FOR EACH ROW EXECUTE FUNCTION hemis_rating_guard();

-- Lines of a rating: a whole statement is asked at once. The rating is locked while it is asked, so that it is not frozen
-- under a count that goes on.
CREATE FUNCTION hemis_rating_open(ratings bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM research_rating WHERE id = ANY(ratings) ORDER BY id FOR SHARE;
    IF EXISTS (SELECT FROM research_rating WHERE id = ANY(ratings) AND state = 'frozen') THEN
        RAISE EXCEPTION '3.6: a frozen rating does not change; a correction is the next edition.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'rating_frozen';
    END IF;
END $$;
CREATE FUNCTION hemis_rating_rows_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN PERFORM hemis_rating_open(ARRAY(SELECT DISTINCT rating_id FROM old_rows)); END IF;
    IF TG_OP <> 'DELETE' THEN PERFORM hemis_rating_open(ARRAY(SELECT DISTINCT rating_id FROM new_rows)); END IF;
    -- A table of old rows is there only where something was changed or removed.
    IF TG_OP <> 'INSERT' AND TG_TABLE_NAME = 'research_ratingline' THEN
        IF EXISTS (SELECT FROM research_ratingitem i JOIN old_rows o ON o.id = i.line_id
                    WHERE NOT EXISTS (SELECT FROM research_ratingline l WHERE l.id = i.line_id)) THEN
            RAISE EXCEPTION '3.6: the line has counted items.'
                USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'rating_item_line';
        END IF;
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION hemis_rating_parts_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        PERFORM hemis_rating_open(ARRAY(SELECT DISTINCT rating_id FROM research_ratingline WHERE id IN (SELECT line_id FROM old_rows)));
    END IF;
    IF TG_OP <> 'DELETE' THEN
        IF EXISTS (SELECT FROM (SELECT DISTINCT line_id, criterion_id FROM new_rows) n LEFT JOIN research_ratingline l ON l.id = n.line_id
                     LEFT JOIN research_rating r ON r.id = l.rating_id LEFT JOIN research_criterion c ON c.id = n.criterion_id
                    WHERE c.criteria_id IS DISTINCT FROM r.criteria_id OR r.id IS NULL) THEN
            RAISE EXCEPTION '3.6: what is counted belongs to a line of the rating and to a criterion of its edition.'
                USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'rating_item_line';
        END IF;
        PERFORM hemis_rating_open(ARRAY(SELECT DISTINCT rating_id FROM research_ratingline WHERE id IN (SELECT line_id FROM new_rows)));
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER rating_added AFTER INSERT ON research_ratingline REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION hemis_rating_rows_guard();
CREATE TRIGGER rating_changed AFTER UPDATE ON research_ratingline REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION hemis_rating_rows_guard();
CREATE TRIGGER rating_removed AFTER DELETE ON research_ratingline REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION hemis_rating_rows_guard();
CREATE TRIGGER rating_added AFTER INSERT ON research_unitline REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION hemis_rating_rows_guard();
CREATE TRIGGER rating_changed AFTER UPDATE ON research_unitline REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION hemis_rating_rows_guard();
CREATE TRIGGER rating_removed AFTER DELETE ON research_unitline REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION hemis_rating_rows_guard();
CREATE TRIGGER rating_added AFTER INSERT ON research_ratingpart REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION hemis_rating_parts_guard();
CREATE TRIGGER rating_changed AFTER UPDATE ON research_ratingpart REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION hemis_rating_parts_guard();
CREATE TRIGGER rating_removed AFTER DELETE ON research_ratingpart REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION hemis_rating_parts_guard();
CREATE TRIGGER rating_added AFTER INSERT ON research_ratingitem REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION hemis_rating_parts_guard();
CREATE TRIGGER rating_changed AFTER UPDATE ON research_ratingitem REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION hemis_rating_parts_guard();
CREATE TRIGGER rating_removed AFTER DELETE ON research_ratingitem REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION hemis_rating_parts_guard();

-- An appeal is asked within the term, against the frozen rating that no edition has corrected, and answered once.
CREATE FUNCTION hemis_rating_appeal_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION '3.6: an appeal is not removed.' USING ERRCODE = 'check_violation', CONSTRAINT = 'rating_appeal_stays';
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'asked' OR NOT EXISTS (
            SELECT FROM research_ratingline l JOIN research_rating r ON r.id = l.rating_id
             WHERE l.id = NEW.line_id AND r.state = 'frozen' AND r.appeals_until >= (now() AT TIME ZONE 'Asia/Tashkent')::date
               AND NOT EXISTS (SELECT FROM research_rating n WHERE n.corrects_id = r.id)) THEN
            RAISE EXCEPTION '3.6: an appeal is asked against the frozen rating in force, within its term.'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'rating_appeal_in_term';
        END IF;
        RETURN NEW;
    END IF;
    IF to_jsonb(NEW) - ARRAY['result_id', 'version'] = to_jsonb(OLD) - ARRAY['result_id', 'version'] THEN
        RETURN NEW;
    END IF;
    IF OLD.state <> 'asked' OR to_jsonb(NEW) - ARRAY['state', 'decision', 'decided_by_id', 'decided_at', 'version']
                            <> to_jsonb(OLD) - ARRAY['state', 'decision', 'decided_by_id', 'decided_at', 'version'] THEN
        RAISE EXCEPTION '3.6: what was asked and decided does not change.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'rating_appeal_stays';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER rating_appeal_guard BEFORE INSERT OR UPDATE OR DELETE ON research_ratingappeal
    FOR EACH ROW EXECUTE FUNCTION hemis_rating_appeal_guard();
