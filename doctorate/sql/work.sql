-- Supervisors, plans, attestations, defences: limits, frozen records, closed cards.

-- One supervisor at a time.
ALTER TABLE doctorate_supervision ADD CONSTRAINT one_supervisor_at_a_time
    EXCLUDE USING gist (
        int8range(student_id, student_id, '[]') WITH &&,
        daterange(valid_from, valid_to, '[]') WITH &&
    ) WHERE (role = 'supervisor');

-- Nothing changes on a closed card: of one who has defended, was expelled, or never came to be.
CREATE FUNCTION hemis_doctoral_part_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.student_id IS DISTINCT FROM OLD.student_id THEN
        RAISE EXCEPTION 'What belongs to a doctoral student stays with him or her.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'doctoral_part_stays';
    END IF;
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'version'::text = to_jsonb(OLD) - 'version'::text THEN
        RETURN NEW;
    END IF;
    IF EXISTS (SELECT FROM doctorate_doctoralstudent
                WHERE id = CASE WHEN TG_OP = 'DELETE' THEN OLD.student_id ELSE NEW.student_id END
                  AND status IN ('defended', 'expelled', 'withdrawn')) THEN
        RAISE EXCEPTION 'A closed card of a doctoral student does not change.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'doctoral_student_closed';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER a_closed_card BEFORE INSERT OR UPDATE OR DELETE ON doctorate_supervision
    FOR EACH ROW EXECUTE FUNCTION hemis_doctoral_part_guard();
CREATE TRIGGER a_closed_card BEFORE INSERT OR UPDATE OR DELETE ON doctorate_individualplan
    FOR EACH ROW EXECUTE FUNCTION hemis_doctoral_part_guard();
CREATE TRIGGER a_closed_card BEFORE INSERT OR UPDATE OR DELETE ON doctorate_planstage
    FOR EACH ROW EXECUTE FUNCTION hemis_doctoral_part_guard();
CREATE TRIGGER a_closed_card BEFORE INSERT OR UPDATE OR DELETE ON doctorate_attestation
    FOR EACH ROW EXECUTE FUNCTION hemis_doctoral_part_guard();
CREATE TRIGGER a_closed_card BEFORE INSERT OR UPDATE OR DELETE ON doctorate_defence
    FOR EACH ROW EXECUTE FUNCTION hemis_doctoral_part_guard();

-- How many of the level an employee leads on the fullest day between two days.
CREATE FUNCTION hemis_supervisor_peak(the_employee bigint, the_level text, first date, last date) RETURNS int
    LANGUAGE sql STABLE AS $$
    WITH led AS (
        SELECT s.valid_from, s.valid_to FROM doctorate_supervision s
          JOIN doctorate_doctoralstudent d ON d.id = s.student_id
         WHERE s.employee_id = the_employee AND s.role = 'supervisor'
           AND the_level = CASE WHEN d.kind IN ('11', '12') THEN 'phd' ELSE 'dsc' END)
    SELECT coalesce(max((SELECT count(*) FROM led
                          WHERE led.valid_from <= days.d AND (led.valid_to IS NULL OR led.valid_to >= days.d))), 0)::int
      FROM (SELECT first AS d UNION SELECT valid_from FROM led
             WHERE valid_from > first AND (last IS NULL OR valid_from <= last)) days
$$;

-- A supervisor has a degree fit for the level, and leads no more than the limit.
-- The employee's row is locked, so that two who write at once are counted one after the other.
CREATE FUNCTION hemis_supervision_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    the_level text;
    the_degree text;
    most int;
