//! Each hostile guest ends with the same typed error on every engine, is gone then, and while it
//! lasts its neighbours are answered on the thread that it runs on.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "tests")]

use capwire::engine::Engine;
use capwire_hostile::{Ending, Guest, Site, Wall, engines, guests};
use std::sync::Arc;

/// What an endless guest may not keep a neighbour from: to answer so often before it is stopped.
const ANSWERS: u64 = 3;

#[tokio::test(flavor = "current_thread")]
async fn each_guest_ends_in_the_same_way_on_every_engine() {
    let mut wrong = Vec::new();
    for engine in engines().unwrap() {
        for guest in guests() {
            wrong.extend(attack(&engine, &guest).await.err());
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

async fn attack(engine: &Arc<dyn Engine>, guest: &Guest) -> Result<(), String> {
    let name = format!("{}: {}", engine.name(), guest.name);
    let site = Site::new(Arc::clone(engine), &Wall::default()).unwrap();
    let neighbour = site.neighbour().await.unwrap();
    let before = neighbour.answered();
    let result = site.suffer(guest, guest.options()).await.unwrap();
    let answers = neighbour.answered() - before;

    let error = match result {
        Ok(answer) => return Err(format!("{name} answered {} bytes", answer.len())),
        Err(error) => error,
    };
    if Ending::of(&error) != Some(guest.ending) || error.kind() != guest.ending.kind() {
        let expected = guest.ending;
        return Err(format!("{name}: {error:?} instead of {expected:?}"));
    }
    if guest.is_endless() && answers < ANSWERS {
        return Err(format!("{name}: neighbours answered {answers} times only"));
    }
    match neighbour.is_well() {
        true => Ok(()),
        false => Err(format!("{name}: the neighbour is gone")),
    }
}
