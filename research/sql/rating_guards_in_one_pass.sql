-- Duty 3.6: the guards of a rating's rows, each asking a whole statement once: what they refuse is what they refused before.

CREATE OR REPLACE FUNCTION hemis_rating_rows_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN PERFORM hemis_rating_open(ARRAY(SELECT DISTINCT rating_id FROM old_rows)); END IF;
    IF TG_OP <> 'DELETE' THEN PERFORM hemis_rating_open(ARRAY(SELECT DISTINCT rating_id FROM new_rows)); END IF;
    -- Items are looked for only of lines that are gone: an update of places leaves every line where it is.
    IF TG_OP <> 'INSERT' AND TG_TABLE_NAME = 'research_ratingline' THEN
        IF EXISTS (WITH gone AS MATERIALIZED (
                       SELECT o.id FROM old_rows o WHERE NOT EXISTS (SELECT FROM research_ratingline l WHERE l.id = o.id))
                   SELECT FROM gone JOIN research_ratingitem i ON i.line_id = gone.id) THEN
            RAISE EXCEPTION '3.6: the line has counted items.'
                USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'rating_item_line';
        END IF;
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION hemis_rating_parts_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    ratings bigint[];
    is_wrong boolean;
BEGIN
    IF TG_OP <> 'INSERT' THEN
        PERFORM hemis_rating_open(ARRAY(SELECT DISTINCT rating_id FROM research_ratingline WHERE id IN (SELECT line_id FROM old_rows)));
    END IF;
    IF TG_OP <> 'DELETE' THEN
        SELECT array_agg(DISTINCT l.rating_id), bool_or(c.criteria_id IS DISTINCT FROM r.criteria_id OR r.id IS NULL)
          INTO ratings, is_wrong
          FROM (SELECT line_id, criterion_id FROM new_rows GROUP BY 1, 2) n
          LEFT JOIN research_ratingline l ON l.id = n.line_id
          LEFT JOIN research_rating r ON r.id = l.rating_id
          LEFT JOIN research_criterion c ON c.id = n.criterion_id;
        IF is_wrong THEN
            RAISE EXCEPTION '3.6: what is counted belongs to a line of the rating and to a criterion of its edition.'
                USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'rating_item_line';
        END IF;
        PERFORM hemis_rating_open(ratings);
    END IF;
    RETURN NULL;
END $$;
