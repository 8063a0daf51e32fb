//! Judges running actors again when the verifier or the policy is exchanged.

use crate::policy::Policy;
use crate::report::Event;
use crate::state::{RunningActor, Shared};
use capwire_wascap::Verifier;
use std::sync::Arc;

/// Judges all actors by another verifier from now on, running ones at once.
pub(crate) fn exchange_verifier(host: &Shared, verifier: Verifier) {
    host.verifier.store(Arc::new(verifier));
    judge_all(host);
}

/// Judges all actors by another policy from now on, running ones at once.
pub(crate) fn exchange_policy(host: &Shared, policy: Arc<dyn Policy>) {
    host.policy.store(Arc::new(policy));
    judge_all(host);
}

/// Judges all running actors. One that starts meanwhile is in the tables before it is judged, so
/// none is missed.
fn judge_all(host: &Shared) {
    for actor in host.tables.read().actors() {
        judge(host, actor);
        actor.notify();
    }
}

/// Judges an actor again. If it is not trusted any more, or barred, it answers no call after this.
pub(super) fn judge(host: &Shared, actor: &RunningActor) {
    let (verifier, policy, now) = (host.verifier.load(), host.policy.load(), host.clock.unix());
    let current = actor.generation();
    for generation in actor.generations() {
        let authority = generation.authority();
        let refused = authority.verify_again(&verifier, now);
        let barred = authority.decide_again(&***policy);
        let actor = actor.id();
        let event = match refused {
            Some(reason) => Event::ActorRevoked {
                actor,
                reason: reason.into(),
            },
            None if barred => Event::ActorBarred { actor },
            None => continue,
        };
        if Arc::ptr_eq(&generation, &current) {
            host.announcer.announce(event);
        } else {
            // The swap drains the generation before, which may take longer.
            generation.pool().close();
        }
    }
}
