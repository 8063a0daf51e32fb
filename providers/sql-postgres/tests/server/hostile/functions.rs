//! Functions, each with a twin that is allowed.

use super::Case;
use capwire_contracts::sql::ErrorClass::{Forbidden, Limit, Statement};

pub(super) const FUNCTIONS: &[Case] = &[
    (
        "SELECT lo_import('/etc/passwd')",
        Forbidden,
        "SELECT length('/etc/passwd')",
    ),
    (
        "SELECT pg_catalog.lo_export(1, '/tmp/capwire-hostile')",
        Forbidden,
        "SELECT pg_catalog.lower('X')",
    ),
    (
        "SELECT \"lo_import\" ('/etc/passwd')",
        Forbidden,
        "SELECT \"lower\" ('X')",
    ),
    (
        "SELECT lo_import/* */('/etc/passwd')",
        Forbidden,
        "SELECT lower/* */('X')",
    ),
    ("SELECT LO_CREATE(0)", Forbidden, "SELECT LOWER('X')"),
    (
        "SELECT pg_read_file('/etc/passwd')",
        Forbidden,
        "SELECT pg_typeof(1)::text",
    ),
    (
        "SELECT pg_read_binary_file('/etc/passwd')",
        Forbidden,
        "SELECT pg_column_size(1)",
    ),
    (
        "SELECT * FROM pg_ls_dir('/')",
        Forbidden,
        "SELECT * FROM generate_series(1, 2)",
    ),
    (
        "SELECT pg_stat_file('/etc/passwd')::text",
        Forbidden,
        "SELECT pg_size_pretty(1::bigint)",
    ),
    (
        "SELECT pg_terminate_backend(pg_backend_pid())",
        Forbidden,
        "SELECT pg_sleep(0)",
    ),
    ("SELECT pg_cancel_backend(1)", Forbidden, "SELECT 1"),
    ("SELECT pg_reload_conf()", Forbidden, "SELECT version()"),
    (
        "SELECT pg_advisory_lock(1)",
        Forbidden,
        "SELECT pg_advisory_xact_lock(1)",
    ),
    (
        "SELECT pg_try_advisory_lock(1)",
        Forbidden,
        "SELECT pg_try_advisory_xact_lock(1)",
    ),
    (
        "SELECT pg_notify('a', 'b')",
        Forbidden,
        "SELECT concat('a', 'b')",
    ),
    (
        "SELECT set_config('transaction_read_only', 'off', false)",
        Forbidden,
        "SELECT current_setting('search_path')",
    ),
    (
        "SELECT query_to_xml('DELETE FROM guests', true, true, '')",
        Forbidden,
        "SELECT json_agg(name) FROM guests",
    ),
    (
        "SELECT * FROM ts_stat('SELECT 1')",
        Forbidden,
        "SELECT to_tsvector('simple', 'a')::text",
    ),
    (
        "SELECT dblink_connect('dbname=postgres')",
        Forbidden,
        "SELECT 'dblink'",
    ),
    ("SELECT inet_server_addr()", Forbidden, "SELECT now()"),
    ("SELECT setseed(0)", Forbidden, "SELECT random()"),
    (
        "EXPLAIN ANALYZE SELECT lo_import('/etc/passwd')",
        Forbidden,
        "EXPLAIN SELECT 1",
    ),
    (
        "WITH x AS (SELECT lo_create(0)) SELECT 1",
        Forbidden,
        "WITH x AS (SELECT lower('X')) SELECT 1",
    ),
    (
        "SELECT * FROM pg_catalog.pg_authid",
        Forbidden,
        "SELECT count(*) FROM pg_catalog.pg_roles",
    ),
    ("SELECT 1/0", Statement, "SELECT 1/1"),
    (
        "SELECT repeat('x', 2000000000)",
        Limit,
        "SELECT repeat('x', 1000)",
    ),
    (
        "SELECT repeat('x', 50000000)",
        Limit,
        "SELECT length(repeat('x', 5000000))",
    ),
    (
        "SELECT generate_series(1, 10000000)",
        Limit,
        "SELECT generate_series(1, 10000)",
    ),
];
