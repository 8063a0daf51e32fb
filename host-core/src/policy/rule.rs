//! The operator's rules, as data. Rules restrict claims and grant nothing.

use super::Policy;
use super::permission::Permission;
use super::permissions::{CapabilityRules, Decision, Permissions};
use super::request::Asked;
use crate::id::{ActorId, Target};
use crate::options::ChainRule;
use capwire_wascap::{ActorClaims, PublicKey, Verified};
use std::sync::Arc;

/// A restriction of the capabilities that some actors may use. Grants nothing by itself.
#[derive(Clone, Debug)]
pub struct PolicyRule {
    place: String,
    exclusive: bool,
    permissions: Permissions,
}

/// The actors to which a [`PolicyRule`] applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AppliesTo {
    /// All actors.
    Everyone,
    /// Actors whose token this key signed, or whose chain contains this account. Without trusted
    /// operators, anybody can create a new account.
    Account(PublicKey),
    /// One actor.
    Actor(ActorId),
}

/// A [`Policy`] that consists of rules. All rules that apply to an actor must agree, so each
/// additional rule can only restrict.
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
    chains: Vec<(AppliesTo, ChainRule)>,
}

impl PolicyRule {
    /// Allows only these capabilities, to this extent. `place` is the place of the rule in its
    /// file, for denials.
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

    /// Restricts these capabilities; claims alone decide on others.
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

    /// Returns the extent to which the rule allows an actor to use `target`.
    pub(super) fn extent(&self, target: &Target) -> Extent<'_> {
        match self.permissions.rules_of(target) {
            Some(rules) => Extent::Rules(rules),
            None if self.exclusive => Extent::Nothing,
            None => Extent::Everything,
        }
    }
}

/// The extent to which one source of authority allows an actor to use one target.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Extent<'a> {
    Nothing,
    Everything,
    Rules(&'a CapabilityRules),
}

impl Extent<'_> {
    /// Decides about `asked`, whatever its message names.
    pub(super) fn decide(&self, asked: Asked<'_>) -> Decision {
        match self {
            Self::Nothing => Decision::Deny,
            Self::Everything => Decision::Allow,
            Self::Rules(rules) => rules.decide(asked),
        }
    }

    /// Returns whether `asked` may be used on `resource`.
    pub(super) fn allows(&self, asked: Asked<'_>, resource: &str) -> bool {
        match self {
            Self::Nothing => false,
            Self::Everything => true,
            Self::Rules(rules) => rules.allows(asked, resource),
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

    /// Sets the authority by which the actors that `subjects` names act for others. For one actor, its
    /// own rule counts, or else those of its accounts, of which [`ChainRule::Shrink`] is the
    /// stronger, or else that of everyone.
    pub fn set_chain(&mut self, subjects: AppliesTo, rule: ChainRule) {
        self.chains.push((subjects, rule));
    }

    /// Returns the rule for an actor with these claims, if there is one.
    #[must_use]
    pub fn chain_of(&self, claims: &Verified<ActorClaims>) -> Option<ChainRule> {
        let covering = |rank: u8| {
            let rules = self.chains.iter();
            let rules = rules.filter(move |(subjects, _)| subjects.rank() == rank);
            rules.filter(|(subjects, _)| subjects.covers(claims))
        };
        (0..=2).find_map(|rank| {
            let shrinks = covering(rank).any(|(_, rule)| *rule == ChainRule::Shrink);
            let any = covering(rank).next().is_some();
            let rule = if shrinks {
                ChainRule::Shrink
            } else {
                ChainRule::Own
            };
            any.then_some(rule)
        })
    }

    /// Bars the actors that `subjects` names: none of them may start or run.
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

    fn chain(&self, claims: &Verified<ActorClaims>) -> ChainRule {
        self.chain_of(claims).unwrap_or_default()
    }
}

impl AppliesTo {
    /// The rank of its rules about chains; 0 is the first.
    fn rank(self) -> u8 {
        match self {
            Self::Actor(_) => 0,
            Self::Account(_) => 1,
            Self::Everyone => 2,
        }
    }

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
