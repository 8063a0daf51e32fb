//! Stops actors whose claims end while they run.

use crate::event::Event;
use crate::generation::RunningActor;
use crate::lifecycle;
use crate::shared::Shared;
use std::sync::{Arc, Weak};
use std::time::Duration;

/// The clock on the wall may be set, so nobody relies on it for longer than this.
const LONGEST_SLEEP: Duration = Duration::from_secs(3_600);

/// Times in claims have whole seconds.
const SHORTEST_SLEEP: Duration = Duration::from_secs(1);

/// Stops `actor` when its claims end, if they ever do.
pub(crate) fn watch(host: &Arc<Shared>, actor: &Arc<RunningActor>) {
    if actor.generation().claims().expires.is_some() {
        tokio::spawn(stop_in_time(Arc::downgrade(host), Arc::downgrade(actor)));
    }
}

/// Holds neither host nor actor while it sleeps.
async fn stop_in_time(host: Weak<Shared>, actor: Weak<RunningActor>) {
    while let (Some(host), Some(actor)) = (host.upgrade(), actor.upgrade()) {
        let now = host.clock.unix();
        let generation = actor.generation();
        if !generation.authority().holds_at(now) {
            let id = actor.id();
            host.announcer.announce(Event::ActorExpired { actor: id });
            // Whoever stops it at the same time has the same in mind.
            let _ = lifecycle::stop(&host, id).await;
            return;
        }
        let expires = generation.claims().expires.map(Duration::from_secs);
        let left = expires.unwrap_or(Duration::MAX).saturating_sub(now);
        let sleep = left.clamp(SHORTEST_SLEEP, LONGEST_SLEEP);
        let until = host.clock.monotonic().saturating_add(sleep);
        let wake = host.clock.sleep_until(until);
        drop((host, actor, generation));
        wake.await;
    }
}
