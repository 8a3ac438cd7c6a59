-- What was chosen for one kind of training goes; registrations have their groups as before.
DELETE FROM curriculum_electivechoice c USING curriculum_electiveoffer o
 WHERE o.training_type <> '' AND (c.offer_id = o.id OR c.wish_id = o.id);
DELETE FROM curriculum_electiveoffer WHERE training_type <> '';
SET CONSTRAINTS ALL IMMEDIATE; -- nothing may be pending when a table is altered
DROP TRIGGER elective_moved ON curriculum_electivechoice;
DROP FUNCTION hemis_elective_moved();
DROP TRIGGER named_audience_changed ON curriculum_teachingaudience;
DROP TRIGGER named_audience_removed ON curriculum_teachingaudience;
DROP FUNCTION hemis_named_audience_guard();
DROP TRIGGER registration_seats_changed ON curriculum_registrationseat;
DROP TRIGGER registration_seats_added ON curriculum_registrationseat;
DROP FUNCTION hemis_registration_seats_held();
DROP TRIGGER registration_seat_guard ON curriculum_registrationseat;
DROP FUNCTION hemis_registration_seat_guard();
DROP FUNCTION hemis_control_seats();
DROP FUNCTION hemis_seats();
DROP FUNCTION hemis_named_seats();
DROP FUNCTION hemis_usual_seats();

-- As sql/teacher_choice.sql had made them.

CREATE OR REPLACE FUNCTION hemis_elective_choice() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT o.campaign_id, CASE WHEN o.group_id IS NULL THEN s.elective_group ELSE 'T' || to_hex(s.id) END
      INTO NEW.campaign_id, NEW.elective_group
      FROM curriculum_electiveoffer o JOIN curriculum_curriculumsubject s ON s.id = o.curriculum_subject_id
     WHERE o.id = NEW.offer_id;
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION hemis_elective_offer_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    what text;
BEGIN
    SELECT kind INTO what FROM curriculum_electivecampaign WHERE id = NEW.campaign_id;
    IF what = 'subjects' AND (NEW.group_id IS NOT NULL OR NOT EXISTS (
        SELECT 1 FROM curriculum_curriculumsubject s JOIN curriculum_electivecampaign c ON c.semester_id = s.semester_id
         WHERE s.id = NEW.curriculum_subject_id AND c.id = NEW.campaign_id AND s.elective_group <> ''
    )) THEN
        RAISE EXCEPTION 'The subject is no alternative of this semester.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF what = 'teachers' AND NOT EXISTS (
        SELECT 1 FROM curriculum_curriculumsubject s
          JOIN curriculum_electivecampaign c ON c.semester_id = s.semester_id
          JOIN curriculum_groupcurriculum g ON g.curriculum_id = s.curriculum_id AND g.group_id = NEW.group_id
         WHERE s.id = NEW.curriculum_subject_id AND c.id = NEW.campaign_id AND s.elective_group = ''
    ) THEN
        RAISE EXCEPTION 'The group is not taught this subject in the semester.' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
DROP TRIGGER elective_offer_guard ON curriculum_electiveoffer;
CREATE TRIGGER elective_offer_guard BEFORE INSERT OR UPDATE OF campaign_id, curriculum_subject_id, group_id
    ON curriculum_electiveoffer FOR EACH ROW EXECUTE FUNCTION hemis_elective_offer_guard();
