-- Who lacks what: subjects of the plan and of the student's own registrations without a line in the record.
-- A subject of another plan (before a transfer) counts by the subject itself.
CREATE FUNCTION hemis_record_gaps(the_students bigint[]) RETURNS TABLE (student_id bigint, curriculum_subject_id bigint)
LANGUAGE sql STABLE AS $$
    WITH wanted AS (
        SELECT s.id AS student_id, cs.id AS line_id, cs.curriculum_id, cs.subject_id
          FROM students_student s
          JOIN students_placement p ON p.id = s.current_id
          JOIN curriculum_groupcurriculum g ON g.group_id = p.group_id
          JOIN curriculum_curriculumsubject cs ON cs.curriculum_id = g.curriculum_id AND cs.kind = '11'
         WHERE s.id = ANY(the_students)
        UNION
        SELECT r.student_id, cs.id, cs.curriculum_id, cs.subject_id
          FROM curriculum_registration r
          JOIN curriculum_curriculumsubject cs ON cs.id = r.curriculum_subject_id
         WHERE r.is_active AND r.student_id = ANY(the_students)
    )
    SELECT w.student_id, w.line_id FROM wanted w
     WHERE NOT EXISTS (SELECT 1 FROM records_recordline l
                        WHERE l.student_id = w.student_id AND l.curriculum_subject_id = w.line_id
                          AND l.is_current AND l.passed)
       AND NOT EXISTS (SELECT 1 FROM records_recordline l
                         JOIN curriculum_curriculumsubject o ON o.id = l.curriculum_subject_id
                        WHERE l.student_id = w.student_id AND l.is_current AND l.passed
                          AND o.subject_id = w.subject_id AND o.curriculum_id <> w.curriculum_id)
$$;

CREATE FUNCTION hemis_attestation_figure(the_code text, the_day date) RETURNS numeric LANGUAGE sql STABLE AS $$
    SELECT value FROM records_attestationrule WHERE code = the_code AND valid_from <= the_day
     ORDER BY valid_from DESC LIMIT 1
$$;

-- A topic goes its way; approved by a signed order, it is frozen.
CREATE FUNCTION hemis_topic_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free text[] := ARRAY['state', 'remark', 'version'];
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.state <> 'offered' THEN
            RAISE EXCEPTION 'A topic that somebody has taken is withdrawn with a reason.' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN OLD;
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'offered' THEN
            RAISE EXCEPTION 'A topic is offered first.' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.state || '>' || NEW.state NOT IN (
        'offered>offered', 'offered>chosen', 'offered>assigned', 'offered>withdrawn', 'chosen>chosen', 'chosen>offered',
        'chosen>assigned', 'chosen>withdrawn', 'assigned>assigned', 'assigned>offered', 'assigned>approved',
        'assigned>withdrawn', 'approved>withdrawn')
       OR OLD.state = 'approved' AND to_jsonb(NEW) - free IS DISTINCT FROM to_jsonb(OLD) - free THEN
        RAISE EXCEPTION 'A topic does not go from % to %.', OLD.state, NEW.state USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.state = 'approved' AND NOT EXISTS (
        SELECT 1 FROM records_topicorder WHERE id = NEW.order_id AND state = 'signed') THEN
        RAISE EXCEPTION 'A topic is approved by a signed order.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.student_id IS NOT NULL AND NEW.student_id IS DISTINCT FROM OLD.student_id AND NOT EXISTS (
        SELECT 1 FROM students_student s JOIN students_placement p ON p.id = s.current_id
          JOIN students_programme g ON g.id = p.programme_id
         WHERE s.id = NEW.student_id AND p.status = '11' AND g.speciality_id = NEW.speciality_id) THEN
        RAISE EXCEPTION 'A topic is taken by a student of its speciality.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER topic_guard BEFORE INSERT OR UPDATE OR DELETE ON records_graduationtopic
    FOR EACH ROW EXECUTE FUNCTION hemis_topic_guard();

CREATE FUNCTION hemis_topic_order_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free text[] := ARRAY['version', 'state', 'remark', 'signed_by_id', 'signed_at'];
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'An order on topics is never deleted.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'draft' THEN
            RAISE EXCEPTION 'An order on topics is a draft first.' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.state <> 'draft' OR NEW.state <> 'draft' AND to_jsonb(NEW) - free IS DISTINCT FROM to_jsonb(OLD) - free THEN
        RAISE EXCEPTION 'A signed order on topics does not change.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER topic_order_guard BEFORE INSERT OR UPDATE OR DELETE ON records_topicorder
    FOR EACH ROW EXECUTE FUNCTION hemis_topic_order_guard();

