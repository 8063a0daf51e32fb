//! Proposes the capabilities that a module needs, from its content and from recorded uses.

mod recorded;

use crate::error::Error;
use crate::output;
use capwire::Permission;
use capwire::contracts::{
    blobstore, canonical_contract, eventstreams, extras, http, keyvalue, logging, messaging,
};
use capwire::wascap::PublicKey;
use recorded::Proposal;
use std::collections::BTreeMap;
use std::io::{self, BufRead, IsTerminal};
use std::path::PathBuf;
use wasmparser::{BinaryReaderError, Parser, Payload};

/// The texts with which a module names a contract, and the direction of its calls.
const SIGNS: &[(&str, &str)] = &[
    (blobstore::CONTRACT, blobstore::CONTRACT),
    (eventstreams::CONTRACT, eventstreams::CONTRACT),
    (extras::CONTRACT, extras::CONTRACT),
    (http::CONTRACT, http::CONTRACT),
    (http::CLIENT_CONTRACT, http::CLIENT_CONTRACT),
    (keyvalue::CONTRACT, keyvalue::CONTRACT),
    (logging::CONTRACT, logging::CONTRACT),
    (messaging::CONTRACT, messaging::CONTRACT),
    ("wasmcloud:blobstore", blobstore::CONTRACT),
    ("wasmcloud:eventstreams", eventstreams::CONTRACT),
    ("wasmcloud:extras", extras::CONTRACT),
    ("wasmcloud:httpserver", http::CONTRACT),
    ("wasmcloud:httpclient", http::CLIENT_CONTRACT),
    ("wasmcloud:keyvalue", keyvalue::CONTRACT),
    ("wasmcloud:logging", logging::CONTRACT),
    ("wasmcloud:messaging", messaging::CONTRACT),
    (http::OP_HANDLE_REQUEST, http::CONTRACT),
    (messaging::OP_DELIVER_MESSAGE, messaging::CONTRACT),
    (blobstore::OP_RECEIVE_CHUNK, blobstore::CONTRACT),
    (eventstreams::OP_DELIVER_EVENT, eventstreams::CONTRACT),
];

/// The findings in a module.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Findings {
    /// The contracts that seem to be needed, with the reasons.
    contracts: BTreeMap<&'static str, Vec<String>>,
    calls_host: bool,
}

impl Findings {
    /// Reads imports and data of a module.
    pub(super) fn of(wasm: &[u8]) -> Result<Self, BinaryReaderError> {
        let mut findings = Self::default();
        for payload in Parser::new(0).parse_all(wasm) {
            match payload? {
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        findings.calls_host |= import?.name == "__host_call";
                    }
                }
                Payload::DataSection(section) => {
                    for data in section {
                        findings.search(data?.data);
                    }
                }
                _ => {}
            }
        }
        if !findings.calls_host {
            findings.contracts.retain(|_, reasons| {
                reasons.retain(|reason| reason.starts_with("it answers"));
                !reasons.is_empty()
            });
        }
        Ok(findings)
    }

    fn search(&mut self, data: &[u8]) {
        for (sign, contract) in SIGNS {
            if !data
                .windows(sign.len())
                .any(|window| window == sign.as_bytes())
            {
                continue;
            }
            let reason = match canonical_contract(sign) == *contract {
                true => format!("it names `{sign}` in its data"),
                false => format!("it answers `{sign}`, or names it in its data"),
            };
            let reasons = self.contracts.entry(contract).or_default();
            if !reasons.contains(&reason) {
                reasons.push(reason);
            }
        }
    }

    fn permissions(&self) -> Result<Vec<Permission>, Error> {
        let permissions = self.contracts.keys().map(|contract| contract.parse());
        permissions
            .collect::<Result<_, _>>()
            .map_err(|error: capwire::PermissionError| {
                Error::failure("cannot propose a capability").because(error)
            })
    }

    /// Returns the contracts that seem to be needed and that none of `granted` names.
    pub(super) fn not_in(&self, granted: &[Permission]) -> Vec<&'static str> {
        let is_granted = |contract: &&'static str| {
            let mut granted = granted.iter();
            granted.any(|granted| canonical_contract(granted.capability()) == *contract)
        };
        let contracts = self.contracts.keys().copied();
        contracts.filter(|contract| !is_granted(contract)).collect()
    }

    /// Returns the recorded uses, and the contracts in the module without a recorded use.
    fn shown_with(&self, proposals: &[Proposal]) -> String {
        let mut lines = vec!["the module was recorded to use:".to_owned()];
        lines.extend(proposals.iter().map(Proposal::shown));
        let used = |contract: &str| {
            let mut permissions = proposals.iter().map(|one| &one.permission);
            permissions.any(|permission| permission.capability() == contract)
        };
        let unused = self
            .contracts
            .iter()
            .filter(|(contract, _)| !used(contract));
        lines.extend(unused.map(|(contract, reasons)| {
            let reasons = reasons.join(", and ");
            format!("it was not seen to use {contract}, although {reasons}")
        }));
        lines.join("\n")
    }

    fn shown(&self) -> String {
        let contracts = self.contracts.iter();
        let lines = contracts.map(|(contract, reasons)| {
            format!("  --cap {contract}    because {}", reasons.join(", and "))
        });
        let lines: Vec<String> = lines.collect();
        match (lines.is_empty(), self.calls_host) {
            (false, _) => format!("the module seems to need:\n{}", lines.join("\n")),
            (true, true) => "the module calls its host, but names no contract that is known".into(),
            (true, false) => "the module cannot call its host, and needs nothing".into(),
        }
    }
}

