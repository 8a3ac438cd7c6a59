-- A GPA belongs to a student and a year that are there. Asked once for a whole statement, since all students are
-- computed at once; a key of each row would be looked up and locked by itself at the end of the transaction.

CREATE FUNCTION hemis_gpa_written() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM written w LEFT JOIN students_student s ON s.id = w.student_id WHERE s.id IS NULL) THEN
        RAISE EXCEPTION 'A GPA belongs to a student.'
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'gpa_student';
    END IF;
    IF EXISTS (SELECT FROM (SELECT DISTINCT academic_year_id AS year FROM written WHERE academic_year_id IS NOT NULL) w
                 LEFT JOIN students_academicyear y ON y.year = w.year WHERE y.year IS NULL) THEN
        RAISE EXCEPTION 'A GPA belongs to an academic year.'
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'gpa_year';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER gpa_added AFTER INSERT ON grading_studentgpa REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION hemis_gpa_written();

CREATE FUNCTION hemis_gpa_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'A GPA keeps its student and its year.' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER gpa_moved BEFORE UPDATE OF student_id, academic_year_id ON grading_studentgpa FOR EACH ROW
    WHEN (OLD.student_id <> NEW.student_id OR OLD.academic_year_id IS DISTINCT FROM NEW.academic_year_id)
    EXECUTE FUNCTION hemis_gpa_moved();

-- Deferred as a foreign key is: whoever deletes a student deletes the figures in the same transaction.
CREATE FUNCTION hemis_gpa_student_gone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM grading_studentgpa WHERE student_id = OLD.id)
       AND NOT EXISTS (SELECT FROM students_student WHERE id = OLD.id) THEN
        RAISE EXCEPTION 'The student has a GPA.' USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'gpa_student';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER gpa_student_gone AFTER DELETE OR UPDATE OF id ON students_student
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION hemis_gpa_student_gone();

CREATE FUNCTION hemis_gpa_year_gone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM grading_studentgpa WHERE academic_year_id = OLD.year)
       AND NOT EXISTS (SELECT FROM students_academicyear WHERE year = OLD.year) THEN
        RAISE EXCEPTION 'GPAs stand in the year.' USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'gpa_year';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER gpa_year_gone AFTER DELETE OR UPDATE OF year ON students_academicyear
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION hemis_gpa_year_gone();
