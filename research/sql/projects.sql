-- The laws of projects: who leads is one at a time, nobody works twice in one project at once, and what belongs
-- to a project lies within its dates, whichever of the two is written last.

-- A key stands as a range of one number, so that no extension is needed to compare it.
ALTER TABLE research_projectexecutor
    ADD CONSTRAINT executor_one_leader EXCLUDE USING gist (
        int8range(project_id, project_id, '[]') WITH &&,
        daterange(valid_from, valid_to, '[]') WITH &&) WHERE (role = 'leader'),
    ADD CONSTRAINT executor_employee_once EXCLUDE USING gist (
        int8range(project_id, project_id, '[]') WITH &&,
        int8range(employee_id, employee_id, '[]') WITH &&,
        daterange(valid_from, valid_to, '[]') WITH &&) WHERE (employee_id IS NOT NULL),
    ADD CONSTRAINT executor_student_once EXCLUDE USING gist (
        int8range(project_id, project_id, '[]') WITH &&,
        int8range(student_id, student_id, '[]') WITH &&,
        daterange(valid_from, valid_to, '[]') WITH &&) WHERE (student_id IS NOT NULL);

CREATE FUNCTION hemis_in_project(of_project bigint, first date, last date) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    -- The project is locked, so that its dates do not move meanwhile.
    PERFORM FROM research_project WHERE id = of_project FOR SHARE;
    IF NOT EXISTS (SELECT FROM research_project WHERE id = of_project
                   AND first >= starts AND coalesce(last, first) <= ends) THEN
        RAISE EXCEPTION 'The dates lie outside those of the project.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'within_project';
    END IF;
END $$;

CREATE FUNCTION hemis_executor_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM hemis_in_project(NEW.project_id, NEW.valid_from, NEW.valid_to);
    RETURN NEW;
END $$;
CREATE TRIGGER executor_guard BEFORE INSERT OR UPDATE ON research_projectexecutor
    FOR EACH ROW EXECUTE FUNCTION hemis_executor_guard();

CREATE FUNCTION hemis_stage_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.project_id <> OLD.project_id THEN
        RAISE EXCEPTION 'A stage stays with its project.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'stage_stays';
    END IF;
    PERFORM hemis_in_project(NEW.project_id, NEW.starts, NEW.ends);
    RETURN NEW;
END $$;
CREATE TRIGGER stage_guard BEFORE INSERT OR UPDATE ON research_projectstage
    FOR EACH ROW EXECUTE FUNCTION hemis_stage_guard();

CREATE FUNCTION hemis_project_sum_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM research_project WHERE id = NEW.project_id FOR SHARE;
    IF NOT EXISTS (SELECT FROM research_project WHERE id = NEW.project_id
                   AND NEW.year BETWEEN extract(year FROM starts) AND extract(year FROM ends)) THEN
        RAISE EXCEPTION 'The project does not run in that year.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'within_project';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER project_sum_guard BEFORE INSERT OR UPDATE ON research_projectsum
    FOR EACH ROW EXECUTE FUNCTION hemis_project_sum_guard();

CREATE FUNCTION hemis_project_report_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.stage_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM research_projectstage WHERE id = NEW.stage_id AND project_id = NEW.project_id) THEN
        RAISE EXCEPTION 'The stage is one of another project.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'report_stage_of_project';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER project_report_guard BEFORE INSERT OR UPDATE ON research_projectreport
    FOR EACH ROW EXECUTE FUNCTION hemis_project_report_guard();

CREATE FUNCTION hemis_project_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM research_projectexecutor WHERE project_id = NEW.id
               AND (valid_from < NEW.starts OR coalesce(valid_to, valid_from) > NEW.ends))
       OR EXISTS (SELECT FROM research_projectstage WHERE project_id = NEW.id
                  AND (starts < NEW.starts OR ends > NEW.ends))
       OR EXISTS (SELECT FROM research_projectsum WHERE project_id = NEW.id
                  AND year NOT BETWEEN extract(year FROM NEW.starts) AND extract(year FROM NEW.ends)) THEN
        RAISE EXCEPTION 'Executors, stages or sums of the project lie outside these dates.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'within_project';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER project_guard BEFORE UPDATE OF starts, ends ON research_project
    FOR EACH ROW WHEN (NEW.starts <> OLD.starts OR NEW.ends <> OLD.ends)
    EXECUTE FUNCTION hemis_project_guard();
