//! The actions that statements of actors may take. SQLite asks for each while it compiles a statement.

use capwire_sql_common::migrations::TABLE;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// The pragmas that only read.
const PRAGMAS: [&str; 9] = [
    "foreign_key_check",
    "foreign_key_list",
    "function_list",
    "index_info",
    "index_list",
    "index_xinfo",
    "table_info",
    "table_list",
    "table_xinfo",
];

/// The tables without a file, which tell too much or work for too long.
const TABLES: [&str; 4] = ["dbstat", "fts3tokenize", "sqlite_dbpage", "sqlite_stmt"];

/// The reason why temporary tables, views and triggers are refused: the next caller would see them.
const TEMPORARY: &str = "temporary tables, views and triggers are not available";

/// The functions that statements may use, in order. Those for files, extensions and settings are
/// missing, and those that work for longer than their time on values of the maximum size.
const FUNCTIONS: &[&str] = &[
    "->",
    "->>",
    "abs",
    "acos",
    "acosh",
    "asin",
    "asinh",
    "atan",
    "atan2",
    "atanh",
    "avg",
    "ceil",
    "ceiling",
    "changes",
    "char",
    "coalesce",
    "concat",
    "concat_ws",
    "cos",
    "cosh",
    "count",
    "cume_dist",
    "current_date",
    "current_time",
    "current_timestamp",
    "date",
    "datetime",
    "degrees",
    "dense_rank",
    "exp",
    "first_value",
    "floor",
    "format",
    "glob",
    "group_concat",
    "hex",
    "if",
    "ifnull",
    "iif",
    "instr",
    "json",
    "json_array",
    "json_array_insert",
    "json_array_length",
    "json_error_position",
    "json_extract",
    "json_group_array",
    "json_group_object",
    "json_insert",
    "json_object",
    "json_pretty",
    "json_quote",
    "json_remove",
    "json_replace",
    "json_set",
    "json_type",
    "json_valid",
    "jsonb",
    "jsonb_array",
    "jsonb_array_insert",
    "jsonb_extract",
    "jsonb_group_array",
    "jsonb_group_object",
    "jsonb_insert",
    "jsonb_object",
    "jsonb_remove",
    "jsonb_replace",
    "jsonb_set",
    "julianday",
    "lag",
    "last_insert_rowid",
    "last_value",
    "lead",
    "length",
    "like",
    "likelihood",
    "likely",
    "ln",
    "log",
    "log10",
    "log2",
    "lower",
    "ltrim",
    "max",
    "median",
    "min",
    "mod",
    "nth_value",
    "ntile",
    "nullif",
    "octet_length",
    "percent_rank",
    "pi",
    "pow",
    "power",
    "printf",
    "quote",
    "radians",
    "random",
    "randomblob",
    "rank",
    "replace",
    "round",
    "row_number",
    "rtrim",
    "sign",
    "sin",
    "sinh",
    "sqlite_version",
    "sqrt",
    "strftime",
    "string_agg",
    "substr",
    "substring",
    "subtype",
    "sum",
    "tan",
    "tanh",
    "time",
    "timediff",
    "total",
    "total_changes",
    "trim",
    "trunc",
    "typeof",
    "unicode",
    "unistr",
    "unistr_quote",
    "unixepoch",
    "unlikely",
    "upper",
    "zeroblob",
];

/// The functions with which SQLite alters tables. A statement that names one fails anyway.
const INTERNAL: [&str; 2] = ["sqlite_drop_", "sqlite_rename_"];

/// The authority of a connection. Clones share it.
#[derive(Clone, Default)]
pub(crate) struct Authority(Arc<State>);

#[derive(Default)]
struct State {
    /// True while the host runs statements of its own.
    is_host: AtomicBool,
    /// The action that was denied last.
    denied: Mutex<Option<String>>,
}

