//! The operator's rules, as data. They take away from claims and grant nothing.

use super::Policy;
use super::permission::Permission;
use super::permissions::{CapabilityRules, Decision, Permissions};
use crate::id::{ActorId, Target};
use capwire_wascap::{ActorClaims, PublicKey, Verified};
use std::sync::Arc;

/// Some actors may use capabilities no further than this. Grants nothing by itself.
#[derive(Clone, Debug)]
pub struct PolicyRule {
    place: String,
    exclusive: bool,
    permissions: Permissions,
}

/// To whom a [`PolicyRule`] applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AppliesTo {
    /// All actors.
    Everyone,
    /// Actors whose token this key signed, or whose chain has this account. Without trusted
    /// operators anybody can be a new account.
    Account(PublicKey),
    /// One actor.
    Actor(ActorId),
}

/// A [`Policy`] of limits. All that apply to an actor must agree, so that each one added only
/// takes away.
///
/// ```
/// use capwire_host::{PolicyRule, PolicyRules, AppliesTo};
///
/// let reading = ["wascc:keyvalue[Get,KeyExists on session:*]".parse()?];
/// let mut policy = PolicyRules::default();
/// policy.add(AppliesTo::Everyone, PolicyRule::at_most("policy.yaml:2", &reading));
/// # Ok::<(), capwire_host::PermissionError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct PolicyRules {
    rules: Vec<(AppliesTo, Arc<PolicyRule>)>,
    barred: Vec<AppliesTo>,
}

impl PolicyRule {
    /// These capabilities, this far, and no others. `place` says where that is written, for
    /// denials.
    #[must_use]
    pub fn only<'p>(
        place: impl Into<String>,
        permissions: impl IntoIterator<Item = &'p Permission>,
    ) -> Self {
        Self {
            place: place.into(),
            exclusive: true,
            permissions: permissions.into_iter().collect(),
        }
    }

    /// These capabilities no further than this; others as far as claims go.
    #[must_use]
    pub fn at_most<'p>(
        place: impl Into<String>,
        permissions: impl IntoIterator<Item = &'p Permission>,
    ) -> Self {
        Self {
            exclusive: false,
            ..Self::only(place, permissions)
        }
    }

    pub(crate) fn place(&self) -> &str {
        &self.place
    }

    /// Returns how far the rule lets an actor use `target`.
    pub(super) fn extent(&self, target: &Target) -> Extent<'_> {
        match self.permissions.rules_of(target) {
            Some(rules) => Extent::Rules(rules),
            None if self.exclusive => Extent::Nothing,
            None => Extent::Everything,
        }
    }
}

/// The extent to which one source of authority lets an actor use one target.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Extent<'a> {
    Nothing,
    Everything,
    Rules(&'a CapabilityRules),
}

impl Extent<'_> {
    /// Decides about `operation`, whatever resource its message names.
    pub(super) fn decide(&self, operation: &str) -> Decision {
        match self {
            Self::Nothing => Decision::Deny,
            Self::Everything => Decision::Allow,
            Self::Rules(rules) => rules.decide(operation),
        }
    }

    /// Returns whether `operation` may be used on `resource`.
    pub(super) fn allows(&self, operation: &str, resource: &str) -> bool {
        match self {
            Self::Nothing => false,
            Self::Everything => true,
            Self::Rules(rules) => rules.allows(operation, resource),
        }
    }

    /// The rules, if the extent has any.
    pub(super) fn rules(&self) -> Option<&CapabilityRules> {
        match self {
            Self::Rules(rules) => Some(rules),
            _ => None,
        }
    }
}

impl PolicyRules {
    /// Adds a rule for the actors that `subjects` names.
    pub fn add(&mut self, subjects: AppliesTo, rule: PolicyRule) {
        self.rules.push((subjects, Arc::new(rule)));
    }

    /// Bars the actors that `subjects` names: none of them starts or runs.
    pub fn bar(&mut self, subjects: AppliesTo) {
        self.barred.push(subjects);
    }
}

impl Policy for PolicyRules {
    fn may_start(&self, claims: &Verified<ActorClaims>) -> bool {
        !self.barred.iter().any(|subjects| subjects.covers(claims))
    }

    fn limits(&self, claims: &Verified<ActorClaims>) -> Vec<Arc<PolicyRule>> {
        let rules = self.rules.iter();
        let rules = rules.filter(|(subjects, _)| subjects.covers(claims));
        rules.map(|(_, rule)| Arc::clone(rule)).collect()
    }
}

impl AppliesTo {
    fn covers(&self, claims: &Verified<ActorClaims>) -> bool {
        match self {
            Self::Everyone => true,
            Self::Actor(actor) => actor.public_key() == claims.subject,
            Self::Account(account) => {
                let vouches = claims.chain().iter().any(|link| link.subject() == *account);
                claims.issuer == *account || vouches
            }
        }
    }
}
