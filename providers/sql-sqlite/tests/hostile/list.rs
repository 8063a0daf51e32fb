//! A list of hostile statements, each with a twin that is allowed.

use crate::kit::{Place, guests};
use capwire_contracts::sql::ErrorClass::{self, Constraint, Forbidden, Limit, Statement};
use capwire_contracts_suite::sql::{class, transaction};

/// A statement, the class of its error, and a twin.
type Case = (&'static str, ErrorClass, &'static str);

const FILES: &[Case] = &[
    (
        "ATTACH DATABASE '/tmp/capwire-hostile' AS other",
        Forbidden,
        "SELECT 'ATTACH'",
    ),
    ("ATTACH ':memory:' AS other", Forbidden, "SELECT ':memory:'"),
    ("ATTACH '' AS other", Forbidden, "SELECT ''"),
    (
        "ATTACH 'file:/etc/passwd?mode=ro' AS other",
        Forbidden,
        "SELECT 'file:/etc/passwd'",
    ),
    ("DETACH main", Forbidden, "SELECT count(*) FROM main.guests"),
    ("VACUUM", Statement, "DELETE FROM guests WHERE id > 9"),
    ("VACUUM INTO '/tmp/capwire-hostile'", Statement, "REINDEX"),
    (
        "SELECT load_extension('/tmp/capwire-hostile')",
        Forbidden,
        "SELECT upper('x')",
    ),
    (
        "SELECT load_extension('x', 'y')",
        Forbidden,
        "SELECT max('x', 'y')",
    ),
    (
        "SELECT readfile('/etc/passwd')",
        Statement,
        "SELECT '/etc/passwd'",
    ),
    (
        "SELECT writefile('/tmp/capwire-hostile', 'x')",
        Statement,
        "SELECT length('x')",
    ),
    ("SELECT edit('x', 'vi')", Statement, "SELECT quote('vi')"),
    (
        "SELECT fts3_tokenizer('simple')",
        Forbidden,
        "SELECT lower('SIMPLE')",
    ),
    (
        "SELECT fts3_tokenizer('x', x'0000000000000000')",
        Forbidden,
        "SELECT x'0000000000000000'",
    ),
    (
        "SELECT sqlite_log(1, 'x')",
        Forbidden,
        "SELECT sqlite_version()",
    ),
    (
        "SELECT sqlite_compileoption_get(0)",
        Forbidden,
        "SELECT typeof(0)",
    ),
    (
        "CREATE VIEW v AS SELECT load_extension('x') AS x; SELECT * FROM v",
        Forbidden,
        "SELECT 1",
    ),
];

const PRAGMAS: &[Case] = &[
    (
        "PRAGMA journal_mode = DELETE",
        Forbidden,
        "PRAGMA table_info(guests)",
    ),
    (
        "PRAGMA synchronous = OFF",
        Forbidden,
        "PRAGMA table_xinfo('guests')",
    ),
    (
        "PRAGMA writable_schema = ON",
        Forbidden,
        "PRAGMA index_list(guests)",
    ),
    (
        "PRAGMA query_only = OFF",
        Forbidden,
        "PRAGMA foreign_key_list(guests)",
    ),
    (
        "PRAGMA max_page_count = 4294967294",
        Forbidden,
        "PRAGMA foreign_key_check",
    ),
    ("PRAGMA foreign_keys = OFF", Forbidden, "PRAGMA table_list"),
    (
        "PRAGMA trusted_schema = ON",
        Forbidden,
        "PRAGMA main.table_info(guests)",
    ),
    ("PRAGMA temp_store_directory = '/'", Forbidden, "SELECT '/'"),
    ("PRAGMA user_version = 5", Forbidden, "SELECT 5"),
    (
        "PRAGMA database_list",
        Forbidden,
        "SELECT name FROM sqlite_schema",
    ),
    ("PRAGMA compile_options", Forbidden, "PRAGMA function_list"),
    ("PRAGMA hard_heap_limit = 1", Forbidden, "SELECT 1"),
    ("PRAGMA soft_heap_limit = 1", Forbidden, "SELECT 2"),
    ("PRAGMA cache_size = 1000000000", Forbidden, "SELECT 3"),
    ("PRAGMA mmap_size = 1000000000000", Forbidden, "SELECT 4"),
    ("PRAGMA busy_timeout = 100000000", Forbidden, "SELECT 5"),
    ("PRAGMA wal_checkpoint(TRUNCATE)", Forbidden, "SELECT 6"),
    ("PRAGMA locking_mode = EXCLUSIVE", Forbidden, "SELECT 7"),
    ("PRAGMA recursive_triggers = ON", Forbidden, "SELECT 8"),
    (
        "PRAGMA case_sensitive_like = ON",
        Forbidden,
        "SELECT 'A' LIKE 'a'",
    ),
    (
        "PRAGMA integrity_check",
        Forbidden,
        "PRAGMA index_info(guests)",
    ),
    ("PRAGMA shrink_memory", Forbidden, "SELECT 9"),
    (
        "SELECT * FROM pragma_database_list",
        Forbidden,
        "SELECT * FROM pragma_table_info('guests')",
    ),
    (
        "SELECT * FROM pragma_user_version",
        Forbidden,
        "SELECT * FROM pragma_index_list('guests')",
    ),
];