-- A commission is approved whole and then keeps its members.
CREATE FUNCTION hemis_commission_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.state <> 'draft' THEN
            RAISE EXCEPTION 'Only the draft of a commission is deleted.' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN OLD;
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'draft' THEN
            RAISE EXCEPTION 'A commission is a draft first.' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.state || '>' || NEW.state NOT IN ('draft>draft', 'draft>approved', 'approved>ended')
       OR OLD.state <> 'draft' AND to_jsonb(NEW) - ARRAY['state', 'version'] IS DISTINCT FROM to_jsonb(OLD) - ARRAY['state', 'version'] THEN
        RAISE EXCEPTION 'An approved commission is frozen.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.state = 'approved' AND OLD.state = 'draft' THEN
        IF (SELECT count(*) FROM records_commissionmember WHERE commission_id = NEW.id AND role <> 'secretary')
           < coalesce(hemis_attestation_figure('commission.members', NEW.order_date), 1)
           OR NOT EXISTS (SELECT 1 FROM records_commissionmember WHERE commission_id = NEW.id AND role = 'chair') THEN
            RAISE EXCEPTION 'A commission has a chair and enough members.' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER commission_guard BEFORE INSERT OR UPDATE OR DELETE ON records_commission
    FOR EACH ROW EXECUTE FUNCTION hemis_commission_guard();
CREATE FUNCTION hemis_commission_member_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM records_commission WHERE state <> 'draft'
                  AND id IN (CASE WHEN TG_OP <> 'INSERT' THEN OLD.commission_id END,
                             CASE WHEN TG_OP <> 'DELETE' THEN NEW.commission_id END)) THEN
        RAISE EXCEPTION 'An approved commission is frozen.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER commission_member_guard BEFORE INSERT OR UPDATE OR DELETE ON records_commissionmember
    FOR EACH ROW EXECUTE FUNCTION hemis_commission_member_guard();

-- A session is of an approved commission of its kind, within its term; closed, its protocol is frozen.
CREATE FUNCTION hemis_session_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free text[] := ARRAY['version'];
    the records_commission%ROWTYPE;
    kind text;
    present integer;
    members integer;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'A session is never deleted; cancel it with a reason.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    SELECT * INTO the FROM records_commission WHERE id = NEW.commission_id;
    IF TG_OP = 'INSERT' THEN
        SELECT k.code INTO kind FROM curriculum_curriculumsubject s
          JOIN curriculum_ratingsheetkind k ON k.id = s.sheet_kind_id WHERE s.id = NEW.curriculum_subject_id;
        IF NEW.state <> 'open' OR the.state <> 'approved'
           OR kind IS DISTINCT FROM (CASE the.kind WHEN 'exam' THEN '13' ELSE '15' END) THEN
            RAISE EXCEPTION 'A session is of an approved commission for such subjects.' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    ELSE
        IF OLD.state <> 'open' THEN
            RAISE EXCEPTION 'A closed protocol is frozen.' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        free := free || CASE NEW.state WHEN 'open' THEN ARRAY['held_on', 'starts_at', 'place']
            WHEN 'closed' THEN ARRAY['state', 'closed_by_id', 'closed_at'] ELSE ARRAY['state', 'remark'] END;
        IF to_jsonb(NEW) - free IS DISTINCT FROM to_jsonb(OLD) - free THEN
            RAISE EXCEPTION 'A session keeps its commission, group and subject.' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    END IF;
    IF NEW.held_on NOT BETWEEN the.valid_from AND the.valid_to THEN
        RAISE EXCEPTION 'A session is held within the term of its commission.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.state = 'closed' THEN
        IF NOT EXISTS (SELECT 1 FROM records_attestationline WHERE session_id = NEW.id)
           OR EXISTS (SELECT 1 FROM records_attestationline WHERE session_id = NEW.id AND status = '') THEN
            RAISE EXCEPTION 'A protocol with empty lines is not closed.' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        SELECT count(*) INTO present FROM records_attestationsession_present p
          JOIN records_commissionmember m ON m.id = p.commissionmember_id AND m.role <> 'secretary'
         WHERE p.attestationsession_id = NEW.id;
        SELECT count(*) INTO members FROM records_commissionmember WHERE commission_id = the.id AND role <> 'secretary';
        IF present * 100 <= members * coalesce(hemis_attestation_figure('commission.quorum', NEW.held_on), 50)
           OR NOT EXISTS (SELECT 1 FROM records_attestationsession_present p
                            JOIN records_commissionmember m ON m.id = p.commissionmember_id
                           WHERE p.attestationsession_id = NEW.id AND m.role IN ('chair', 'deputy')) THEN
            RAISE EXCEPTION 'A protocol needs its chair and the quorum.' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    END IF;
    IF NEW.state = 'cancelled' AND EXISTS (
        SELECT 1 FROM records_attestationline WHERE session_id = NEW.id AND status NOT IN ('', 'not_admitted')) THEN
        RAISE EXCEPTION 'A session with results is not cancelled.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER session_guard BEFORE INSERT OR UPDATE OR DELETE ON records_attestationsession
    FOR EACH ROW EXECUTE FUNCTION hemis_session_guard();

