//! Permissions that a release adds.

use crate::metadata::ActorMetadata;
use crate::narrow::{Grant, Pattern, Rule};
use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// A permission that newer claims grant and older claims do not.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Widening {
    /// A new capability, or a new actor that may be called.
    Capability(String),
    /// New operations or resources of a capability that both claim.
    Use {
        /// The capability.
        capability: String,
        /// The operation; `None` for all.
        operation: Option<String>,
        /// The resources; `None` for all.
        resources: Option<Pattern>,
    },
    /// The permission to be loaded as a capability provider.
    Provider,
}

impl fmt::Display for Widening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Capability(id) => f.write_str(id),
            Self::Provider => f.write_str("being a capability provider"),
            Self::Use {
                capability,
                operation,
                resources,
            } => {
                let operation = operation.as_deref().unwrap_or("every operation");
                write!(f, "{capability}: {operation} on ")?;
                match resources {
                    Some(pattern) => write!(f, "{pattern}"),
                    None => f.write_str("every resource"),
                }
            }
        }
    }
}

impl ActorMetadata {
    /// Returns the permissions that these claims add to `older`, or nothing if these claims are as
    /// narrow or narrower.
    ///
    /// A rule counts as new unless a single older rule covers it. Capabilities are compared by their
    /// names: see [`canonical`](Self::canonical) for those with several.
    #[must_use]
    pub fn widenings(&self, older: &Self) -> Vec<Widening> {
        let capabilities: BTreeSet<&String> = self.caps.iter().collect();
        let wider = capabilities
            .into_iter()
            .flat_map(|id| match older.grant(id) {
                None => vec![Widening::Capability(id.clone())],
                Some(older) => self
                    .grant(id)
                    .map_or_else(Vec::new, |grant| new_uses(id, grant, older)),
            });
        let provider = (self.prov && !older.prov).then_some(Widening::Provider);
        wider.chain(provider).collect()
    }
}

/// The smallest part of a grant: one operation on one pattern, with `None` for all.
#[derive(Clone, Copy)]
struct Use<'a> {
    operation: Option<&'a String>,
    resources: Option<&'a Pattern>,
}

fn new_uses(capability: &str, newer: Grant<'_>, older: Grant<'_>) -> Vec<Widening> {
    let whole = Use {
        operation: None,
        resources: None,
    };
    let uses = newer.rules().map_or_else(
        || vec![whole],
        |rules| rules.iter().flat_map(uses).collect(),
    );
    let new = uses.into_iter().filter(|one| !is_granted(*one, older));
    new.map(|one| Widening::Use {
        capability: capability.into(),
        operation: one.operation.cloned(),
        resources: one.resources.cloned(),
    })
    .collect()
}

fn uses(rule: &Rule) -> impl Iterator<Item = Use<'_>> {
    all_or_each(rule.ops.as_deref()).flat_map(|operation| {
        all_or_each(rule.on.as_deref()).map(move |resources| Use {
            operation,
            resources,
        })
    })
}

/// Returns only `None` if there is no restriction, else the items.
fn all_or_each<T>(restriction: Option<&[T]>) -> impl Iterator<Item = Option<&T>> {
    let all = restriction.is_none().then_some(None);
    all.into_iter()
        .chain(restriction.unwrap_or_default().iter().map(Some))
}

fn is_granted(one: Use<'_>, grant: Grant<'_>) -> bool {
    grant.rules().is_none_or(|rules| {
        rules.iter().any(|rule| {
            let operation = rule
                .ops
                .as_ref()
                .is_none_or(|ops| one.operation.is_some_and(|op| ops.contains(op)));
            let resources = rule.on.as_ref().is_none_or(|patterns| {
                one.resources
                    .is_some_and(|resources| patterns.iter().any(|p| p.covers(resources)))
            });
            operation && resources
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    fn claims(caps: &[&str], rules: &[(&str, Rule)]) -> ActorMetadata {
        let mut metadata = ActorMetadata::new();
        metadata.caps = caps.iter().map(ToString::to_string).collect();
        for (id, rule) in rules {
            metadata
                .narrow
                .entry(id.to_string())
                .or_default()
                .push(rule.clone());
        }
        metadata
    }

    fn rule(operations: &[&str], patterns: &[&str]) -> Rule {
        let rule = Rule::new().operations(operations.iter().copied());
        rule.resources(patterns.iter().map(|text| text.parse().unwrap()))
    }

    fn shown(newer: &ActorMetadata, older: &ActorMetadata) -> Vec<String> {
        newer
            .widenings(older)
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn equal_or_narrower_claims_widen_nothing() {
        let wide = claims(&["kv", "http"], &[]);
        let narrow = claims(&["kv"], &[("kv", rule(&["Get", "Set"], &["a*"]))]);
        let narrower = claims(&["kv"], &[("kv", rule(&["Get"], &["ab*", "a"]))]);
        for (newer, older) in [
            (&wide, &wide),
            (&narrow, &wide),
            (&narrow, &narrow),
            (&narrower, &narrow),
        ] {
            assert_eq!(newer.widenings(older), []);
        }
        let nothing = claims(&["kv"], &[("kv", rule(&[], &[]))]);
        assert_eq!(nothing.widenings(&narrower), []);
    }

    #[test]
    fn each_new_capability_operation_and_resource_is_named() {
        let older = claims(&["kv"], &[("kv", rule(&["Get"], &["a*"]))]);
        let capability = claims(&["kv", "http", "http"], &[("kv", rule(&["Get"], &["a*"]))]);
        assert_eq!(shown(&capability, &older), ["http"]);
        let operation = claims(&["kv"], &[("kv", rule(&["Get", "Set"], &["a*"]))]);
        assert_eq!(shown(&operation, &older), ["kv: Set on a*"]);
        let resource = claims(&["kv"], &[("kv", rule(&["Get"], &["a*", "b", "*"]))]);
        assert_eq!(shown(&resource, &older), ["kv: Get on b", "kv: Get on *"]);
        let any = claims(&["kv"], &[("kv", Rule::new().operations(["Get"]))]);
        assert_eq!(shown(&any, &older), ["kv: Get on every resource"]);
    }

    #[test]
    fn losing_its_rules_widens_a_capability() {
        let older = claims(&["kv"], &[("kv", rule(&["Get"], &["*"]))]);
        let all = ["kv: every operation on every resource"];
        assert_eq!(shown(&claims(&["kv"], &[]), &older), all);
        // All resources are less than no restriction: some operations have no resource.
        assert_eq!(shown(&claims(&["kv"], &[("kv", Rule::new())]), &older), all);
        assert_eq!(
            claims(&["kv"], &[("kv", Rule::new())]).widenings(&claims(&["kv"], &[])),
            []
        );
    }

    #[test]
    fn becoming_a_provider_is_a_widening() {
        let older = claims(&[], &[]);
        let mut newer = older.clone();
        newer.prov = true;
        assert_eq!(newer.widenings(&older), [Widening::Provider]);
        assert_eq!(older.widenings(&newer), []);
    }
}
