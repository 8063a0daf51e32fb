//! Stops running actors whose claims expire or are revoked, or that the policy bars.

use super::{lifecycle, trust};
use crate::error::DeniedBy;
use crate::provider::end_forbidden;
use crate::report::Event;
use crate::state::{RunningActor, Shared};
use crate::wait::until_cancelled;
use std::sync::{Arc, Weak};
use std::time::Duration;
use tokio::sync::watch;

/// The maximum time between two reads of the wall clock, which may be set at any time.
const LONGEST_SLEEP: Duration = Duration::from_secs(3_600);

/// The resolution of times in claims.
const SHORTEST_SLEEP: Duration = Duration::from_secs(1);

/// Stops `actor` when the claims of its current generation no longer hold or the policy bars it.
/// Until then, ends the bindings that the actor may no longer have.
pub(super) fn watch(host: &Arc<Shared>, actor: &Arc<RunningActor>) {
    let (changes, actor) = (actor.changes(), Arc::downgrade(actor));
    tokio::spawn(stop_in_time(Arc::downgrade(host), actor, changes));
}

/// The task keeps neither the host nor the actor alive while it sleeps.
async fn stop_in_time(
    host: Weak<Shared>,
    actor: Weak<RunningActor>,
    mut changes: watch::Receiver<()>,
) {
    while let (Some(host), Some(actor)) = (host.upgrade(), actor.upgrade()) {
        let now = host.clock.unix();
        let generation = actor.generation();
        trust::judge(&host, &actor);
        if let Some(layer) = generation.authority().objection(now) {
            // All other reasons were announced before.
            if layer == DeniedBy::Time {
                let actor = actor.id();
                host.announcer.announce(Event::ActorExpired { actor });
            }
            lifecycle::expel(&host, &actor).await;
            return;
        }
        end_forbidden(&host, &actor);
        let time = generation.authority().expires().map(|expires| {
            let left = expires.saturating_sub(now);
            let sleep = left.clamp(SHORTEST_SLEEP, LONGEST_SLEEP);
            host.clock.monotonic().saturating_add(sleep)
        });
        let wake = time.map(|time| host.clock.sleep_until(time));
        drop((host, actor, generation));
        let changed = match wake {
            Some(wake) => until_cancelled(|| wake, changes.changed()).await,
            None => Ok(changes.changed().await),
        };
        if let Ok(Err(_)) = changed {
            return; // The actor is gone.
        }
    }
}
