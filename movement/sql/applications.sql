-- An application goes one way, and what was sent is not written anew.
CREATE FUNCTION hemis_application_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    kept text[];
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.state <> 'draft' THEN
            RAISE EXCEPTION 'Applications: only a draft may be deleted.' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN OLD;
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'draft' THEN
            RAISE EXCEPTION 'Applications: an application begins as a draft.' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.student_id <> OLD.student_id OR NEW.kind <> OLD.kind THEN
        RAISE EXCEPTION 'Applications: whose it is and of which kind never changes.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.state <> OLD.state AND (OLD.state || '>' || NEW.state) NOT IN (
        'draft>sent', 'sent>in_work', 'sent>granted', 'sent>refused', 'sent>withdrawn', 'in_work>granted',
        'in_work>refused', 'in_work>withdrawn', 'granted>withdrawn', 'granted>executed', 'executed>cancelled') THEN
        RAISE EXCEPTION 'Applications: an application does not go from % to %.', OLD.state, NEW.state USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.state <> 'draft' THEN
        -- What the student wrote, the number and the term rest; the decision rests once it is made.
        kept := ARRAY['number', 'sent_at', 'due_on', 'due_source', 'given_by', 'is_paper', 'ground', 'start_date', 'end_date',
                      'change', 'programme_id', 'group_id', 'language', 'university', 'details', 'faculty_id'];
        IF OLD.decided_at IS NOT NULL THEN
            kept := kept || ARRAY['decided_at', 'decided_by_id', 'note', 'refusal_source', 'target_group_id', 'target_semester'];
        END IF;
        IF (SELECT bool_or(to_jsonb(NEW) -> c IS DISTINCT FROM to_jsonb(OLD) -> c) FROM unnest(kept) AS c) THEN
            RAISE EXCEPTION 'Applications: what was sent or decided is not written anew.' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER application_guard BEFORE INSERT OR UPDATE OR DELETE ON movement_application
    FOR EACH ROW EXECUTE FUNCTION hemis_application_guard();

CREATE FUNCTION hemis_application_document_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    its_state text;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        RAISE EXCEPTION 'Applications: a document is added or taken away, never changed.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    SELECT state INTO its_state FROM movement_application
     WHERE id = CASE WHEN TG_OP = 'DELETE' THEN OLD.application_id ELSE NEW.application_id END;
    IF TG_OP = 'DELETE' AND its_state IS NOT NULL AND its_state <> 'draft' THEN
        RAISE EXCEPTION 'Applications: documents of what was sent stay.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF TG_OP = 'INSERT' AND its_state NOT IN ('draft', 'sent', 'in_work') THEN
        RAISE EXCEPTION 'Applications: nothing is added after the decision.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER application_document_guard BEFORE INSERT OR UPDATE OR DELETE ON movement_applicationdocument
    FOR EACH ROW EXECUTE FUNCTION hemis_application_document_guard();