/// Proposes capabilities, and asks whether to grant them unless the options already answer that. If
/// uses of the actor are `recorded`, only these are proposed.
pub(super) fn propose(
    wasm: &[u8],
    actor: PublicKey,
    recorded: &[PathBuf],
    yes: bool,
) -> Result<Vec<Permission>, Error> {
    let unreadable = |error| Error::failure("the module cannot be read").because(error);
    let findings = Findings::of(wasm).map_err(unreadable)?;
    let (text, permissions) = match recorded.is_empty() {
        true => (findings.shown(), findings.permissions()?),
        false => {
            let proposals = recorded::proposals(recorded, actor)?;
            let mut text = findings.shown_with(&proposals.list);
            for warning in &proposals.warnings {
                text.push_str(&format!("\nwarning: {warning}"));
            }
            let permissions = proposals.list.into_iter().map(|one| one.permission);
            (text, permissions.collect())
        }
    };
    output::aside(format_args!("{}\n", capwire_text::lines(&text, usize::MAX)));
    if !permissions.is_empty() && !yes && !agreed()? {
        return Err(Error::failure("nothing was signed")
            .help("name the capabilities yourself with `--cap`"));
    }
    Ok(permissions)
}

fn agreed() -> Result<bool, Error> {
    if !io::stdin().is_terminal() {
        return Err(Error::unreadable(
            "cannot ask for confirmation: standard input is not a terminal",
        )
        .help("check the proposal, and accept it with `--yes`"));
    }
    output::aside("grant this? [y/N] ");
    let asked = |error| Error::failure("cannot read your answer").because(error);
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer).map_err(asked)?;
    Ok(["y", "yes"].contains(&answer.trim().to_lowercase().as_str()))
}

#[cfg(test)]
mod tests {
    use super::Findings;

    fn contracts(wat: &str) -> Vec<&'static str> {
        let findings = Findings::of(&wat::parse_str(wat).unwrap()).unwrap();
        findings.contracts.into_keys().collect()
    }

    #[test]
    fn contracts_are_found_by_name_alias_and_operation() {
        let module = |data: &str| {
            format!(
                r#"(module (import "wapc" "__host_call" (func (param i32))) (memory 1)
                    (data (i32.const 0) "{data}"))"#
            )
        };
        let found = contracts(&module("xwascc:keyvalueGetwasmcloud:messaging"));
        assert_eq!(found, ["wascc:keyvalue", "wascc:messaging"]);
        assert_eq!(contracts(&module("HandleRequest")), ["wascc:http_server"]);
        assert!(contracts(&module("wascc:keyval")).is_empty());
    }

    #[test]
    fn who_cannot_call_the_host_needs_nothing_of_it() {
        let module = r#"(module (memory 1) (data (i32.const 0) "wascc:keyvalue HandleRequest"))"#;
        assert_eq!(contracts(module), ["wascc:http_server"]);
    }
}
