//! Many instances: there are never more than configured, and who finds none free is told so.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "tests")]

use capwire::Instances;
use capwire_hostile::{Ending, Site, Subject, Wall, guests, subjects};
use std::num::NonZeroUsize;
use tokio::task::JoinSet;

const INSTANCES: usize = 4;
const QUEUE: usize = 4;
const CALLS: usize = 100;

#[tokio::test(flavor = "current_thread")]
async fn more_calls_than_instances_and_queue_take_are_refused_at_once() {
    for Subject { name, engine, .. } in subjects().unwrap() {
        let site = Site::new(engine, &Wall::default()).unwrap();
        let waits = guests().into_iter().find(|guest| guest.name == "waits");
        let waits = waits.unwrap();
        let mut options = waits.options();
        options.instances = Instances::Shared(NonZeroUsize::new(INSTANCES).unwrap());
        options.queue = QUEUE;
        let actor = site.sign(&waits.wasm().unwrap()).await.unwrap();
        let actor = site.start(actor, options).await.unwrap();

        let mut calls = JoinSet::new();
        for _ in 0..CALLS {
            let host = site.host().clone();
            calls.spawn(async move { host.call(actor, "wait", "").await });
        }
        let mut endings = Vec::new();
        while let Some(ended) = calls.join_next().await {
            endings.push(Ending::of(&ended.unwrap().unwrap_err()).unwrap());
        }
        let count = |ending| endings.iter().filter(|other| **other == ending).count();
        assert_eq!(count(Ending::Busy), CALLS - INSTANCES - QUEUE, "{name}");
        assert_eq!(count(Ending::Deadline), INSTANCES + QUEUE, "{name}");
    }
}

/// Instances that were stopped are gone: a guest that is called many more times than there could
/// be instances at once finds a new one each time.
#[tokio::test(flavor = "current_thread")]
async fn instances_that_died_make_room() {
    for Subject { name, engine, .. } in subjects().unwrap() {
        let site = Site::new(engine, &Wall::default()).unwrap();
        let recurses = guests().into_iter().find(|guest| guest.name == "recurses");
        let recurses = recurses.unwrap();
        let actor = site.sign(&recurses.wasm().unwrap()).await.unwrap();
        let actor = site.start(actor, recurses.options()).await.unwrap();
        for _ in 0..200 {
            let error = site.host().call(actor, "recurse", "").await.unwrap_err();
            assert_eq!(Ending::of(&error), Some(Ending::Stack), "{name}");
        }
        // What died is freed on another thread.
        while site.host().inventory().actors[0].pool.busy > 0 {
            tokio::task::yield_now().await;
        }
        let inventory = site.host().inventory();
        let pool = &inventory.actors[0].pool;
        assert_eq!((pool.idle, pool.busy), (0, 0), "{name}");
        assert_eq!(pool.started, 200, "{name}");
    }
}
