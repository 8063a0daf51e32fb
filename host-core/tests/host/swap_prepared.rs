//! Swaps that are made ready first, and versions that are not newer.

use crate::kit::{Kit, Module, eventually, instances, next};
use capwire_host::{ErrorKind, Event, SwapOptions};

#[tokio::test]
async fn nothing_changes_until_a_swap_is_carried_out() {
    let kit = Kit::new();
    let module = Module::new().revision(1);
    let actor = kit.start(&module).await;
    let newer = kit.actor(&module.revision(2)).await;
    let prepared = kit.host.prepare_swap(newer, SwapOptions::default()).await;
    let prepared = prepared.unwrap();
    assert_eq!(kit.host.inventory().actors[0].generation, 1);
    kit.host.call(actor, "count", "").await.unwrap();
    let report = prepared.carry_out().await.unwrap();
    assert_eq!((report.old_revision, report.new_revision), (1, 2));
    assert_eq!(kit.host.inventory().actors[0].generation, 2);
}

#[tokio::test]
async fn a_swap_that_is_given_up_leaves_nothing() {
    let kit = Kit::new();
    let module = Module::new().revision(1);
    kit.start(&module).await;
    let newer = kit.actor(&module.revision(2)).await;
    let mut events = kit.host.events();
    let prepared = kit.host.prepare_swap(newer.clone(), SwapOptions::default());
    let prepared = prepared.await.unwrap();
    assert!(matches!(
        next(&mut events).await,
        Event::ActorSwapping { .. }
    ));
    drop(prepared);
    let event = next(&mut events).await;
    assert!(matches!(event, Event::ActorSwapRefused { .. }), "{event:?}");
    eventually(|| kit.fake.live_instances() == 1).await;
    let again = kit.host.swap_actor(newer, SwapOptions::default()).await;
    assert_eq!(again.unwrap().new_revision, 2, "the turn is free again");
}

#[tokio::test]
async fn an_actor_that_was_stopped_meanwhile_is_not_swapped() {
    let kit = Kit::new();
    let module = Module::new().revision(1);
    let actor = kit.start(&module).await;
    let newer = kit.actor(&module.revision(2)).await;
    let prepared = kit.host.prepare_swap(newer, SwapOptions::default()).await;
    kit.host.stop_actor(actor).await.unwrap();
    let carried_out = prepared.unwrap().carry_out().await;
    assert_eq!(carried_out.unwrap_err().kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn an_older_version_takes_over_only_if_that_is_allowed() {
    let kit = Kit::new();
    let module = Module::new().revision(2);
    kit.start(&module).await;
    let older = module.revision(1);
    let swapped = kit.swap(&older, SwapOptions::default()).await;
    assert!(swapped.unwrap_err().is_denied());
    let allowed = SwapOptions::default().with_allow_older(true);
    let report = kit.swap(&older, allowed).await.unwrap();
    assert_eq!((report.old_revision, report.new_revision), (2, 1));
}

#[tokio::test]
async fn the_same_module_may_get_other_options() {
    let kit = Kit::new();
    let actor = kit.actor(&Module::new().revision(1)).await;
    kit.host.start_actor(actor.clone()).await.unwrap();
    let same = kit
        .host
        .swap_actor(actor.clone(), SwapOptions::default())
        .await;
    assert!(same.unwrap_err().is_denied());
    let options = SwapOptions::default().with_actor(instances(7));
    let swapped = kit.host.swap_actor(actor, options).await;
    assert_eq!(swapped.unwrap().dropped(), 0);
    let info = kit.host.inventory().actors.remove(0);
    assert_eq!((info.generation, info.pool.instances), (2, 7));
}
