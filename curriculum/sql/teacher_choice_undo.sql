-- What a window per semester cannot hold goes; registrations keep the group that was chosen.
DELETE FROM curriculum_electivechoice WHERE campaign_id IN (SELECT id FROM curriculum_electivecampaign WHERE kind = 'teachers');
DELETE FROM curriculum_electiveoffer WHERE group_id IS NOT NULL;
DELETE FROM curriculum_electivecampaign WHERE kind = 'teachers';
SET CONSTRAINTS ALL IMMEDIATE; -- nothing may be pending when a table is altered

-- As sql/electives.sql had made them.

DROP TRIGGER elective_kind_stays ON curriculum_electivecampaign;
DROP FUNCTION hemis_elective_kind_stays();
DROP TRIGGER elective_offer_guard ON curriculum_electiveoffer;
CREATE TRIGGER elective_offer_guard BEFORE INSERT OR UPDATE OF campaign_id, curriculum_subject_id
    ON curriculum_electiveoffer FOR EACH ROW EXECUTE FUNCTION hemis_elective_offer_guard();
CREATE OR REPLACE FUNCTION hemis_elective_choice() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT o.campaign_id, s.elective_group INTO NEW.campaign_id, NEW.elective_group
      FROM curriculum_electiveoffer o JOIN curriculum_curriculumsubject s ON s.id = o.curriculum_subject_id
     WHERE o.id = NEW.offer_id;
    RETURN NEW;
END $$;
CREATE OR REPLACE FUNCTION hemis_elective_offer_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM curriculum_curriculumsubject s JOIN curriculum_electivecampaign c ON c.semester_id = s.semester_id
         WHERE s.id = NEW.curriculum_subject_id AND c.id = NEW.campaign_id AND s.elective_group <> ''
    ) THEN
        RAISE EXCEPTION 'The subject is no alternative of this semester.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
