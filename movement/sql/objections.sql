-- An objection is to the refusal that stands, keeps it as it was, and is decided once; granted, it reopens the
-- application, which nothing else does.
CREATE FUNCTION hemis_objection_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'Objections: nothing is deleted.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'sent' THEN
            RAISE EXCEPTION 'Objections: an objection begins by being sent.' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        IF NOT EXISTS (
            SELECT FROM movement_application a WHERE a.id = NEW.application_id AND a.state = 'refused'
               AND a.decided_at = NEW.refused_at AND a.decided_by_id = NEW.refused_by_id AND a.note = NEW.refusal
               AND a.refusal_source = NEW.refusal_source) THEN
            RAISE EXCEPTION 'Objections: an objection is to the refusal that stands.' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.state <> 'sent' OR NEW.state = 'sent' AND to_jsonb(NEW) - 'version' <> to_jsonb(OLD) - 'version' THEN
        RAISE EXCEPTION 'Objections: what was sent or decided is not written anew.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF (SELECT bool_or(to_jsonb(NEW) -> c IS DISTINCT FROM to_jsonb(OLD) -> c)
          FROM jsonb_object_keys(to_jsonb(OLD)) AS c
         WHERE c NOT IN ('state', 'decided_at', 'decided_by_id', 'reason', 'protocol', 'withdrawn_at', 'version')) THEN
        RAISE EXCEPTION 'Objections: what was sent is not written anew.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER objection_guard BEFORE INSERT OR UPDATE OR DELETE ON movement_objection
    FOR EACH ROW EXECUTE FUNCTION hemis_objection_guard();

-- At the end of the transaction a granted objection has reopened its application.
CREATE FUNCTION hemis_objection_reopens() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state = 'granted' AND EXISTS (
        SELECT FROM movement_application a WHERE a.id = NEW.application_id AND a.state = 'refused'
           AND a.decided_at = NEW.refused_at) THEN
        RAISE EXCEPTION 'Objections: a granted objection reopens the application.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER objection_reopens AFTER UPDATE ON movement_objection DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION hemis_objection_reopens();

CREATE OR REPLACE FUNCTION hemis_application_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    kept text[];
    reopened boolean := false;
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
    IF OLD.state = 'refused' AND NEW.state = 'sent' THEN
        IF NOT EXISTS (SELECT FROM movement_objection o WHERE o.application_id = OLD.id AND o.state = 'granted'
                          AND o.refused_at = OLD.decided_at) THEN
            RAISE EXCEPTION 'Applications: a refusal is undone by a granted objection only.' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        IF NEW.decided_at IS NOT NULL OR NEW.decided_by_id IS NOT NULL OR NEW.note <> '' OR NEW.refusal_source <> '' THEN
            RAISE EXCEPTION 'Applications: what is decided anew is open.' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        reopened := true;
    ELSIF NEW.state <> OLD.state AND (OLD.state || '>' || NEW.state) NOT IN (
        'draft>sent', 'sent>in_work', 'sent>granted', 'sent>refused', 'sent>withdrawn', 'in_work>granted',
        'in_work>refused', 'in_work>withdrawn', 'granted>withdrawn', 'granted>executed', 'executed>cancelled') THEN
        RAISE EXCEPTION 'Applications: an application does not go from % to %.', OLD.state, NEW.state USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.state <> 'draft' THEN
        -- What the student wrote and the number rest; the term and the decision too, unless an objection reopens them.
        kept := ARRAY['number', 'sent_at', 'given_by', 'is_paper', 'ground', 'start_date', 'end_date', 'change',
                      'programme_id', 'group_id', 'language', 'university', 'details', 'faculty_id'];
        IF NOT reopened THEN
            kept := kept || ARRAY['due_on', 'due_source'];
        END IF;
        IF OLD.decided_at IS NOT NULL AND NOT reopened THEN
            kept := kept || ARRAY['decided_at', 'decided_by_id', 'note', 'refusal_source', 'target_group_id', 'target_semester'];
        END IF;
        IF (SELECT bool_or(to_jsonb(NEW) -> c IS DISTINCT FROM to_jsonb(OLD) -> c) FROM unnest(kept) AS c) THEN
            RAISE EXCEPTION 'Applications: what was sent or decided is not written anew.' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION hemis_application_document_guard() RETURNS trigger LANGUAGE plpgsql AS $$
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
    IF TG_OP = 'INSERT' AND its_state NOT IN ('draft', 'sent', 'in_work') AND NOT (its_state = 'refused' AND EXISTS (
        SELECT FROM movement_objection o WHERE o.application_id = NEW.application_id AND o.state = 'sent')) THEN
        RAISE EXCEPTION 'Applications: nothing is added after the decision.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
