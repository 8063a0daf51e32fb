//! Whether those who run are still believed, and still allowed.

use crate::event::Event;
use crate::generation::RunningActor;
use crate::policy::Policy;
use crate::shared::Shared;
use capwire_wascap::Verifier;
use std::sync::Arc;

/// Judges all that runs, and all that will, by another verifier.
pub(crate) fn exchange(host: &Shared, verifier: Verifier) {
    host.verifier.store(Arc::new(verifier));
    judge_all(host);
}

/// Asks another policy about all that runs, and all that will.
pub(crate) fn exchange_policy(host: &Shared, policy: Arc<dyn Policy>) {
    host.policy.store(Arc::new(policy));
    judge_all(host);
}

/// Whoever starts meanwhile is listed before it is judged, so nobody is missed.
fn judge_all(host: &Shared) {
    for actor in host.state.read().actors() {
        judge(host, actor);
        actor.notify();
    }
}

/// Judges an actor again. If it is not believed any more, or barred, it answers no call after
/// this.
pub(crate) fn judge(host: &Shared, actor: &RunningActor) {
    let (verifier, policy, now) = (host.verifier.load(), host.policy.load(), host.clock.unix());
    let current = actor.generation();
    for generation in actor.generations() {
        let authority = generation.authority();
        let refused = authority.verify_again(&verifier, now);
        let barred = authority.rule_again(&***policy);
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
            // The one before is drained by whoever swapped it, which may take longer.
            generation.pool().close();
        }
    }
}
