-- Places of electives: counted with every choice, under the lock of the offer's row.

CREATE FUNCTION hemis_elective_choice() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT o.campaign_id, s.elective_group INTO NEW.campaign_id, NEW.elective_group
      FROM curriculum_electiveoffer o JOIN curriculum_curriculumsubject s ON s.id = o.curriculum_subject_id
     WHERE o.id = NEW.offer_id;
    RETURN NEW;
END $$;
CREATE TRIGGER elective_choice BEFORE INSERT OR UPDATE ON curriculum_electivechoice
    FOR EACH ROW EXECUTE FUNCTION hemis_elective_choice();

-- Two offers are always counted in the order of their keys, so that two who swap wait instead of dying.
CREATE FUNCTION hemis_elective_taken() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    was bigint := CASE WHEN TG_OP <> 'INSERT' AND OLD.state = 'placed' THEN OLD.offer_id END;
    is_now bigint := CASE WHEN TG_OP <> 'DELETE' AND NEW.state = 'placed' THEN NEW.offer_id END;
    one bigint;
BEGIN
    IF was IS DISTINCT FROM is_now THEN
        FOR one IN SELECT o FROM unnest(ARRAY[was, is_now]) o WHERE o IS NOT NULL ORDER BY o LOOP
            UPDATE curriculum_electiveoffer
               SET taken = taken + CASE WHEN one = is_now THEN 1 ELSE -1 END WHERE id = one;
        END LOOP;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER elective_taken AFTER INSERT OR UPDATE OR DELETE ON curriculum_electivechoice
    FOR EACH ROW EXECUTE FUNCTION hemis_elective_taken();

-- The count is the trigger's own: nobody writes it by hand.
CREATE FUNCTION hemis_elective_count_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.taken IS DISTINCT FROM OLD.taken AND pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION 'Taken places are counted from the choices.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER elective_count_guard BEFORE UPDATE ON curriculum_electiveoffer
    FOR EACH ROW EXECUTE FUNCTION hemis_elective_count_guard();

-- An offer is one of the alternatives of the campaign's own semester.
CREATE FUNCTION hemis_elective_offer_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM curriculum_curriculumsubject s JOIN curriculum_electivecampaign c ON c.semester_id = s.semester_id
         WHERE s.id = NEW.curriculum_subject_id AND c.id = NEW.campaign_id AND s.elective_group <> ''
    ) THEN
        RAISE EXCEPTION 'The subject is no alternative of this semester.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER elective_offer_guard BEFORE INSERT OR UPDATE OF campaign_id, curriculum_subject_id
    ON curriculum_electiveoffer FOR EACH ROW EXECUTE FUNCTION hemis_elective_offer_guard();
