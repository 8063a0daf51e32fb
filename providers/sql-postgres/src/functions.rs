//! The functions that statements of actors may not use: those for files, other servers, settings, locks and messages
//! that outlive the call, and those that run a text as SQL.

/// The functions that actors may not use, besides those with one of [`PREFIXES`].
const REFUSED: &[&str] = &[
    "connectby",
    "crosstab",
    "cursor_to_xml",
    "cursor_to_xmlschema",
    "database_to_xml",
    "database_to_xml_and_xmlschema",
    "database_to_xmlschema",
    "file_fdw_handler",
    "inet_client_addr",
    "inet_client_port",
    "inet_server_addr",
    "inet_server_port",
    "loread",
    "lowrite",
    "query_to_xml",
    "query_to_xml_and_xmlschema",
    "query_to_xmlschema",
    "schema_to_xml",
    "schema_to_xml_and_xmlschema",
    "schema_to_xmlschema",
    "set_config",
    "setseed",
    "table_to_xml",
    "table_to_xml_and_xmlschema",
    "table_to_xmlschema",
    "ts_rewrite",
    "ts_stat",
];

/// The beginnings of the names of functions that actors may not use, unless [`ALLOWED`] has them.
const PREFIXES: &[&str] = &[
    "binary_upgrade_",
    "crosstab",
    "dblink",
    "lo_",
    "pg_",
    "postgres_fdw",
];

const ALLOWED: &[&str] = &[
    "pg_advisory_xact_lock",
    "pg_advisory_xact_lock_shared",
    "pg_column_size",
    "pg_get_serial_sequence",
    "pg_relation_size",
    "pg_size_pretty",
    "pg_sleep",
    "pg_table_size",
    "pg_total_relation_size",
    "pg_try_advisory_xact_lock",
    "pg_try_advisory_xact_lock_shared",
    "pg_typeof",
];

/// Returns true if actors may not use the function with this name, which is in lower case.
pub(crate) fn is_refused(name: &str) -> bool {
    let has_prefix = PREFIXES.iter().any(|prefix| name.starts_with(prefix));
    REFUSED.contains(&name) || has_prefix && !ALLOWED.contains(&name)
}
