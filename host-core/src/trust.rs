//! Whether those who run are still believed.

use crate::event::Event;
use crate::generation::RunningActor;
use crate::shared::Shared;
use capwire_wascap::Verifier;
use std::sync::Arc;

/// Judges all that runs, and all that will, by another verifier.
pub(crate) fn exchange(host: &Shared, verifier: Verifier) {
    // Whoever starts meanwhile is listed before it is judged, so nobody is missed.
    host.verifier.store(Arc::new(verifier));
    for actor in host.state.read().actors() {
        judge(host, actor);
        actor.notify();
    }
}

/// Judges an actor again. If it is not believed any more, it answers no call after this.
pub(crate) fn judge(host: &Shared, actor: &RunningActor) {
    let (verifier, now) = (host.verifier.load(), host.clock.unix());
    let current = actor.generation();
    for generation in actor.generations() {
        let refused = generation.authority().verify_again(&verifier, now);
        let Some(reason) = refused else { continue };
        if Arc::ptr_eq(&generation, &current) {
            host.announcer.announce(Event::ActorRevoked {
                actor: actor.id(),
                reason: reason.into(),
            });
        } else {
            // The one before is drained by whoever swapped it, which may take longer.
            generation.pool().close();
        }
    }
}
