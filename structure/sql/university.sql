-- On one day a post has one signatory, and a purpose one account in its currency.

ALTER TABLE structure_signatory ADD CONSTRAINT one_signatory_a_post_and_day
    EXCLUDE USING gist (
        int8range(post, post, '[]') WITH &&,
        daterange(valid_from, valid_to, '[]') WITH &&
    );

ALTER TABLE structure_bankaccount ADD CONSTRAINT one_account_a_purpose_and_day
    EXCLUDE USING gist (
        int8range(purpose::bigint * 1000 + currency, purpose::bigint * 1000 + currency, '[]') WITH &&,
        daterange(valid_from, valid_to, '[]') WITH &&
    );

-- The name that papers fall back to is the rector's of today.
CREATE FUNCTION hemis_rector_of_today() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    today date := (now() AT TIME ZONE 'Asia/Tashkent')::date;
    found_name text;
BEGIN
    SELECT name INTO found_name FROM structure_signatory
     WHERE post = 10 AND valid_from <= today AND (valid_to IS NULL OR valid_to >= today);
    IF found_name IS NOT NULL THEN
        UPDATE structure_university SET rector = found_name WHERE rector IS DISTINCT FROM found_name;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER rector_of_today AFTER INSERT OR UPDATE OR DELETE ON structure_signatory
    FOR EACH STATEMENT EXECUTE FUNCTION hemis_rector_of_today();
