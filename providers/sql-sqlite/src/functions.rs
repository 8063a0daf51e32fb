//! Functions that replace SQLite's own, whose time grows with the product of two lengths. Nothing can
//! interrupt a function, so a statement would work for much longer than its caller waits.

use memchr::memmem;
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::{Type, Value, ValueRef};
use rusqlite::{Connection, Error, Result};
use std::borrow::Cow;
use std::collections::HashSet;

/// Registers the functions.
pub(crate) fn register(connection: &Connection) -> Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8
        | FunctionFlags::SQLITE_DETERMINISTIC
        | FunctionFlags::SQLITE_INNOCUOUS;
    connection.create_scalar_function(c"instr", 2, flags, instr)?;
    connection.create_scalar_function(c"replace", 3, flags, replace)?;
    for (name, ends) in [
        (c"trim", (true, true)),
        (c"ltrim", (true, false)),
        (c"rtrim", (false, true)),
    ] {
        connection.create_scalar_function(name, 1, flags, move |context| {
            trim(context, ends, &HashSet::from([' ']))
        })?;
        connection.create_scalar_function(name, 2, flags, move |context| {
            match text(context, 1)? {
                None => Ok(Value::Null),
                Some(set) => trim(context, ends, &set.chars().collect()),
            }
        })?;
    }
    Ok(())
}

fn instr(context: &Context<'_>) -> Result<Option<i64>> {
    if let (ValueRef::Blob(bytes), ValueRef::Blob(part)) = (context.get_raw(0), context.get_raw(1))
    {
        let found = memmem::find(bytes, part);
        return Ok(Some(found.map_or(0, |at| number(at.saturating_add(1)))));
    }
    let (Some(whole), Some(part)) = (text(context, 0)?, text(context, 1)?) else {
        return Ok(None);
    };
    let found = memmem::find(whole.as_bytes(), part.as_bytes());
    let before = found.and_then(|at| whole.get(..at));
    Ok(Some(before.map_or(0, |before| {
        number(before.chars().count().saturating_add(1))
    })))
}

fn replace(context: &Context<'_>) -> Result<Value> {
    let (Some(whole), Some(part), Some(with)) =
        (text(context, 0)?, text(context, 1)?, text(context, 2)?)
    else {
        return Ok(Value::Null);
    };
    if part.is_empty() {
        return Ok(Value::Text(whole.into_owned()));
    }
    // SQLite refuses a result that is too long only after it is there.
    let count = memmem::find_iter(whole.as_bytes(), part.as_bytes()).count();
    let length = whole.len().saturating_add(count.saturating_mul(with.len()));
    if length > LONGEST {
        return Err(refused("the result of replace() is too long"));
    }
    Ok(Value::Text(whole.replace(&*part, &with)))
}

fn trim(context: &Context<'_>, ends: (bool, bool), set: &HashSet<char>) -> Result<Value> {
    let Some(whole) = text(context, 0)? else {
        return Ok(Value::Null);
    };
    let mut rest = &*whole;
    let is_cut = |c: char| set.contains(&c);
    if ends.0 {
        rest = rest.trim_start_matches(is_cut);
    }
    if ends.1 {
        rest = rest.trim_end_matches(is_cut);
    }
    Ok(Value::Text(rest.to_owned()))
}

/// The most bytes of a text that a function returns.
const LONGEST: usize = 32 << 20;

/// Returns the text of an argument, or `None` if it is NULL.
fn text<'c>(context: &'c Context<'_>, index: usize) -> Result<Option<Cow<'c, str>>> {
    let utf8 = |bytes: &'c [u8]| {
        let text = std::str::from_utf8(bytes);
        text.map_err(|_| refused("an argument of the function is not UTF-8"))
    };
    match context.get_raw(index) {
        ValueRef::Null => Ok(None),
        ValueRef::Integer(integer) => Ok(Some(integer.to_string().into())),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => Ok(Some(utf8(bytes)?.into())),
        ValueRef::Real(_) => Err(Error::InvalidFunctionParameterType(index, Type::Real)),
    }
}

fn refused(reason: &'static str) -> Error {
    Error::UserFunctionError(reason.into())
}

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
