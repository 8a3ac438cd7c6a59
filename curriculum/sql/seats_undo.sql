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
DROP TRIGGER elective_offer_guard ON curriculum_electiveoffer;
CREATE TRIGGER elective_offer_guard BEFORE INSERT OR UPDATE OF campaign_id, curriculum_subject_id, group_id
    ON curriculum_electiveoffer FOR EACH ROW EXECUTE FUNCTION hemis_elective_offer_guard();
