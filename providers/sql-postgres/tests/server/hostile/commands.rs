//! Commands and definitions, each with a twin that is allowed.

use super::Case;
use capwire_contracts::sql::ErrorClass::{Constraint, Forbidden, Statement};

/// The provider refuses each of them, whatever the role may do.
pub(super) const COMMANDS: &[Case] = &[
    (
        "COPY guests TO PROGRAM 'touch /tmp/capwire-hostile'",
        Forbidden,
        "SELECT 'COPY'",
    ),
    (
        "COPY guests FROM PROGRAM 'id'",
        Forbidden,
        "SELECT * FROM guests",
    ),
    (
        "COPY (SELECT 1) TO '/tmp/capwire-hostile'",
        Forbidden,
        "SELECT '/tmp/capwire-hostile'",
    ),
    (
        "COPY guests FROM STDIN",
        Forbidden,
        "INSERT INTO guests VALUES (5, 'x')",
    ),
    ("copy/**/guests TO STDOUT", Forbidden, "select/**/1"),
    (
        "DO $$ BEGIN DELETE FROM guests; END $$",
        Forbidden,
        "SELECT $$ DO $$",
    ),
    ("CALL anything()", Forbidden, "SELECT lower('CALL')"),
    ("LISTEN guests", Forbidden, "SELECT 'LISTEN'"),
    ("UNLISTEN *", Forbidden, "SELECT 2"),
    ("NOTIFY guests", Forbidden, "SELECT 3"),
    ("PREPARE p AS SELECT 1", Forbidden, "SELECT 4"),
    ("EXECUTE p", Forbidden, "SELECT 5"),
    ("DEALLOCATE ALL", Forbidden, "SELECT 6"),
    (
        "DECLARE c CURSOR WITH HOLD FOR SELECT 1",
        Forbidden,
        "SELECT 7",
    ),
    (
        "FETCH ALL FROM c",
        Forbidden,
        "SELECT id FROM guests FETCH FIRST 1 ROW ONLY",
    ),
    (
        "SET search_path TO public",
        Forbidden,
        "UPDATE guests SET name = 'x'",
    ),
    ("SET ROLE postgres", Forbidden, "SELECT current_user::text"),
    (
        "SET SESSION AUTHORIZATION postgres",
        Forbidden,
        "SELECT session_user::text",
    ),
    ("SET LOCAL statement_timeout = 0", Forbidden, "SELECT 8"),
    ("RESET ALL", Forbidden, "SELECT 9"),
    ("SHOW ALL", Forbidden, "SELECT 10"),
    ("DISCARD ALL", Forbidden, "DELETE FROM guests WHERE id = 9"),
    ("BEGIN", Forbidden, "SELECT 'BEGIN'"),
    ("START TRANSACTION", Forbidden, "SELECT 'START'"),
    ("PREPARE TRANSACTION 'x'", Forbidden, "SELECT 11"),
    ("SET TRANSACTION READ WRITE", Forbidden, "SELECT 12"),
    (
        "LOCK TABLE guests",
        Forbidden,
        "SELECT id FROM guests FOR UPDATE",
    ),
    ("VACUUM", Forbidden, "ANALYZE guests"),
    ("CLUSTER", Forbidden, "REINDEX TABLE guests"),
    ("CHECKPOINT", Forbidden, "SELECT 13"),
    ("LOAD 'plpgsql'", Forbidden, "SELECT 14"),
    (
        "REINDEX DATABASE capwire",
        Forbidden,
        "REINDEX INDEX guests_pkey",
    ),
    (
        "GRANT ALL ON guests TO PUBLIC",
        Forbidden,
        "COMMENT ON TABLE guests IS 'x'",
    ),
    (
        "REVOKE ALL ON guests FROM capwire",
        Forbidden,
        "TRUNCATE guests",
    ),
    (
        "REASSIGN OWNED BY capwire TO postgres",
        Forbidden,
        "SELECT 15",
    ),
    (
        "SECURITY LABEL ON TABLE guests IS 'x'",
        Forbidden,
        "SELECT 16",
    ),
    (
        "IMPORT FOREIGN SCHEMA a FROM SERVER b INTO c",
        Forbidden,
        "SELECT 17",
    ),
    (
        "SELECT 1; DROP TABLE guests",
        Forbidden,
        "SELECT ';DROP TABLE guests'",
    ),
    (
        "SELECT E'\\'; DROP TABLE guests; --'; SELECT 2",
        Forbidden,
        "SELECT E'\\'; DROP TABLE guests'",
    ),
    (
        "SELECT $a$ $$; $a$; DROP TABLE guests",
        Forbidden,
        "SELECT $a$ $$; DROP $a$",
    ),
    ("SELECT U&'\\0061'", Forbidden, "SELECT 'a'"),
    ("SELECT 1\0; DROP TABLE guests", Statement, "SELECT 18"),
    ("NONSENSE", Statement, "SELECT 19"),
];

