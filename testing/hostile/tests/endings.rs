//! Each hostile guest ends with the same typed error on every engine, is gone then, and while it
//! lasts its neighbours are answered on the thread that it runs on.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "tests")]

use capwire_hostile::{
    Attacks, Ending, Guest, Site, Strikes, Subject, Wall, guests, one_of_each, subjects,
};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;
use tokio::runtime::Builder;

/// The number of answers that a neighbour must give before an endless guest is stopped.
const ANSWERS: u64 = 3;

/// By the clock on the wall, by which a busy machine gives neighbours little time.
const PATIENCE: Duration = Duration::from_millis(500);

/// The engines that are attacked at the same time, each on a thread of its own.
const ENGINES_AT_ONCE: usize = 2;

#[test]
fn each_guest_ends_in_the_same_way_on_every_engine() {
    let subjects = Mutex::new(subjects().unwrap().into_iter());
    let wrong = thread::scope(|scope| {
        let threads = [(); ENGINES_AT_ONCE].map(|()| scope.spawn(|| attack_each(&subjects)));
        threads.map(|thread| thread.join().unwrap()).concat()
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Attacks the engines that no other thread has taken. Returns what was wrong.
fn attack_each(subjects: &Mutex<impl Iterator<Item = Subject>>) -> Vec<String> {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let mut wrong = Vec::new();
    loop {
        let Some(subject) = subjects.lock().unwrap().next() else {
            return wrong;
        };
        for guest in subject.guests(Attacks::chosen()) {
            wrong.extend(runtime.block_on(attack(&subject, &guest)).err());
        }
    }
}

/// Guests that are left out for configured engines, unless `CAPWIRE_ATTACKS` is `all`, attack and
/// end like others.
#[test]
fn guests_that_skip_engine_options_match_the_committed_list() {
    let chosen: Vec<&str> = one_of_each().iter().map(|guest| guest.name).collect();
    let names = guests().into_iter().map(|guest| guest.name);
    let spared: Vec<&str> = names.filter(|name| !chosen.contains(name)).collect();
    eprintln!(
        "{:?}: {} guests otherwise spare options:",
        Attacks::chosen(),
        spared.len()
    );
    spared.iter().for_each(|name| eprintln!("{name}"));
    let committed = include_str!("spared.txt").lines();
    let committed: Vec<&str> = committed.filter(|line| !line.starts_with('#')).collect();
    assert_eq!(spared, committed, "commit the list above");
}

async fn attack(subject: &Subject, guest: &Guest) -> Result<(), String> {
    let name = format!("{}: {}", subject.name, guest.name);
    let site = Site::new(Arc::clone(&subject.engine), &Wall::default()).unwrap();
    let neighbour = site.neighbour().await.unwrap();
    let module = site.sign(&guest.wasm().unwrap()).await.unwrap();
    let mut before = neighbour.answered();
    let mut options = guest.options();
    match guest.ending {
        Ending::Deadline => options.deadline = PATIENCE,
        // One step over all memory can take 20 ms, and neighbours answer between steps.
        Ending::CpuBudget => options.cpu_budget *= 4,
        _ => {}
    }
    let started = site.start(module, options).await;
    let result = match (started, guest.strikes) {
        (Ok(actor), Strikes::InCall) => {
            // What they answered while the module was compiled does not count.
            before = neighbour.answered();
            site.host().call(actor, "attack", "").await.map(drop)
        }
        (started, _) => started.map(drop),
    };
    let answers = neighbour.answered() - before;

    let error = match result {
        Ok(()) => return Err(format!("{name} came to its end")),
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
