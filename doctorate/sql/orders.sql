-- Status, term and number of a doctoral student come from executed orders, the last status from the approval of
-- the defence (clause B8 in spirit). These laws hold for pages, admin, shell and raw SQL alike.

-- A figure of the law on a day.
CREATE FUNCTION hemis_doctoral_rule(the_kind text, the_day date) RETURNS int LANGUAGE sql STABLE AS $$
    SELECT value::int FROM doctorate_doctoralrule WHERE kind = the_kind AND valid_from <= the_day
     ORDER BY valid_from DESC LIMIT 1
$$;

ALTER TABLE doctorate_doctoralperiod ADD CONSTRAINT doctoral_period_no_overlap
    EXCLUDE USING gist (
        int8range(student_id, student_id, '[]') WITH &&,
        daterange(valid_from, valid_to) WITH &&
    );

CREATE FUNCTION hemis_doctoral_student_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    the_level text;
    the_unit text;
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.status <> 'candidate' THEN
            RAISE EXCEPTION 'B8: a doctoral student is never deleted.'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'doctoral_student_stays';
        END IF;
        RETURN OLD;
    END IF;
    IF TG_OP = 'INSERT' AND (NEW.status <> 'candidate' OR NEW.number IS NOT NULL) THEN
        RAISE EXCEPTION 'B8: a doctoral student begins as a candidate; an order admits.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'doctoral_student_by_order';
    END IF;
    SELECT level INTO the_level FROM doctorate_doctoralspeciality WHERE id = NEW.speciality_id;
    IF the_level IS DISTINCT FROM (CASE WHEN NEW.kind IN ('11', '12') THEN 'phd' ELSE 'dsc' END) THEN
        RAISE EXCEPTION 'The speciality is of another level.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'doctoral_student_level';
    END IF;
    SELECT kind INTO the_unit FROM structure_unit WHERE id = NEW.kafedra_id;
    IF the_unit IS DISTINCT FROM '12' THEN
        RAISE EXCEPTION 'A doctoral student belongs to a kafedra.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'doctoral_student_kafedra';
    END IF;
    IF TG_OP = 'INSERT' THEN
        RETURN NEW;
    END IF;
    IF OLD.status IN ('defended', 'expelled', 'withdrawn') AND pg_trigger_depth() < 2
       AND to_jsonb(NEW) - 'version'::text IS DISTINCT FROM to_jsonb(OLD) - 'version'::text THEN
        RAISE EXCEPTION 'A closed card of a doctoral student does not change.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'doctoral_student_closed';
    END IF;
    IF OLD.status <> 'candidate' AND (NEW.person_id, NEW.kind, NEW.number)
       IS DISTINCT FROM (OLD.person_id, OLD.kind, OLD.number) THEN
        RAISE EXCEPTION 'Person, kind and number of a doctoral student never change.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'doctoral_student_identity';
    END IF;
    IF NEW.number IS DISTINCT FROM OLD.number AND NOT EXISTS (
        SELECT FROM doctorate_doctoralorderline l JOIN doctorate_doctoralorder o ON o.id = l.order_id
         WHERE l.student_id = NEW.id AND o.kind = 'admission' AND o.state = 'signed') THEN
        RAISE EXCEPTION 'B8: the number comes with a signed order of admission.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'doctoral_student_by_order';
    END IF;
    IF (NEW.status, NEW.admitted_on, NEW.term_to) IS DISTINCT FROM (OLD.status, OLD.admitted_on, OLD.term_to)
       AND pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION 'B8: status and term change only by an executed order.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'doctoral_student_by_order';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER doctoral_student_guard BEFORE INSERT OR UPDATE OR DELETE ON doctorate_doctoralstudent
    FOR EACH ROW EXECUTE FUNCTION hemis_doctoral_student_guard();