BEGIN
    IF NEW.employee_id IS NULL OR NEW.role <> 'supervisor' THEN
        RETURN NULL;
    END IF;
    SELECT CASE WHEN kind IN ('11', '12') THEN 'phd' ELSE 'dsc' END INTO the_level
      FROM doctorate_doctoralstudent WHERE id = NEW.student_id;
    SELECT academic_degree INTO the_degree FROM staff_employee WHERE id = NEW.employee_id FOR NO KEY UPDATE;
    IF TG_OP = 'INSERT' AND (the_degree = '10' OR the_level = 'dsc' AND the_degree <> '12') THEN
        RAISE EXCEPTION 'A supervisor has a degree fit for the level.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'supervisor_degree';
    END IF;
    most := hemis_doctoral_rule(CASE the_level WHEN 'phd' THEN 'load_phd' ELSE 'load_dsc' END, NEW.valid_from);
    IF most IS NOT NULL
       AND hemis_supervisor_peak(NEW.employee_id, the_level, NEW.valid_from, NEW.valid_to) > most THEN
        RAISE EXCEPTION 'A supervisor leads at most % of this level at a time.', most
            USING ERRCODE = 'check_violation', CONSTRAINT = 'supervisor_load';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER supervision_guard AFTER INSERT OR UPDATE ON doctorate_supervision
    FOR EACH ROW EXECUTE FUNCTION hemis_supervision_guard();

-- A plan is approved with stages, and opened again only with a reason.
CREATE FUNCTION hemis_doctoral_plan_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.state = 'approved' THEN
            RAISE EXCEPTION 'An approved plan is not deleted.'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'doctoral_plan_frozen';
        END IF;
        RETURN OLD;
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'draft' THEN
            RAISE EXCEPTION 'A plan begins as a draft.'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'doctoral_plan_states';
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.state = 'approved' AND NEW.state = 'approved'
       AND to_jsonb(NEW) - ARRAY['version', 'scan'] IS DISTINCT FROM to_jsonb(OLD) - ARRAY['version', 'scan'] THEN
        RAISE EXCEPTION 'An approved plan does not change.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'doctoral_plan_frozen';
    END IF;
    IF OLD.state = 'approved' AND NEW.state = 'draft'
       AND (NEW.reopened_why = '' OR NEW.reopened_why IS NOT DISTINCT FROM OLD.reopened_why) THEN
        RAISE EXCEPTION 'A plan is opened again with a reason.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'doctoral_plan_reason';
    END IF;
    IF NEW.state = 'approved' AND NOT EXISTS (
        SELECT FROM doctorate_planstage WHERE student_id = NEW.student_id) THEN
        RAISE EXCEPTION 'A plan is approved with its stages.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'doctoral_plan_stages';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER doctoral_plan_guard BEFORE INSERT OR UPDATE OR DELETE ON doctorate_individualplan
    FOR EACH ROW EXECUTE FUNCTION hemis_doctoral_plan_guard();

CREATE FUNCTION hemis_doctoral_stage_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    done text[] := ARRAY['done_on', 'result', 'scan', 'version'];
BEGIN
    IF EXISTS (SELECT FROM doctorate_individualplan
                WHERE student_id = CASE WHEN TG_OP = 'DELETE' THEN OLD.student_id ELSE NEW.student_id END
                  AND state = 'approved')
       AND (TG_OP <> 'UPDATE' OR to_jsonb(NEW) - done IS DISTINCT FROM to_jsonb(OLD) - done) THEN
        RAISE EXCEPTION 'Stages of an approved plan stand; only how they were done is written.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'doctoral_plan_frozen';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER doctoral_stage_guard BEFORE INSERT OR UPDATE OR DELETE ON doctorate_planstage
    FOR EACH ROW EXECUTE FUNCTION hemis_doctoral_stage_guard();

-- An attestation that was held is corrected only with a reason, and never deleted.
CREATE FUNCTION hemis_doctoral_attestation_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free text[] := ARRAY['version', 'scan', 'correction'];
BEGIN
    IF OLD.result <> '' AND (TG_OP = 'DELETE' OR (
        to_jsonb(NEW) - free IS DISTINCT FROM to_jsonb(OLD) - free
        AND (NEW.correction = '' OR NEW.correction IS NOT DISTINCT FROM OLD.correction))) THEN
        RAISE EXCEPTION 'A held attestation is corrected with a reason.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'doctoral_attestation_frozen';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER doctoral_attestation_guard BEFORE UPDATE OR DELETE ON doctorate_attestation
    FOR EACH ROW EXECUTE FUNCTION hemis_doctoral_attestation_guard();

