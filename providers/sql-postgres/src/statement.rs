//! The statements that actors may use. The role of the binding is the second wall behind this one.

use crate::failure::Failure;
use crate::functions;
use crate::words::{Kind, Token, tokens};
use capwire_sql_common::migrations::TABLE;

/// The longest statement, in bytes.
pub(crate) const LONGEST: usize = 256 << 10;

/// A statement that actors may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    /// It returns rows. Parts of it may write.
    Read,
    /// It inserts, updates or deletes rows.
    Change,
    /// It defines something, or does other work.
    Define,
}

/// A statement of a text, and its verb if actors may use it.
pub(crate) type Part<'s> = (&'s str, Result<Verb, Failure>);

/// The commands of PostgreSQL that actors may not use.
const FORBIDDEN: [&str; 41] = [
    "abort",
    "begin",
    "call",
    "checkpoint",
    "close",
    "cluster",
    "commit",
    "copy",
    "deallocate",
    "declare",
    "discard",
    "do",
    "end",
    "execute",
    "fetch",
    "grant",
    "import",
    "listen",
    "load",
    "lock",
    "move",
    "notify",
    "prepare",
    "reassign",
    "release",
    "reset",
    "revoke",
    "rollback",
    "savepoint",
    "security",
    "set",
    "show",
    "start",
    "unlisten",
    "vacuum",
    "analyse",
    "rule",
    "user",
    "role",
    "database",
    "system",
];

/// The objects that actors may create, change and remove.
const OBJECTS: [&str; 8] = [
    "domain",
    "index",
    "materialized",
    "sequence",
    "statistics",
    "table",
    "type",
    "view",
];

/// Returns the only statement in `sql`, without an end and comments around it, and its verb.
pub(crate) fn check(sql: &str) -> Result<(&str, Verb), Failure> {
    let mut statements = split(sql)?;
    match (statements.pop(), statements.is_empty()) {
        (None, _) => Err(Failure::wrong("there is no statement")),
        (Some((text, verb)), true) => Ok((text, verb?)),
        (Some(_), false) => Err(Failure::forbidden(
            "a message has one statement: use `Transaction` for several",
        )),
    }
}

/// Returns the statements in `sql`, each with its verb.
pub(crate) fn split(sql: &str) -> Result<Vec<Part<'_>>, Failure> {
    let tokens = tokens(sql)?;
    let statements = tokens.split(|token| token.is(';'));
    let statements = statements.filter_map(|statement| {
        let (first, last) = (statement.first()?, statement.last()?);
        let text = sql.get(first.start..last.end)?;
        Some((text, verb(statement)))
    });
    Ok(statements.collect())
}

fn verb(statement: &[Token]) -> Result<Verb, Failure> {
    let first = statement.iter().position(|token| !token.is('('));
    let statement = first.and_then(|first| statement.get(first..));
    let statement = statement.unwrap_or_default();
    let word = statement.first().and_then(Token::keyword);
    let word = word.ok_or_else(|| Failure::wrong("the statement begins with no keyword"))?;
    let verb = match word {
        // What `EXPLAIN ANALYZE` runs fails in a transaction that only reads.
        "select" | "values" | "table" | "explain" => Verb::Read,
        "with" => main_verb(statement),
        "insert" | "update" | "delete" | "merge" => Verb::Change,
        "truncate" | "comment" | "refresh" | "analyze" => Verb::Define,
        "create" | "alter" | "drop" => definition(word, statement)?,
        "reindex" => match keyword(statement, 1) {
            Some("index" | "table") => Verb::Define,
            _ => return Err(refused("REINDEX of a database")),
        },
        _ if FORBIDDEN.contains(&word) => return Err(refused(&word.to_ascii_uppercase())),
        _ => return Err(Failure::wrong(format!("`{}` is no command", short(word)))),
    };
    check_parts(verb, statement)?;
    Ok(verb)
}

fn short(word: &str) -> &str {
    word.get(..word.floor_char_boundary(40)).unwrap_or_default()
}

fn refused(command: &str) -> Failure {
    Failure::forbidden(format!("{command} is not available to actors"))
}

fn keyword(statement: &[Token], index: usize) -> Option<&str> {
    statement.get(index).and_then(Token::keyword)
}