/// Definitions that give more authority, or outlive the call elsewhere.
pub(super) const DEFINITIONS: &[Case] = &[
    (
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        Forbidden,
        "CREATE VIEW v AS SELECT 1 AS one",
    ),
    (
        "CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        Forbidden,
        "CREATE OR REPLACE VIEW v AS SELECT 1 AS one",
    ),
    (
        "CREATE PROCEDURE f() LANGUAGE sql AS 'SELECT 1'",
        Forbidden,
        "CREATE SEQUENCE s",
    ),
    (
        "CREATE TRIGGER t AFTER INSERT ON guests EXECUTE FUNCTION f()",
        Forbidden,
        "CREATE UNIQUE INDEX i ON guests (name)",
    ),
    (
        "CREATE RULE r AS ON INSERT TO guests DO NOTHING",
        Forbidden,
        "CREATE INDEX r ON guests (lower(name))",
    ),
    (
        "CREATE EXTENSION dblink",
        Forbidden,
        "CREATE TABLE links (id BIGINT)",
    ),
    (
        "CREATE SERVER s FOREIGN DATA WRAPPER w",
        Forbidden,
        "CREATE TABLE server (id BIGINT)",
    ),
    (
        "CREATE FOREIGN TABLE f (id INT) SERVER s",
        Forbidden,
        "CREATE UNLOGGED TABLE f (id INT)",
    ),
    (
        "CREATE ROLE mallory SUPERUSER",
        Forbidden,
        "CREATE DOMAIN d AS TEXT CHECK (length(VALUE) < 9)",
    ),
    (
        "ALTER ROLE capwire SUPERUSER",
        Forbidden,
        "ALTER TABLE guests ADD COLUMN age INT",
    ),
    (
        "ALTER SYSTEM SET fsync = off",
        Forbidden,
        "ALTER TABLE guests ALTER COLUMN name SET DEFAULT ''",
    ),
    (
        "ALTER DATABASE capwire SET fsync = off",
        Forbidden,
        "ALTER INDEX guests_pkey RENAME TO pk",
    ),
    (
        "CREATE SCHEMA other",
        Forbidden,
        "CREATE MATERIALIZED VIEW m AS SELECT 1 AS one",
    ),
    (
        "DROP SCHEMA public CASCADE",
        Forbidden,
        "DROP TABLE IF EXISTS nobody CASCADE",
    ),
    (
        "DROP OWNED BY capwire",
        Forbidden,
        "DROP VIEW IF EXISTS nobody",
    ),
    (
        "DROP DATABASE capwire",
        Forbidden,
        "DROP SEQUENCE IF EXISTS nobody",
    ),
    (
        "CREATE TEMP TABLE t (a INT)",
        Forbidden,
        "CREATE TABLE temp (a INT)",
    ),
    (
        "CREATE TABLE pg_temp.t (a INT)",
        Forbidden,
        "CREATE TABLE t (a INT)",
    ),
    (
        "CREATE LOCAL TEMPORARY VIEW t AS SELECT 1",
        Forbidden,
        "CREATE RECURSIVE VIEW r (n) AS VALUES (1)",
    ),
    (
        "SELECT 1 AS a INTO TEMP t",
        Forbidden,
        "SELECT 1 AS a INTO t",
    ),
    (
        "CREATE TYPE t (INPUT = lo_import, OUTPUT = lo_import)",
        Forbidden,
        "CREATE TYPE t AS (a INT, b TEXT)",
    ),
    (
        "CREATE TYPE t AS RANGE (SUBTYPE = float8)",
        Forbidden,
        "CREATE TYPE t AS ENUM ('a', 'b')",
    ),
    (
        "CREATE AGGREGATE a (int) (SFUNC = int4pl, STYPE = int)",
        Forbidden,
        "SELECT sum(id) FROM guests",
    ),
    (
        "CREATE OPERATOR ## (FUNCTION = int4pl, LEFTARG = int, RIGHTARG = int)",
        Forbidden,
        "SELECT 1 + 1",
    ),
    (
        "CREATE CAST (int AS text) WITH INOUT",
        Forbidden,
        "SELECT CAST(1 AS TEXT)",
    ),
    (
        "CREATE POLICY p ON guests",
        Forbidden,
        "ALTER TABLE guests ENABLE ROW LEVEL SECURITY",
    ),
    (
        "CREATE TABLE capwire_migrations (a INT)",
        Forbidden,
        "CREATE TABLE migrations (a INT)",
    ),
    (
        "CREATE INDEX i ON guests (pg_backend_pid())",
        Forbidden,
        "CREATE INDEX i ON guests (length(name))",
    ),
    (
        "CREATE VIEW v AS SELECT pg_read_file('/etc/passwd') AS x",
        Forbidden,
        "CREATE VIEW v AS SELECT '/etc/passwd' AS x",
    ),
    (
        "CREATE TABLE c (a TEXT DEFAULT set_config('role', 'postgres', false))",
        Forbidden,
        "CREATE TABLE c (a TEXT DEFAULT lower('X'))",
    ),
    (
        "INSERT INTO guests VALUES (1, 'x')",
        Constraint,
        "INSERT INTO guests VALUES (1, 'x') ON CONFLICT DO NOTHING",
    ),
    (
        "INSERT INTO pg_catalog.pg_class (relname) VALUES ('x')",
        Forbidden,
        "SELECT count(*) FROM pg_catalog.pg_class",
    ),
];