CREATE FUNCTION hemis_session_present_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    the_session bigint := CASE WHEN TG_OP = 'DELETE' THEN OLD.attestationsession_id ELSE NEW.attestationsession_id END;
BEGIN
    IF EXISTS (SELECT 1 FROM records_attestationsession WHERE id = the_session AND state <> 'open') THEN
        RAISE EXCEPTION 'A closed protocol is frozen.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF TG_OP <> 'DELETE' AND NOT EXISTS (
        SELECT 1 FROM records_attestationsession s JOIN records_commissionmember m ON m.commission_id = s.commission_id
         WHERE s.id = the_session AND m.id = NEW.commissionmember_id) THEN
        RAISE EXCEPTION 'Only members of the commission are present.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER session_present_guard BEFORE INSERT OR UPDATE OR DELETE ON records_attestationsession_present
    FOR EACH ROW EXECUTE FUNCTION hemis_session_present_guard();

CREATE FUNCTION hemis_attestation_line_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    the records_attestationsession%ROWTYPE;
BEGIN
    SELECT * INTO the FROM records_attestationsession
     WHERE id = CASE WHEN TG_OP = 'INSERT' THEN NEW.session_id ELSE OLD.session_id END FOR SHARE;
    IF the.state <> 'open' THEN
        RAISE EXCEPTION 'A closed protocol is frozen.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN
        IF OLD.status NOT IN ('', 'not_admitted') THEN
            RAISE EXCEPTION 'A result is not taken off a protocol.' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN OLD;
    END IF;
    IF TG_OP = 'UPDATE' AND (NEW.session_id, NEW.student_id) IS DISTINCT FROM (OLD.session_id, OLD.student_id) THEN
        RAISE EXCEPTION 'A line keeps its session and its student.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF TG_OP = 'INSERT' AND (
        EXISTS (SELECT 1 FROM records_recordline l WHERE l.student_id = NEW.student_id AND l.is_current AND l.passed
                   AND l.curriculum_subject_id = the.curriculum_subject_id)
        OR EXISTS (SELECT 1 FROM records_attestationline l JOIN records_attestationsession s ON s.id = l.session_id
                    WHERE l.student_id = NEW.student_id AND s.state = 'open' AND s.id <> the.id
                      AND s.curriculum_subject_id = the.curriculum_subject_id)) THEN
        RAISE EXCEPTION 'What is passed or under way is not attested again.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER attestation_line_guard BEFORE INSERT OR UPDATE OR DELETE ON records_attestationline
    FOR EACH ROW EXECUTE FUNCTION hemis_attestation_line_guard();

-- The record takes what a closed protocol says, and an accreditation falls when a line of the record gives way.
CREATE FUNCTION hemis_record_lines_heard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM added a
          LEFT JOIN records_attestationline l ON l.id = a.attestation_id AND l.student_id = a.student_id
               AND l.status = 'graded' AND (l.points, l.mark, l.letter, l.point, l.passed) = (a.points, a.mark, a.letter, a.point, a.passed)
          LEFT JOIN records_attestationsession s ON s.id = l.session_id AND s.state = 'closed'
               AND s.curriculum_subject_id = a.curriculum_subject_id
         WHERE a.origin = 'attestation' AND a.act_id IS NULL AND s.id IS NULL) THEN
        RAISE EXCEPTION 'A line of the academic record comes from a closed protocol.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    UPDATE records_accreditation t
       SET state = 'withdrawn', withdrawn_at = now(), remark = 'Akademik yozuv oʻzgardi: № ' || a.act_number
      FROM (SELECT student_id, min(act_number) AS act_number FROM added WHERE supersedes_id IS NOT NULL GROUP BY 1) a
     WHERE t.student_id = a.student_id AND t.state = 'accepted';
    RETURN NULL;
END $$;
CREATE TRIGGER record_lines_heard AFTER INSERT ON records_recordline REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION hemis_record_lines_heard();

-- Accredited is who lacks nothing of the plan; judged by whole statements.
CREATE FUNCTION hemis_accreditations_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM added WHERE state <> 'accepted')
       OR EXISTS (SELECT 1 FROM hemis_record_gaps((SELECT array_agg(student_id) FROM added)))
       OR EXISTS (SELECT 1 FROM added a JOIN students_student s ON s.id = a.student_id
                    LEFT JOIN students_placement p ON p.id = s.current_id AND p.status = '11'
                    LEFT JOIN curriculum_groupcurriculum g ON g.group_id = p.group_id
                   WHERE g.id IS NULL) THEN
        RAISE EXCEPTION 'Only who lacks nothing of the plan is accredited.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER accreditations_added AFTER INSERT ON records_accreditation REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION hemis_accreditations_added();
CREATE FUNCTION hemis_accreditation_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free text[] := ARRAY['state', 'withdrawn_by_id', 'withdrawn_at', 'remark', 'version'];
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.state = 'accepted' AND NEW.state = 'withdrawn'
       AND to_jsonb(NEW) - free = to_jsonb(OLD) - free THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'An accreditation is only withdrawn, with a reason.' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER accreditation_kept BEFORE UPDATE OR DELETE ON records_accreditation
    FOR EACH ROW EXECUTE FUNCTION hemis_accreditation_kept();
