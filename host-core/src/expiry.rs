//! Stops actors whose claims end or are taken back, or that are barred, while they run.

use crate::bindings::end_forbidden;
use crate::event::Event;
use crate::generation::RunningActor;
use crate::lifecycle;
use crate::patience;
use crate::policy::DeniedBy;
use crate::shared::Shared;
use crate::trust;
use std::sync::{Arc, Weak};
use std::time::Duration;
use tokio::sync::watch;

/// The clock on the wall may be set, so nobody relies on it for longer than this.
const LONGEST_SLEEP: Duration = Duration::from_secs(3_600);

/// Times in claims have whole seconds.
const SHORTEST_SLEEP: Duration = Duration::from_secs(1);

/// Stops `actor` when the claims of its generation, whichever that is then, no longer hold or the
/// policy bars it, and ends bindings that it may not have any more.
pub(crate) fn watch(host: &Arc<Shared>, actor: &Arc<RunningActor>) {
    let (changes, actor) = (actor.changes(), Arc::downgrade(actor));
    tokio::spawn(stop_in_time(Arc::downgrade(host), actor, changes));
}

/// Holds neither host nor actor while it sleeps.
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
            // What else there can be is told already.
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
            Some(wake) => patience::unless(|| wake, changes.changed()).await,
            None => Ok(changes.changed().await),
        };
        if let Ok(Err(_)) = changed {
            return; // The actor is gone.
        }
    }
}
