//! What an operator takes away from claims, as data.

use super::Policy;
use super::permission::Permission;
use super::scope::{Reach, Scope};
use crate::id::ActorId;
use crate::invocation::Target;
use capwire_wascap::{ActorClaims, PublicKey, Verified};
use std::sync::Arc;

/// Some actors may use capabilities no further than this. Grants nothing by itself.
#[derive(Clone, Debug)]
pub struct PolicyRule {
    place: String,
    exclusive: bool,
    reach: Reach,
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
    limits: Vec<(AppliesTo, Arc<PolicyRule>)>,
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
            reach: permissions.into_iter().collect(),
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

    pub(crate) fn scope(&self, target: &Target) -> Bound<'_> {
        match self.reach.scope(target) {
            Some(scope) => Bound::Within(scope),
            None if self.exclusive => Bound::Nothing,
            None => Bound::Whole,
        }
    }
}

/// How far a part of an actor's authority lets it use one target.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Bound<'a> {
    Nothing,
    Whole,
    Within(&'a Scope),
}

impl PolicyRules {
    /// Adds a limit.
    pub fn add(&mut self, whom: AppliesTo, limit: PolicyRule) {
        self.limits.push((whom, Arc::new(limit)));
    }

    /// Lets these actors not even start.
    pub fn bar(&mut self, whom: AppliesTo) {
        self.barred.push(whom);
    }
}

impl Policy for PolicyRules {
    fn may_start(&self, claims: &Verified<ActorClaims>) -> bool {
        !self.barred.iter().any(|whom| whom.covers(claims))
    }

    fn limits(&self, claims: &Verified<ActorClaims>) -> Vec<Arc<PolicyRule>> {
        let limits = self.limits.iter();
        let limits = limits.filter(|(whom, _)| whom.covers(claims));
        limits.map(|(_, limit)| Arc::clone(limit)).collect()
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
