-- The laws of works (a generated column is not yet known before the write, so title_key is left out): approved or submitted ones are frozen, states follow each other, shares make at most 100 %.

CREATE FUNCTION hemis_work_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    act text[] := ARRAY['state', 'remark', 'submitted_at', 'decided_by_id', 'decided_at', 'version', 'title_key'];
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'draft' THEN
            RAISE EXCEPTION 'A work begins as a draft.'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'work_begins_as_draft';
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.state IN ('submitted', 'approved')
       AND (TG_OP = 'DELETE' OR to_jsonb(NEW) - act IS DISTINCT FROM to_jsonb(OLD) - act) THEN
        RAISE EXCEPTION 'A work that is submitted or approved does not change; the head of department returns it first.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'work_frozen';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (
        ('draft', 'submitted'), ('returned', 'submitted'), ('submitted', 'approved'),
        ('submitted', 'returned'), ('approved', 'returned')) THEN
        RAISE EXCEPTION 'A work does not go from % to %.', OLD.state, NEW.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'work_states';
    END IF;
    IF OLD.state = 'approved' AND NEW.state = 'approved'
       AND (NEW.remark, NEW.submitted_at, NEW.decided_by_id, NEW.decided_at)
           IS DISTINCT FROM (OLD.remark, OLD.submitted_at, OLD.decided_by_id, OLD.decided_at) THEN
        RAISE EXCEPTION 'The decision on a work does not change; the head of department returns it first.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'work_frozen';
    END IF;
    IF NEW.state = 'submitted' AND OLD.state <> 'submitted' AND NOT EXISTS (
        SELECT FROM research_workauthor WHERE work_id = NEW.id AND employee_id IS NOT NULL) THEN
        RAISE EXCEPTION 'A work is submitted with an author of the university.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'work_has_author';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER work_guard BEFORE INSERT OR UPDATE OR DELETE ON research_work
    FOR EACH ROW EXECUTE FUNCTION hemis_work_guard();

-- Two authors written at once: one waits for the work, then sees the other's share.
CREATE FUNCTION hemis_work_author_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    the_work bigint;
    the_state text;
    total numeric;
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.work_id <> OLD.work_id THEN
        RAISE EXCEPTION 'An author stays with the work.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'author_stays';
    END IF;
    the_work := CASE WHEN TG_OP = 'DELETE' THEN OLD.work_id ELSE NEW.work_id END;
    SELECT state INTO the_state FROM research_work WHERE id = the_work FOR NO KEY UPDATE;
    IF the_state IN ('submitted', 'approved') THEN
        RAISE EXCEPTION 'Authors of a work that is submitted or approved do not change.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'work_frozen';
    END IF;
    SELECT sum(share) INTO total FROM research_workauthor WHERE work_id = the_work;
    IF total > 100 THEN
        RAISE EXCEPTION 'The shares of the authors make more than 100 %%.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'author_shares';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER work_author_guard AFTER INSERT OR UPDATE OR DELETE ON research_workauthor
    FOR EACH ROW EXECUTE FUNCTION hemis_work_author_guard();
