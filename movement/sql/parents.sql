-- A link goes to a contact of the student's own card to whom the student has agreed; what it opens, and to whom it
-- was given, never changes, and what is revoked stays so.
CREATE FUNCTION hemis_parent_link_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'Links: a link is revoked, never deleted.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NOT EXISTS (
            SELECT FROM students_contact c JOIN students_student s ON s.person_id = c.person_id
             WHERE c.id = NEW.contact_id AND s.id = NEW.student_id AND c.agreed_at <= NEW.created_at) THEN
            RAISE EXCEPTION 'Links: only to a contact of the student to whom the student has agreed.' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF (NEW.contact_id, NEW.student_id, NEW.order_id, NEW.nonce, NEW.token_hash, NEW.created_at)
       IS DISTINCT FROM (OLD.contact_id, OLD.student_id, OLD.order_id, OLD.nonce, OLD.token_hash, OLD.created_at)
       OR OLD.revoked_at IS NOT NULL AND NEW.revoked_at IS DISTINCT FROM OLD.revoked_at THEN
        RAISE EXCEPTION 'Links: what a link opens never changes, and what is revoked stays so.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER parent_link_guard BEFORE INSERT OR UPDATE OR DELETE ON movement_parentlink
    FOR EACH ROW EXECUTE FUNCTION hemis_parent_link_guard();
