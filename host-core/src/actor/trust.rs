//! Evaluates trust and policy again for running actors when the verifier or the policy is replaced.

use crate::policy::Policy;
use crate::report::Event;
use crate::state::{RunningActor, Shared};
use capwire_wascap::Verifier;
use std::sync::Arc;

/// Replaces the verifier of all actors, and verifies running actors at once.
pub(crate) fn exchange_verifier(host: &Shared, verifier: Verifier) {
    host.verifier.store(Arc::new(verifier));
    judge_all(host);
}

/// Replaces the policy of all actors, and applies it to running actors at once.
pub(crate) fn exchange_policy(host: &Shared, policy: Arc<dyn Policy>) {
    host.policy.store(Arc::new(policy));
    judge_all(host);
}

/// Evaluates trust and policy again for all running actors. An actor that starts meanwhile is in
/// the tables before it is checked, so none is missed.
fn judge_all(host: &Shared) {
    for actor in host.tables.read().actors() {
        judge(host, actor);
        actor.notify();
    }
}

/// Evaluates trust and policy again for an actor. If the actor is no longer trusted, or is barred,
/// it answers no calls after this.
pub(super) fn judge(host: &Shared, running: &RunningActor) {
    let (verifier, policy, now) = (host.verifier.load(), host.policy.load(), host.clock.unix());
    let current = running.generation();
    for generation in running.generations() {
        let authority = generation.authority();
        let refused = authority.verify_again(&verifier, now);
        let barred = authority.decide_again(&***policy);
        let actor = running.id();
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
            let canary = running.canary();
            if canary.is_some_and(|canary| Arc::ptr_eq(&canary, &generation)) {
                running.withdraw();
            }
            // The swap drains the generation before, which may take longer.
            generation.pool().close();
        }
    }
}
