-- Figures of profiles follow the same laws as works; a profile stays whose it is.
CREATE TRIGGER figures_guard BEFORE INSERT OR UPDATE OR DELETE ON research_profilefigures
    FOR EACH ROW EXECUTE FUNCTION hemis_approval_guard('figures');

CREATE FUNCTION hemis_profile_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.employee_id <> OLD.employee_id
       OR (NEW.platform, NEW.other_platform, NEW.identifier)
           IS DISTINCT FROM (OLD.platform, OLD.other_platform, OLD.identifier)
          AND EXISTS (SELECT FROM research_profilefigures
                      WHERE profile_id = NEW.id AND state IN ('submitted', 'approved')) THEN
        RAISE EXCEPTION 'The profile has figures that are submitted or approved.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'profile_stays';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER profile_guard BEFORE UPDATE ON research_profile
    FOR EACH ROW EXECUTE FUNCTION hemis_profile_guard();