impl Authority {
    /// Allows everything while `scope` runs.
    pub(crate) fn as_host<R>(&self, scope: impl FnOnce() -> R) -> R {
        struct Leave<'a>(&'a AtomicBool);
        impl Drop for Leave<'_> {
            fn drop(&mut self) {
                self.0.store(false, Ordering::SeqCst);
            }
        }
        self.0.is_host.store(true, Ordering::SeqCst);
        let _leave = Leave(&self.0.is_host);
        scope()
    }

    /// Decides about an action.
    pub(crate) fn decide(&self, context: &AuthContext<'_>) -> Authorization {
        if self.0.is_host.load(Ordering::SeqCst) {
            return Authorization::Allow;
        }
        match denied(context) {
            None => Authorization::Allow,
            Some(reason) => {
                *self.denied() = Some(reason);
                Authorization::Deny
            }
        }
    }

    /// Takes the description of the action that was denied last.
    pub(crate) fn take_denied(&self) -> Option<String> {
        self.denied().take()
    }

    fn denied(&self) -> std::sync::MutexGuard<'_, Option<String>> {
        let denied = self.0.denied.lock();
        denied.unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns the reason why statements of actors may not take an action, or `None` if they may.
fn denied(context: &AuthContext<'_>) -> Option<String> {
    // `ALTER TABLE` looks for temporary views and triggers.
    let looks = matches!(
        context.action,
        AuthAction::Read { .. }
            | AuthAction::Select
            | AuthAction::Update { .. }
            | AuthAction::Function { .. }
    );
    if context.database_name == Some("temp") && !looks {
        return Some(TEMPORARY.to_owned());
    }
    match &context.action {
        AuthAction::Select | AuthAction::Recursive => None,
        AuthAction::Analyze { .. } | AuthAction::Reindex { .. } => None,
        AuthAction::Read { table_name, .. } => read(table_name),
        AuthAction::Insert { table_name }
        | AuthAction::Delete { table_name }
        | AuthAction::Update { table_name, .. }
        | AuthAction::AlterTable { table_name, .. }
        | AuthAction::CreateTable { table_name }
        | AuthAction::CreateIndex { table_name, .. }
        | AuthAction::CreateTrigger { table_name, .. }
        | AuthAction::DropTable { table_name }
        | AuthAction::DropIndex { table_name, .. }
        | AuthAction::DropTrigger { table_name, .. } => changed(table_name),
        AuthAction::CreateView { view_name } | AuthAction::DropView { view_name } => {
            changed(view_name)
        }
        AuthAction::Function { function_name } => function(function_name),
        AuthAction::Pragma {
            pragma_name,
            pragma_value: _,
        } => pragma(pragma_name),
        AuthAction::Transaction { .. } | AuthAction::Savepoint { .. } => Some(
            "a statement cannot begin or end a transaction: use `Transaction` of the contract"
                .to_owned(),
        ),
        AuthAction::Attach { .. } | AuthAction::Detach { .. } => {
            Some("statements cannot use other files, and `VACUUM` needs one".to_owned())
        }
        AuthAction::CreateVtable { .. } | AuthAction::DropVtable { .. } => {
            Some("virtual tables are not available".to_owned())
        }
        _ => Some(TEMPORARY.to_owned()),
    }
}

fn read(table: &str) -> Option<String> {
    let is_refused = TABLES.iter().any(|name| table.eq_ignore_ascii_case(name));
    is_refused.then(|| format!("the table `{table}` is not available"))
}

fn changed(table: &str) -> Option<String> {
    let is_refused = table.eq_ignore_ascii_case(TABLE);
    is_refused.then(|| format!("only the host changes `{TABLE}`"))
}

fn function(name: &str) -> Option<String> {
    let lower = name.to_ascii_lowercase();
    let is_known = FUNCTIONS.binary_search(&lower.as_str()).is_ok();
    let is_internal = || INTERNAL.iter().any(|prefix| lower.starts_with(prefix));
    let is_refused = !is_known && !is_internal();
    is_refused.then(|| format!("the function `{name}` is not available"))
}

fn pragma(name: &str) -> Option<String> {
    let is_known = PRAGMAS.iter().any(|known| name.eq_ignore_ascii_case(known));
    (!is_known).then(|| format!("`PRAGMA {name}` is not available"))
}

#[cfg(test)]
mod tests {
    use super::FUNCTIONS;

    #[test]
    fn functions_are_in_order() {
        assert!(FUNCTIONS.is_sorted());
    }
}