-- draft → submitted → signed → executed → cancelled; submitted → draft when returned.
CREATE FUNCTION hemis_doctoral_order_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free text[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'draft' THEN
            RAISE EXCEPTION 'B8: an order begins as a draft.'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'doctoral_order_states';
        END IF;
        RETURN NEW;
    END IF;
    IF TG_OP = 'DELETE' THEN
        IF OLD.state <> 'draft' THEN
            RAISE EXCEPTION 'B8: only a draft may be deleted.'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'doctoral_order_frozen';
        END IF;
        RETURN OLD;
    END IF;
    IF NEW.state = OLD.state THEN
        free := CASE WHEN OLD.state = 'draft' THEN NULL
                     WHEN OLD.state = 'submitted' THEN ARRAY['version']
                     ELSE ARRAY['version', 'scan'] END;
    ELSE
        free := CASE OLD.state || '>' || NEW.state
            WHEN 'draft>submitted' THEN ARRAY['state', 'remark', 'version']
            WHEN 'submitted>draft' THEN ARRAY['state', 'remark', 'version']
            WHEN 'submitted>signed' THEN ARRAY['state', 'remark', 'number', 'date', 'signed_by_id', 'signed_at',
                                               'document_id', 'scan', 'version']
            WHEN 'signed>executed' THEN ARRAY['state', 'executed_at', 'version']
            WHEN 'executed>cancelled' THEN ARRAY['state', 'version']
        END;
        IF free IS NULL THEN
            RAISE EXCEPTION 'B8: an order does not go from % to %.', OLD.state, NEW.state
                USING ERRCODE = 'check_violation', CONSTRAINT = 'doctoral_order_states';
        END IF;
        IF NEW.state = 'submitted' AND NOT EXISTS (
            SELECT FROM doctorate_doctoralorderline WHERE order_id = NEW.id) THEN
            RAISE EXCEPTION 'B8: an order names somebody.'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'doctoral_order_names';
        END IF;
        IF NEW.state = 'cancelled' AND NOT EXISTS (
            SELECT FROM doctorate_doctoralorder WHERE cancels_id = OLD.id AND state IN ('signed', 'executed')) THEN
            RAISE EXCEPTION 'B8: an executed order is undone only by a signed cancelling order.'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'doctoral_order_states';
        END IF;
    END IF;
    IF free IS NOT NULL AND to_jsonb(NEW) - free IS DISTINCT FROM to_jsonb(OLD) - free THEN
        RAISE EXCEPTION 'B8: an order in state % is frozen.', OLD.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'doctoral_order_frozen';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER doctoral_order_guard BEFORE INSERT OR UPDATE OR DELETE ON doctorate_doctoralorder
    FOR EACH ROW EXECUTE FUNCTION hemis_doctoral_order_guard();

-- The list is frozen once submitted; executing only writes down what the order changed.
CREATE FUNCTION hemis_doctoral_order_line_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    the_state text;
    effect text[] := ARRAY['status_before', 'status_after', 'term_before', 'term_after', 'steps'];
BEGIN
    SELECT state INTO the_state FROM doctorate_doctoralorder
     WHERE id = CASE WHEN TG_OP = 'DELETE' THEN OLD.order_id ELSE NEW.order_id END;
    IF the_state = 'draft' AND (TG_OP <> 'UPDATE' OR NEW.order_id = OLD.order_id) THEN
        RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'UPDATE' AND the_state = 'signed' AND to_jsonb(NEW) - effect = to_jsonb(OLD) - effect THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'B8: the list of an order is frozen once it is submitted.'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'doctoral_order_frozen';
END $$;
CREATE TRIGGER doctoral_order_line_guard BEFORE INSERT OR UPDATE OR DELETE ON doctorate_doctoralorderline
    FOR EACH ROW EXECUTE FUNCTION hemis_doctoral_order_line_guard();

-- The last day that the law lets a term have: the term itself, all extensions, and the days on leave.
CREATE FUNCTION hemis_doctoral_latest(the_kind text, admitted date, leave_days int) RETURNS date
    LANGUAGE sql STABLE AS $$
    SELECT (admitted + make_interval(months =>
                coalesce(hemis_doctoral_rule(CASE the_kind WHEN '11' THEN 'term_phd' ELSE 'term_dsc' END, admitted), 36)
                + coalesce(hemis_doctoral_rule('extension_months', admitted), 0)))::date - 1 + leave_days
$$;

-- A period is written only while a signed order that says so is carried out, or by the approval of a defence;
-- it ends the period before, so that there is neither gap nor overlap.
CREATE FUNCTION hemis_doctoral_period_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    the_order doctorate_doctoralorder%ROWTYPE;
    the_student doctorate_doctoralstudent%ROWTYPE;
    last doctorate_doctoralperiod%ROWTYPE;
    leave_days int;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'B8: the history of a doctoral student is never deleted.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'doctoral_period_stays';
    END IF;
    IF TG_OP = 'UPDATE' THEN
        IF pg_trigger_depth() < 2 OR OLD.valid_to IS NOT NULL
           OR to_jsonb(NEW) - 'valid_to'::text IS DISTINCT FROM to_jsonb(OLD) - 'valid_to'::text THEN
            RAISE EXCEPTION 'B8: a period changes only by the next one.'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'doctoral_period_stays';
        END IF;
        RETURN NEW;
    END IF;

    SELECT * INTO the_student FROM doctorate_doctoralstudent WHERE id = NEW.student_id FOR NO KEY UPDATE;
    SELECT * INTO last FROM doctorate_doctoralperiod
     WHERE student_id = NEW.student_id ORDER BY valid_from DESC, id DESC LIMIT 1;
    IF NEW.valid_to IS NOT NULL THEN
        RAISE EXCEPTION 'B8: a period ends with the next one.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'doctoral_period_by_order';
    END IF;
    IF NEW.order_id IS NOT NULL THEN
        SELECT * INTO the_order FROM doctorate_doctoralorder WHERE id = NEW.order_id;
        IF the_order.state IS DISTINCT FROM 'signed' OR NEW.valid_from IS DISTINCT FROM the_order.effective_date
           OR NOT EXISTS (SELECT FROM doctorate_doctoralorderline l
                           WHERE l.order_id = NEW.order_id AND l.student_id = NEW.student_id
                             AND l.status_after = NEW.status AND l.term_after IS NOT DISTINCT FROM NEW.term_to) THEN
            RAISE EXCEPTION 'B8: a period needs a signed order that says so about the doctoral student.'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'doctoral_period_by_order';
        END IF;
        IF the_order.cancels_id IS NOT NULL THEN
            IF last.order_id IS DISTINCT FROM the_order.cancels_id THEN
                RAISE EXCEPTION 'B8: only the latest order on a doctoral student is cancelled.'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'doctoral_period_way';
            END IF;
        ELSIF (coalesce(last.status, 'candidate'), the_order.kind, NEW.status) NOT IN (
            ('candidate', 'admission', 'studying'), ('studying', 'extension', 'studying'),
            ('studying', 'leave', 'leave'), ('leave', 'return', 'studying'), ('studying', 'expulsion', 'expelled'),
            ('leave', 'expulsion', 'expelled'), ('studying', 'completion', 'completed')) THEN
            RAISE EXCEPTION 'B8: from % no order of % leads to %.', last.status, the_order.kind, NEW.status
                USING ERRCODE = 'check_violation', CONSTRAINT = 'doctoral_period_way';
        END IF;
    ELSIF coalesce(last.status, '') NOT IN ('studying', 'completed')
       OR NEW.term_to IS DISTINCT FROM last.term_to
       OR NOT EXISTS (SELECT FROM doctorate_defence d WHERE d.id = NEW.defence_id AND d.student_id = NEW.student_id
                         AND d.result = 'passed' AND d.approved_on = NEW.valid_from) THEN
        RAISE EXCEPTION 'Defended is whose passed defence the OAK has approved.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'doctoral_period_by_defence';
    END IF;
    IF last.id IS NOT NULL AND NEW.valid_from <= last.valid_from THEN
        RAISE EXCEPTION 'B8: a period begins after the one before.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'doctoral_period_follows';
    END IF;
    IF NEW.term_to IS NOT NULL AND NEW.order_id IS NOT NULL AND the_order.cancels_id IS NULL THEN
        SELECT coalesce(sum(coalesce(valid_to, NEW.valid_from) - valid_from), 0) INTO leave_days
          FROM doctorate_doctoralperiod WHERE student_id = NEW.student_id AND status = 'leave';
        IF NEW.term_to > hemis_doctoral_latest(
            the_student.kind, coalesce(the_student.admitted_on, NEW.valid_from), leave_days) THEN
            RAISE EXCEPTION 'The term is longer than the law lets it be.'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'doctoral_term_limit';
        END IF;
    END IF;
    UPDATE doctorate_doctoralperiod SET valid_to = NEW.valid_from
     WHERE student_id = NEW.student_id AND valid_to IS NULL;
    RETURN NEW;
END $$;
CREATE TRIGGER doctoral_period_guard BEFORE INSERT OR UPDATE OR DELETE ON doctorate_doctoralperiod
    FOR EACH ROW EXECUTE FUNCTION hemis_doctoral_period_guard();

CREATE FUNCTION hemis_doctoral_period_shows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE doctorate_doctoralstudent
       SET status = NEW.status, term_to = NEW.term_to, admitted_on = coalesce(admitted_on, NEW.valid_from)
     WHERE id = NEW.student_id;
    RETURN NULL;
END $$;
CREATE TRIGGER doctoral_period_shows AFTER INSERT ON doctorate_doctoralperiod
    FOR EACH ROW EXECUTE FUNCTION hemis_doctoral_period_shows();

-- When the transaction ends, the order behind a period is executed, and an executed order has done it for everybody.
CREATE FUNCTION hemis_doctoral_period_needs_execution() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM doctorate_doctoralorder WHERE id = NEW.order_id AND state NOT IN ('executed', 'cancelled')) THEN
        RAISE EXCEPTION 'B8: the order is not executed, so no period may come of it.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'doctoral_period_by_order';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER doctoral_period_needs_execution AFTER INSERT ON doctorate_doctoralperiod
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION hemis_doctoral_period_needs_execution();

CREATE FUNCTION hemis_doctoral_order_is_carried_out() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM doctorate_doctoralorderline l
                 LEFT JOIN doctorate_doctoralperiod p ON p.order_id = l.order_id AND p.student_id = l.student_id
                WHERE l.order_id = NEW.id AND p.id IS NULL)
       OR EXISTS (SELECT FROM doctorate_doctoralorder WHERE id = NEW.cancels_id AND state <> 'cancelled') THEN
        RAISE EXCEPTION 'B8: the order is not carried out for everybody on its list.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'doctoral_order_carried_out';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER doctoral_order_is_carried_out AFTER UPDATE ON doctorate_doctoralorder
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.state = 'executed' AND OLD.state = 'signed') EXECUTE FUNCTION hemis_doctoral_order_is_carried_out();
