-- The two roles of HEMIS on a PostgreSQL server of your own (15 or newer). As its administrator, once:
--   psql -v owner_password="'…'" -v app_password="'…'" -f deploy/roles.sql
-- The owner migrates (DATABASE_OWNER_URL). The application (DATABASE_URL) reads and writes rows;
-- it can neither disable a trigger nor touch the history. Its rights come with each migration.
CREATE ROLE hemis_owner LOGIN CREATEDB PASSWORD :owner_password;
CREATE ROLE hemis_app LOGIN PASSWORD :app_password;
-- ICU, libc or builtin: names are sorted by keys of their own, so any UTF-8 database will do.
CREATE DATABASE hemis OWNER hemis_owner ENCODING 'UTF8' TEMPLATE template0;
REVOKE ALL ON DATABASE hemis FROM PUBLIC;
GRANT CONNECT ON DATABASE hemis TO hemis_app;
\connect hemis
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT ALL ON SCHEMA public TO hemis_owner;
GRANT USAGE ON SCHEMA public TO hemis_app;