-- Candidates and those on leave defend nothing; an approved defence and its opponents are frozen.
CREATE FUNCTION hemis_defence_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' AND OLD.approved_on IS NOT NULL
       AND (TG_OP = 'DELETE' OR to_jsonb(NEW) - ARRAY['version', 'approval_scan']
            IS DISTINCT FROM to_jsonb(OLD) - ARRAY['version', 'approval_scan']) THEN
        RAISE EXCEPTION 'A defence that the OAK has approved does not change.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'defence_frozen';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    IF TG_OP = 'INSERT' AND NOT EXISTS (SELECT FROM doctorate_doctoralstudent
                                         WHERE id = NEW.student_id AND status IN ('studying', 'completed')) THEN
        RAISE EXCEPTION 'Who studies or has completed defends.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'defence_of_whom';
    END IF;
    IF NEW.result = 'passed' AND (TG_OP = 'INSERT' OR OLD.result <> 'passed') AND NOT EXISTS (
        SELECT FROM doctorate_opponent WHERE defence_id = NEW.id) THEN
        RAISE EXCEPTION 'A defence is passed with opponents.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'defence_has_opponents';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER defence_guard BEFORE INSERT OR UPDATE OR DELETE ON doctorate_defence
    FOR EACH ROW EXECUTE FUNCTION hemis_defence_guard();

-- The approval makes the status, whoever writes it: without the period there is no approval.
CREATE FUNCTION hemis_defence_shows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM doctorate_doctoralperiod WHERE defence_id = NEW.id) THEN
        RAISE EXCEPTION 'An approved defence changes the status.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'defence_shows';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER defence_shows AFTER INSERT OR UPDATE ON doctorate_defence
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.approved_on IS NOT NULL) EXECUTE FUNCTION hemis_defence_shows();

CREATE FUNCTION hemis_opponent_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM doctorate_defence WHERE approved_on IS NOT NULL
                  AND (TG_OP <> 'INSERT' AND id = OLD.defence_id OR TG_OP <> 'DELETE' AND id = NEW.defence_id)) THEN
        RAISE EXCEPTION 'A defence that the OAK has approved does not change.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'defence_frozen';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER opponent_guard BEFORE INSERT OR UPDATE OR DELETE ON doctorate_opponent
    FOR EACH ROW EXECUTE FUNCTION hemis_opponent_guard();

INSERT INTO doctorate_doctoralrule (version, kind, value, valid_from, basis, is_confirmed) VALUES
    (1, 'term_phd', 36, '2017-05-22', 'VMQ 304 (22.05.2017): tayanch doktorantura 3 yil', false),
    (1, 'term_dsc', 36, '2017-05-22', 'VMQ 304 (22.05.2017): doktorantura 3 yil', false),
    (1, 'extension_months', 12, '2017-05-22', 'OTM belgilaydi', false),
    (1, 'leave_months', 36, '2017-05-22', 'OTM belgilaydi', false),
    (1, 'attestation_months', 6, '2017-05-22', 'OTM belgilaydi: yarim yilda bir marta', false),
    (1, 'researcher_months', 12, '2017-05-22', 'OTM belgilaydi: yilda bir marta', false),
    (1, 'plan_months', 3, '2017-05-22', 'OTM belgilaydi', false),
    (1, 'load_phd', 5, '2017-05-22', 'OTM belgilaydi', false),
    (1, 'load_dsc', 3, '2017-05-22', 'OTM belgilaydi', false),
    (1, 'articles_phd', 1, '2017-05-22', 'VMQ 304 (22.05.2017): kamida 1 maqola', false),
    (1, 'articles_dsc', 3, '2017-05-22', 'VMQ 304 (22.05.2017): kamida 3 maqola', false),
    (1, 'theses', 2, '2017-05-22', 'VMQ 304 (22.05.2017): kamida 2 tezis', false),
    (1, 'soon_months', 3, '2017-05-22', 'OTM belgilaydi', false);
