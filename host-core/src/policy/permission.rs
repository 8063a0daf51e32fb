//! Permissions as people write them: capabilities, with or without rules that narrow them.

use crate::error::PermissionError;
use crate::id::{ActorId, ContractId};
use capwire_contracts::{known_operations, resource};
use capwire_wascap::{Pattern, Rule};
use std::fmt;
use std::str::FromStr;

/// A capability or a callable actor, and the uses that are permitted.
///
/// # Syntax
/// | text | grants |
/// |---|---|
/// | `wascc:keyvalue` | all of it |
/// | `wascc:keyvalue[Get,KeyExists]` | these operations |
/// | `wascc:keyvalue[Get on session:*,user:*]` | this operation on these resources |
/// | `wascc:http_client[on api.example.com]` | all operations on this resource |
/// | `wascc:http_client[GET,HEAD on api.example.com]` | these methods, which are parts of `PerformRequest` |
///
/// Operations and resources are separated by commas; white space around them does not count.
/// Resources are [patterns](Pattern). A resource with a comma cannot be written in this form.
/// Several permissions of one capability add up.
///
/// ```
/// use capwire_host::Permission;
///
/// let permission: Permission = "wascc:keyvalue[Get, KeyExists on session:*]".parse()?;
/// assert_eq!(permission.capability(), "wascc:keyvalue");
/// assert_eq!(permission.to_string(), "wascc:keyvalue[Get,KeyExists on session:*]");
/// assert!("wascc:logging[on disk]".parse::<Permission>().is_err());
/// # Ok::<(), capwire_host::PermissionError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Permission {
    capability: String,
    rule: Option<Rule>,
}

impl Permission {
    /// Returns the contract or the public key, as it was written.
    #[must_use]
    pub fn capability(&self) -> &str {
        &self.capability
    }

    /// The rule that narrows it. `None` permits every use.
    #[must_use]
    pub fn rule(&self) -> Option<&Rule> {
        self.rule.as_ref()
    }

    /// Returns the permission for `capability` within `rule`, as written in claims.
    ///
    /// # Errors
    /// Returns [`PermissionError::NoResources`] if the rule names resources, but the capability's
    /// messages have none that a host could read.
    pub fn new(capability: &str, rule: Option<Rule>) -> Result<Self, PermissionError> {
        let permission = Self {
            capability: capability.to_owned(),
            rule,
        };
        let narrowed = permission
            .rule
            .as_ref()
            .is_some_and(|rule| rule.on.is_some());
        match ContractId::new(capability) {
            Ok(id) if narrowed && !has_resources(&id) => {
                Err(PermissionError::NoResources(capability.to_owned()))
            }
            Ok(_) => Ok(permission),
            Err(_) => Err(PermissionError::Capability(capability.to_owned())),
        }
    }
}

/// Returns `true` if claims can name resources of the contract. Those of a contract that this host
/// does not know are declared by its provider; without that, every call is denied.
pub(super) fn has_resources(id: &ContractId) -> bool {
    let contract = id.as_str();
    let is_known = known_operations(contract).is_some() || actor(contract).is_some();
    resource::kind(contract).is_some() || !is_known
}

impl FromStr for Permission {
    type Err = PermissionError;

    fn from_str(text: &str) -> Result<Self, PermissionError> {
        let syntax = || PermissionError::Syntax(text.to_owned());
        let Some((capability, rest)) = text.split_once('[') else {
            return Self::new(text, None);
        };
        let inside = rest.strip_suffix(']').ok_or_else(syntax)?;
        let (operations, resources) = halves(inside.trim_start());
        let mut rule = Rule::new();
        if let Some(operations) = operations {
            let operations = items(operations).ok_or_else(syntax)?;
            if operations.iter().any(|name| name.contains(' ')) {
                return Err(syntax());
            }
            rule = rule.operations(operations);
        }
        if let Some(resources) = resources {
            let patterns = items(resources).ok_or_else(syntax)?.into_iter();
            let patterns: Result<Vec<Pattern>, _> = patterns.map(pattern).collect();
            rule = rule.resources(patterns?);
        }
        Self::new(capability, Some(rule))
    }
}

