//! A record of what actors use, from which narrow claims can be made.
//!
//! It has one line of JSON for each distinct use: the actor, the capability, the operation and the
//! resource. It contains no messages.

mod recorder;

pub(crate) use recorder::Recorder;

use crate::error::Error;
use crate::files;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::path::Path;

/// The maximum number of recorded uses; more would not make useful claims.
pub(crate) const MOST: usize = 10_000;

/// One use of a capability.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Use {
    /// The key of the actor that needs the capability.
    pub(crate) actor: String,
    /// The caller.
    pub(crate) by: By,
    /// The contract, or the key of the actor that was called.
    pub(crate) capability: String,
    pub(crate) operation: String,
    /// The resources of the message, if they are known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) resource: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum By {
    /// The actor asked.
    Actor,
    /// A provider called the actor.
    Provider,
}

/// The uses in the file at `path`.
pub(crate) fn read(path: &Path) -> Result<HashSet<Use>, Error> {
    let bytes = files::read(path)?;
    let lines = bytes.split(|byte| *byte == b'\n').enumerate();
    let lines = lines.filter(|(_, line)| !line.is_empty());
    let uses = lines.map(|(index, line)| {
        serde_json::from_slice(line).map_err(|error| {
            let (file, line) = (path.display(), index + 1);
            Error::unreadable(format!(
                "`{file}` is not a record of uses: cannot read line {line}"
            ))
            .because(error)
        })
    });
    uses.collect()
}
