-- A request comes of a student who studies for a fee, in the year of study; it is decided once.
CREATE FUNCTION hemis_request_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free text[] := ARRAY['state', 'contract_id', 'refuse_reason', 'decided_at', 'decided_by_id', 'version'];
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'sent' OR NOT EXISTS (
            SELECT FROM students_student s JOIN students_placement p ON p.id = s.current_id
             WHERE s.id = NEW.student_id AND p.status = '11' AND p.payment_form = '12'
               AND (p.academic_year_id, p.faculty_id) = (NEW.academic_year_id, NEW.faculty_id)) THEN
            RAISE EXCEPTION '7.1: who studies for a fee asks for the contract of the year of study.' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF TG_OP = 'DELETE' OR OLD.state <> 'sent' OR to_jsonb(NEW) - free <> to_jsonb(OLD) - free THEN
        RAISE EXCEPTION '7.1: a request for a contract is decided once, and nothing else of it changes.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.state = 'accepted' AND NOT EXISTS (
        SELECT FROM finance_contract c WHERE c.id = NEW.contract_id AND c.state IN ('formed', 'signed')
           AND (c.student_id, c.academic_year_id) = (NEW.student_id, NEW.academic_year_id)) THEN
        RAISE EXCEPTION '7.1: a request becomes the contract of its student and year.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER request_guard BEFORE INSERT OR UPDATE OR DELETE ON finance_contractrequest
    FOR EACH ROW EXECUTE FUNCTION hemis_request_guard();