fn halves(inside: &str) -> (Option<&str>, Option<&str>) {
    match (inside.strip_prefix("on "), inside.split_once(" on ")) {
        (Some(resources), _) => (None, Some(resources)),
        (None, Some((operations, resources))) => (Some(operations), Some(resources)),
        (None, None) => (Some(inside), None),
    }
}

/// The items between commas, or `None` if one is empty or has brackets.
fn items(text: &str) -> Option<Vec<&str>> {
    let items: Vec<&str> = text.split(',').map(str::trim).collect();
    let good = |item: &&str| !item.is_empty() && !item.contains(['[', ']']);
    items.iter().all(good).then_some(items)
}

fn pattern(text: &str) -> Result<Pattern, PermissionError> {
    text.parse()
        .map_err(|_| PermissionError::Pattern(text.to_owned()))
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.capability)?;
        match &self.rule {
            None => Ok(()),
            Some(rule) => write!(f, "[{}]", Shown(rule)),
        }
    }
}

/// Writes a rule as it appears between brackets.
pub(super) struct Shown<'r>(pub(super) &'r Rule);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Rule { ops, on, .. } = self.0;
        f.write_str(&ops.as_deref().unwrap_or_default().join(","))?;
        let Some(on) = on else {
            return Ok(());
        };
        let space = if ops.is_some() { " " } else { "" };
        let on: Vec<String> = on.iter().map(ToString::to_string).collect();
        write!(f, "{space}on {}", on.join(","))
    }
}

/// The actor that the text names, if it does not name a contract.
pub(super) fn actor(capability: &str) -> Option<ActorId> {
    capability.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::Permission;
    use crate::error::PermissionError;

    #[test]
    fn each_form_is_read_and_shown() {
        for (text, shown) in [
            ("acme:thing", "acme:thing"),
            ("acme:thing[A]", "acme:thing[A]"),
            ("acme:thing[ A , B ]", "acme:thing[A,B]"),
            ("acme:thing[A on b]", "acme:thing[A on b]"),
            ("wascc:keyvalue[on a]", "wascc:keyvalue[on a]"),
            ("wascc:keyvalue[A on a b, c]", "wascc:keyvalue[A on a b,c]"),
            ("wasmcloud:keyvalue[on *]", "wasmcloud:keyvalue[on *]"),
        ] {
            let permission: Permission = text.parse().unwrap();
            assert_eq!(permission.to_string(), shown);
            assert_eq!(shown.parse(), Ok(permission));
        }
    }

    #[test]
    fn other_forms_are_refused() {
        for text in [
            "",
            "[Get]",
            "wascc:keyvalue[",
            "wascc:keyvalue[]",
            "wascc:keyvalue[Get]x",
            "wascc:keyvalue[Get][Set]",
            "wascc:keyvalue[Get,]",
            "wascc:keyvalue[Get on ]",
            "wascc:keyvalue[Get on a*b]",
            "wascc:keyvalue[Get on a,,b]",
        ] {
            assert!(text.parse::<Permission>().is_err(), "{text}");
        }
    }

    #[test]
    fn resources_that_nobody_can_tell_are_refused() {
        let key = "MB4OLDIC3TCZ4Q4TGGOVAZC43VXFE2JQVRAXQMQFXUCREOOFEKOKZTY2";
        for text in [
            "wascc:logging[on b]",
            "wasmcloud:extras[on b]",
            &format!("{key}[on b]"),
        ] {
            let refused = text.parse::<Permission>().unwrap_err();
            assert!(matches!(refused, PermissionError::NoResources(_)), "{text}");
        }
        assert!(format!("{key}[A]").parse::<Permission>().is_ok());
    }
}
