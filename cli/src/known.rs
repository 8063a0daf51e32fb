//! Misspelt contracts and operations in capabilities.

use crate::error::Error;
use capwire::contracts::resource::within;
use capwire::contracts::{canonical_contract, known_contracts, known_operations};
use capwire::{ActorId, Permission};
use capwire_manifest::nearest;

/// The namespaces in which only known contracts exist.
const NAMESPACES: [&str; 2] = ["wascc", "wasmcloud"];

/// A name that is probably misspelt.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unknown {
    /// The problem.
    pub(crate) problem: String,
    /// The suggestion.
    pub(crate) help: String,
}

/// Returns what in `permission` is probably misspelt. Contracts of other namespaces, and the keys of
/// actors, are somebody's own, and so are right.
pub(crate) fn misspelt(permission: &Permission) -> Vec<Unknown> {
    let capability = permission.capability();
    if let Some(unknown) = contract(capability) {
        return vec![unknown];
    }
    let rule = permission.rule();
    let operations = rule
        .and_then(|rule| rule.ops.as_deref())
        .unwrap_or_default();
    let unknown = operations
        .iter()
        .filter_map(|name| operation(capability, name));
    unknown.collect()
}

/// Refuses capabilities on the command line that are probably misspelt.
pub(crate) fn refuse_misspelt(permissions: &[Permission]) -> Result<(), Error> {
    let unknown = permissions.iter().flat_map(misspelt);
    let refused = unknown.map(Unknown::refused).collect();
    Error::all(refused).map_or(Ok(()), Err)
}

impl Unknown {
    /// Returns the error that the command line has the name.
    pub(crate) fn refused(self) -> Error {
        let help = format!(
            "{} `--force` accepts a contract or an operation of your own",
            self.help
        );
        Error::failure(self.problem).help(help)
    }
}

/// Returns the fault of `text` as a contract, if it is probably misspelt.
pub(crate) fn contract(text: &str) -> Option<Unknown> {
    let is_known = known_operations(canonical_contract(text)).is_some();
    if is_known || text.parse::<ActorId>().is_ok() {
        return None;
    }
    let named = known_contracts().find(|known| known.split(':').next_back() == Some(text));
    let is_own = |(space, _)| nearest(space, NAMESPACES).is_none();
    if text.split_once(':').is_some_and(is_own) {
        return None;
    }
    let help = match named.or_else(|| nearest(text, known_contracts())) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!(
            "the known contracts are {}. An actor is claimed by its key.",
            listed(known_contracts())
        ),
    };
    let problem = format!("`{text}` is not a known contract");
    Some(Unknown { problem, help })
}

/// Returns the fault of `name` as an operation of `contract`, if that is known and does not have it.
pub(crate) fn operation(contract: &str, name: &str) -> Option<Unknown> {
    let contract = canonical_contract(contract);
    let known = known_operations(contract)?;
    if known.contains(&name) || within(contract, name).is_some() {
        return None;
    }
    let help = match nearest(name, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("its operations are {}.", listed(known)),
    };
    let problem = format!("the contract `{contract}` has no operation `{name}`");
    Some(Unknown { problem, help })
}

fn listed(names: impl IntoIterator<Item = &'static str>) -> String {
    names.into_iter().collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::misspelt;

    #[test]
    fn what_resembles_a_known_name_is_misspelt_k1() {
        for (text, help) in [
            ("wascc:keyvalue[Gett]", "did you mean `Get`?"),
            ("wasmcloud:keyvalue[Get,get]", "did you mean `Get`?"),
            ("wascc:keyvaleu", "did you mean `wascc:keyvalue`?"),
            ("wasc:keyvalue", "did you mean `wascc:keyvalue`?"),
            ("keyvalue", "did you mean `wascc:keyvalue`?"),
            ("wasmcloud:http_server", "did you mean `wascc:http_server`?"),
            ("wascc:graph", "the known contracts are wascc:blobstore, "),
            ("wascc:extras[Roll]", "its operations are RequestGuid, "),
        ] {
            let found = misspelt(&text.parse().unwrap());
            assert_eq!(found.len(), 1, "{text}");
            assert!(found[0].help.starts_with(help), "{text}: {found:?}");
        }
        let key = "MB4OLDIC3TCZ4Q4TGGOVAZC43VXFE2JQVRAXQMQFXUCREOOFEKOKZTY2";
        for right in [
            "wascc:keyvalue[Get,SetQuery on a]",
            "wasmcloud:httpserver",
            "wascc:logging[write]",
            "wascc:http_client[GET,HEAD on a.com]",
            "acme:keyvalue[Roll]",
            "a:b",
            key,
        ] {
            assert_eq!(misspelt(&right.parse().unwrap()), [], "{right}");
        }
    }
}