const SCHEMA: &[Case] = &[
    ("CREATE TEMP TABLE t (a)", Forbidden, "CREATE TABLE t1 (a)"),
    (
        "CREATE TABLE temp.t (a)",
        Forbidden,
        "CREATE TABLE main.t2 (a)",
    ),
    (
        "CREATE TEMP VIEW v AS SELECT 1",
        Forbidden,
        "CREATE VIEW v AS SELECT 1",
    ),
    (
        "CREATE TEMP TRIGGER g AFTER INSERT ON guests BEGIN SELECT 1; END",
        Forbidden,
        "CREATE TRIGGER g AFTER INSERT ON guests BEGIN SELECT 1; END",
    ),
    (
        "CREATE VIRTUAL TABLE f USING fts5(a)",
        Forbidden,
        "CREATE TABLE f (a)",
    ),
    (
        "CREATE VIRTUAL TABLE r USING rtree(a, b, c)",
        Forbidden,
        "CREATE TABLE r (a, b, c)",
    ),
    (
        "SELECT * FROM dbstat",
        Forbidden,
        "SELECT * FROM json_each('[1]')",
    ),
    (
        "SELECT * FROM fts3tokenize",
        Forbidden,
        "SELECT * FROM json_tree('[1]')",
    ),
    (
        "INSERT INTO sqlite_schema VALUES ('table', 'x', 'x', 1, '')",
        Statement,
        "SELECT * FROM sqlite_schema",
    ),
    (
        "UPDATE sqlite_schema SET sql = 'x'",
        Statement,
        "UPDATE guests SET name = 'Ada' WHERE id = 1",
    ),
    (
        "DELETE FROM sqlite_master",
        Statement,
        "DELETE FROM guests WHERE id = 9",
    ),
    (
        "DROP TABLE sqlite_schema",
        Statement,
        "DROP TABLE IF EXISTS nobody",
    ),
    (
        "CREATE TABLE sqlite_other (a)",
        Statement,
        "CREATE TABLE other (a)",
    ),
    (
        "CREATE TABLE capwire_migrations (a)",
        Forbidden,
        "CREATE TABLE migrations (a)",
    ),
    (
        "CREATE VIEW capwire_migrations AS SELECT 1",
        Forbidden,
        "CREATE VIEW migrations2 AS SELECT 1",
    ),
    (
        "CREATE INDEX i ON guests (load_extension(name))",
        Forbidden,
        "CREATE INDEX i ON guests (lower(name))",
    ),
    (
        "CREATE TABLE c (a CHECK (load_extension(a)))",
        Forbidden,
        "CREATE TABLE c (a CHECK (length(a) > 1))",
    ),
    (
        "INSERT INTO guests VALUES (1, 'x')",
        Constraint,
        "INSERT OR IGNORE INTO guests VALUES (1, 'x')",
    ),
];

