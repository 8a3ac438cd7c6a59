-- Topics cover no more than the hours of the plan; a resource speaks of its own subject's topic.

CREATE FUNCTION hemis_topic_hours() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    allowed integer;
    covered integer;
BEGIN
    SELECT hours INTO allowed FROM curriculum_subjecthours
     WHERE curriculum_subject_id = NEW.curriculum_subject_id AND training_type = NEW.training_type;
    IF allowed IS NULL THEN RETURN NEW; END IF;
    SELECT sum(hours) INTO covered FROM curriculum_topic
     WHERE curriculum_subject_id = NEW.curriculum_subject_id AND training_type = NEW.training_type;
    IF covered > allowed THEN
        RAISE EXCEPTION 'Topics of % hours for % hours of the plan.', covered, allowed
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
-- After the whole statement: a set of topics is written at once.
CREATE CONSTRAINT TRIGGER topic_hours AFTER INSERT OR UPDATE OF hours, curriculum_subject_id, training_type
    ON curriculum_topic DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW EXECUTE FUNCTION hemis_topic_hours();

CREATE FUNCTION hemis_resource_topic() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.topic_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM curriculum_topic WHERE id = NEW.topic_id
           AND curriculum_subject_id = NEW.curriculum_subject_id AND training_type = NEW.training_type
    ) THEN
        RAISE EXCEPTION 'The topic is of another subject or kind of training.'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER resource_topic BEFORE INSERT OR UPDATE ON curriculum_resource
    FOR EACH ROW EXECUTE FUNCTION hemis_resource_topic();
