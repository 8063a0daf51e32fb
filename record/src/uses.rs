//! The recorded uses, and the form in which they are written.

use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// The maximum number of uses in a record; more would not make useful claims.
pub const MAX_USES: usize = 10_000;

/// One use of a capability.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Use {
    /// The key of the actor that needs the capability.
    pub actor: String,
    /// The caller.
    pub by: By,
    /// The contract, or the key of the actor that was called.
    pub capability: String,
    /// The operation.
    pub operation: String,
    /// The resource of the message, if it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
}

/// The party that called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// The actor called the capability.
    Actor,
    /// A provider called the actor.
    Provider,
}

/// A line of a record that is no use.
#[derive(Debug, thiserror::Error)]
#[error("cannot read line {line}")]
pub struct ParseError {
    line: usize,
    source: serde_json::Error,
}

impl ParseError {
    /// Returns the number of the line, from 1.
    #[must_use]
    pub fn line(&self) -> usize {
        self.line
    }
}

/// Returns the uses in the text of a record. Ignores empty lines.
///
/// # Errors
/// Returns [`ParseError`] for the first line that is no use.
///
/// ```
/// let text = br#"{"actor":"MACTOR","by":"actor","capability":"acme:mailer","operation":"Send"}"#;
/// let uses = capwire_record::parse(text)?;
/// assert_eq!(uses.len(), 1);
/// assert_eq!(capwire_record::parse(b"\nhello").unwrap_err().line(), 2);
/// # Ok::<(), capwire_record::ParseError>(())
/// ```
pub fn parse(text: &[u8]) -> Result<HashSet<Use>, ParseError> {
    let lines = text.split(|byte| *byte == b'\n').enumerate();
    let lines = lines.filter(|(_, line)| !line.is_empty());
    let uses = lines.map(|(index, line)| {
        let line_number = index + 1;
        serde_json::from_slice(line).map_err(|source| ParseError {
            line: line_number,
            source,
        })
    });
    uses.collect()
}