const SIZES: &[Case] = &[
    (
        "SELECT zeroblob(1000000000)",
        Limit,
        "SELECT zeroblob(1000)",
    ),
    (
        "SELECT randomblob(2147483647)",
        Limit,
        "SELECT length(randomblob(1000))",
    ),
    (
        "SELECT hex(zeroblob(1000000))",
        Limit,
        "SELECT hex(zeroblob(1000))",
    ),
    (
        "SELECT printf('%.*c', 2000000000, 'x')",
        Limit,
        "SELECT printf('%.*c', 1000, 'x')",
    ),
    (
        "SELECT replace(hex(zeroblob(500000)), '0', 'xxxxxxxxxx')",
        Limit,
        "SELECT replace('000', '0', 'xx')",
    ),
    (
        "WITH RECURSIVE d (t) AS (SELECT 'x' UNION ALL SELECT t || t FROM d) SELECT max(length(t)) FROM d",
        Limit,
        "WITH RECURSIVE d (t) AS (SELECT 'x' UNION ALL SELECT t || t FROM d LIMIT 9) SELECT max(length(t)) FROM d",
    ),
    (
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9000) SELECT group_concat(hex(randomblob(1000))) FROM n",
        Limit,
        "SELECT group_concat(name) FROM guests",
    ),
    (
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9000) SELECT json_group_array(hex(randomblob(1000))) FROM n",
        Limit,
        "SELECT json_group_array(name) FROM guests",
    ),
    (
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n",
        Limit,
        "SELECT id FROM guests",
    ),
    (
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT zeroblob(1000000) FROM n",
        Limit,
        "SELECT zeroblob(1000000)",
    ),
    (
        "SELECT CAST(x'ff' AS TEXT)",
        Statement,
        "SELECT CAST(CAST(x'ff' AS TEXT) AS BLOB)",
    ),
    ("SELECT 1\0; DROP TABLE guests", Statement, "SELECT 1"),
    ("SELECT json('[')", Statement, "SELECT json('[1]')"),
    (
        "SELECT abs(-9223372036854775808)",
        Statement,
        "SELECT abs(-9223372036854775807)",
    ),
    (
        "SELECT name FROM guests WHERE name LIKE hex(zeroblob(1000))",
        Statement,
        "SELECT name FROM guests WHERE name LIKE 'A%'",
    ),
];

/// The statement is refused by each operation that may write, and the twin works.
async fn check(cases: &[Case]) {
    for (hostile, expected, twin) in cases {
        let place = Place::new();
        let sql = place.subject.client_with(&[("TIMEOUT", "20s")]).await;
        guests(&sql).await;
        let before = place.files();
        let shown = hostile.escape_default();
        let refused = sql.execute(hostile, &[]).await;
        assert!(refused.is_err(), "{shown}: {refused:?}");
        let text = format!("{refused:?}");
        assert_eq!(class(refused), *expected, "{shown}: {text}");
        let insert = "INSERT INTO guests VALUES (4, 'Mallory')";
        let failed = sql.transaction(transaction([insert, hostile])).await;
        assert_eq!(class(failed), *expected, "{shown}");
        let queried = sql.query(hostile, &[]).await;
        assert!(
            matches!(class(queried), Forbidden | Limit | Statement),
            "{shown}"
        );
        assert_eq!(
            sql.number("SELECT count(*) FROM guests").await,
            3,
            "{shown}"
        );
        let allowed = sql.execute(twin, &[]).await;
        assert!(allowed.is_ok(), "{twin}: {allowed:?}");
        assert_eq!(place.files(), before, "{shown}");
    }
    assert!(!std::path::Path::new("/tmp/capwire-hostile").exists());
}

#[tokio::test]
async fn statements_reach_no_other_file() {
    check(FILES).await;
}

#[tokio::test]
async fn pragmas_change_no_setting() {
    check(PRAGMAS).await;
}

#[tokio::test]
async fn definitions_stay_within_the_database() {
    check(SCHEMA).await;
}

#[tokio::test]
async fn results_that_are_too_large_are_refused() {
    check(SIZES).await;
}