/// Returns the verb of a statement that begins with `WITH`.
fn main_verb(statement: &[Token]) -> Verb {
    let (mut depth, mut before): (usize, Option<&Kind>) = (0, None);
    for token in statement {
        match token.kind {
            Kind::Sign('(') => depth += 1,
            Kind::Sign(')') => depth = depth.saturating_sub(1),
            _ => {}
        }
        // A name of a common table follows these.
        let is_name = match before {
            Some(Kind::Word(word)) => word == "with" || word == "recursive",
            Some(Kind::Sign(',')) => true,
            _ => false,
        };
        if depth == 0 && !is_name {
            match token.keyword() {
                Some("insert" | "update" | "delete" | "merge") => return Verb::Change,
                Some("select" | "values" | "table") => return Verb::Read,
                _ => {}
            }
        }
        before = Some(&token.kind);
    }
    Verb::Read
}

fn definition(command: &str, statement: &[Token]) -> Result<Verb, Failure> {
    const ADJECTIVES: [&str; 5] = ["or", "replace", "recursive", "unique", "unlogged"];
    let words = statement.iter().skip(1).map(Token::keyword);
    let mut words = words.skip_while(|word| word.is_some_and(|word| ADJECTIVES.contains(&word)));
    let object = words.next().flatten().unwrap_or_default();
    match object {
        "temp" | "temporary" | "local" | "global" => Err(temporary()),
        // Only these kinds of types have no functions of their own.
        "type" if command == "create" => {
            let as_what = statement
                .windows(2)
                .find(|pair| matches!(pair, [a, _] if a.keyword() == Some("as")));
            match as_what {
                Some([_, what]) if what.is('(') || what.keyword() == Some("enum") => {
                    Ok(Verb::Define)
                }
                _ => Err(refused("CREATE TYPE without `AS ENUM` or `AS (…)`")),
            }
        }
        object if OBJECTS.contains(&object) => Ok(Verb::Define),
        object => {
            let command = format!("{command} {}", short(object)).to_ascii_uppercase();
            Err(refused(command.trim()))
        }
    }
}

/// The next caller would see them, or not, as it gets a connection.
fn temporary() -> Failure {
    Failure::forbidden("temporary tables, views and sequences are not available")
}

/// Checks the parts of a statement whose command is allowed.
fn check_parts(verb: Verb, statement: &[Token]) -> Result<(), Failure> {
    let mut writes = verb != Verb::Read;
    let mut has_migrations = false;
    for (index, token) in statement.iter().enumerate() {
        let next = statement.get(index + 1);
        if let Some(name) = token.name() {
            let name = name.to_ascii_lowercase();
            has_migrations |= name == TABLE;
            if name.starts_with("pg_temp") || name.starts_with("pg_toast") {
                return Err(temporary());
            }
            if next.is_some_and(|next| next.is('(')) && functions::is_refused(&name) {
                return Err(Failure::forbidden(format!(
                    "the function `{}` is not available to actors",
                    short(&name)
                )));
            }
        }
        match token.keyword() {
            Some("insert" | "update" | "delete" | "merge") => writes = true,
            Some("into") if verb == Verb::Read => {
                writes = true;
                if let Some("temp" | "temporary" | "local" | "global") =
                    next.and_then(Token::keyword)
                {
                    return Err(temporary());
                }
            }
            _ => {}
        }
    }
    match writes && has_migrations {
        true => Err(Failure::forbidden(format!(
            "only the host changes the table `{TABLE}`"
        ))),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::{Verb, check, split};

    #[test]
    fn statements_have_verbs() {
        for (sql, expected) in [
            ("SELECT 1", Verb::Read),
            ("(((SELECT 1)))", Verb::Read),
            ("TABLE guests", Verb::Read),
            ("WITH a AS (DELETE FROM b RETURNING c) SELECT 1", Verb::Read),
            (
                "WITH a AS (SELECT 1), insert AS (SELECT 2) SELECT 1",
                Verb::Read,
            ),
            (
                "WITH delete AS (SELECT 1) INSERT INTO b TABLE delete",
                Verb::Change,
            ),
            (
                "WITH RECURSIVE a AS (SELECT 1) UPDATE b SET c = 1",
                Verb::Change,
            ),
            (
                "MERGE INTO a USING b ON true WHEN MATCHED THEN DELETE",
                Verb::Change,
            ),
            ("CREATE UNIQUE INDEX ON a (b)", Verb::Define),
        ] {
            assert_eq!(check(sql).unwrap(), (sql, expected));
        }
    }

    #[test]
    fn a_script_has_statements_without_what_is_around_them() {
        let script = "-- First; of all\nSELECT ';' ;; /* second */ DELETE FROM a -- end";
        let statements = split(script).unwrap();
        let texts: Vec<_> = statements.iter().map(|(text, _)| *text).collect();
        assert_eq!(texts, ["SELECT ';'", "DELETE FROM a"]);
    }
}
