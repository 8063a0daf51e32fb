//! The counter keeps its count in providers from shared libraries, which are swapped while clients count.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    reason = "tests"
)]

mod processes;
mod shop;

use capwire_acceptance::{RunningHost, STORE, Workshop, engines, rounds};
use capwire_scaffold::eventually;
use shop::{Shop, count, rust_store, succeed};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

const CLIENTS: usize = 8;

#[test]
fn the_counter_counts_in_a_store_from_a_signed_library() {
    let shop = Shop::new();
    for (library, archive) in [
        (shop.workshop.path().join("store.so"), "c.par"),
        (rust_store(), "rust.par"),
    ] {
        let issuer = shop.archive(&library, archive, STORE);
        for engine in engines() {
            let host = shop.start(&format!("path: {archive}, issuer: {issuer}"), &engine);
            assert_eq!(
                [(); 3].map(|()| count(host.url())),
                [1, 2, 3],
                "{archive} on {engine}"
            );
            let (status, errors) = host.stop();
            assert!(status.success(), "{status}: {errors}");
        }
    }
}

/// The stores are in memory, except the embedded one. So each answer is the next count of a store that was opened
/// once, and there are never more answers `n + 1` than answers `n`.
#[test]
fn swaps_between_libraries_and_the_embedded_store_lose_nothing() {
    let shop = Shop::new();
    let issuer = shop.archive(&shop.workshop.path().join("store.so"), "c.par", STORE);
    shop.archive(&rust_store(), "rust.par", STORE);
    let host = shop.start("builtin: keyvalue-embedded", "wasmi");
    let (is_over, answered) = (AtomicBool::new(false), AtomicUsize::new(0));
    let counted = thread::scope(|scope| {
        let end = EndOfLoad(&is_over);
        let clients =
            [(); CLIENTS].map(|()| scope.spawn(|| keep_counting(host.url(), &is_over, &answered)));
        for _ in 0..rounds().div_ceil(4) {
            for library in [
                "path: rust.par",
                "path: c.par, isolation: process",
                "path: c.par",
            ] {
                shop.manifest(&format!("{library}, issuer: {issuer}"));
                swap_store(&shop.workshop, &host, &answered);
            }
            shop.manifest("builtin: keyvalue-embedded");
            apply_store(&shop.workshop, &host, &answered);
        }
        drop(end);
        clients.map(|client| client.join().unwrap()).concat()
    });
    let (status, errors) = host.stop();
    assert!(status.success(), "{status}: {errors}");
    assert_initial_segments(&counted);
}

#[test]
#[should_panic(expected = "more often")]
fn a_count_that_was_given_twice_is_found() {
    assert_initial_segments(&[1, 2, 2, 3]);
}

/// Checks that `counted` are the counts 1 to n of some stores.
fn assert_initial_segments(counted: &[u64]) {
    let times = |count: u64| counted.iter().filter(|one| **one == count).count();
    let most = counted.iter().max().copied().unwrap_or_default();
    for count in 1..most {
        assert!(
            times(count) >= times(count + 1),
            "{} was given more often than {count}",
            count + 1
        );
    }
}

struct EndOfLoad<'a>(&'a AtomicBool);

impl Drop for EndOfLoad<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

fn keep_counting(url: &str, is_over: &AtomicBool, answered: &AtomicUsize) -> Vec<u64> {
    let mut counts = Vec::new();
    while !is_over.load(Ordering::SeqCst) {
        counts.push(count(url));
        answered.fetch_add(1, Ordering::SeqCst);
    }
    counts
}

/// Replaces the store by the one that the manifest names now, while clients count.
fn swap_store(workshop: &Workshop, host: &RunningHost, answered: &AtomicUsize) {
    let report = while_counting(workshop, host, answered, &["swap", STORE]);
    assert_eq!(report["dropped"], 0, "{report}");
}

/// Applies the manifest, in which only the store is another one, while clients count.
fn apply_store(workshop: &Workshop, host: &RunningHost, answered: &AtomicUsize) {
    let report = while_counting(workshop, host, answered, &["apply"]);
    assert_eq!(report["dropped"], 0, "{report}");
    let changes = report["changes"].as_array().unwrap();
    let changed =
        |change: &serde_json::Value| change["name"] == STORE && change["action"] == "change";
    assert!(matches!(&changes[..], [one] if changed(one)), "{report}");
}

fn while_counting(
    workshop: &Workshop,
    host: &RunningHost,
    answered: &AtomicUsize,
    command: &[&str],
) -> serde_json::Value {
    let until_counted = || {
        let before = answered.load(Ordering::SeqCst);
        eventually("clients count", || {
            answered.load(Ordering::SeqCst) > before + 2 * CLIENTS
        });
    };
    until_counted();
    let control = host.control();
    let options = ["--json", "--host", control.to_str().unwrap()];
    let swapped = workshop.run(&[command, &options].concat());
    succeed(&swapped);
    until_counted();
    serde_json::from_slice(&swapped.stdout).unwrap()
}

#[test]
fn a_library_that_nobody_vouches_for_is_refused() {
    let shop = Shop::new();
    let issuer = shop.archive(&shop.workshop.path().join("store.so"), "store.par", STORE);
    let unsigned = shop.refused("path: store.so");
    assert!(
        unsigned.contains("nobody signed") && unsigned.contains("--allow-unsigned-plugins"),
        "{unsigned}"
    );
    let unvouched = shop.refused("path: store.par");
    assert!(
        unvouched.contains(&format!("issuer: {issuer}")),
        "{unvouched}"
    );
    succeed(
        &shop
            .workshop
            .run(&["keys", "gen", "account", "-o", "other.nk"]),
    );
    let other = shop
        .workshop
        .run(&["keys", "inspect", "other.nk", "--json"]);
    let other: serde_json::Value = serde_json::from_slice(&other.stdout).unwrap_or_default();
    if let Some(other) = other["public"].as_str() {
        let wrong = shop.refused(&format!("path: store.par, issuer: {other}"));
        assert!(wrong.contains(&issuer), "{wrong}");
    }
    let nonsense = shop.refused("path: store.par, issuer: somebody");
    assert!(nonsense.contains("public key"), "{nonsense}");
    // The twins that work.
    succeed(&shop.check(&format!("path: store.par, issuer: {issuer}"), &[]));
    succeed(&shop.check("path: store.par", &["--allow-unsigned-plugins"]));
    succeed(&shop.check("path: store.so", &["--allow-unsigned-plugins"]));
}

#[test]
fn a_library_that_was_changed_after_it_was_signed_is_refused() {
    let shop = Shop::new();
    let issuer = shop.archive(&shop.workshop.path().join("store.so"), "store.par", STORE);
    let file = shop.workshop.path().join("store.par");
    let mut archive = std::fs::read(&file).unwrap();
    let place = archive
        .windows(10)
        .position(|bytes| bytes == b"Store in C")
        .unwrap();
    archive[place] = b's';
    std::fs::write(&file, archive).unwrap();
    let changed = shop.refused(&format!("path: store.par, issuer: {issuer}"));
    assert!(
        changed.contains("is not the one that was signed"),
        "{changed}"
    );
}

#[test]
fn a_library_of_another_contract_does_not_start_and_names_it() {
    let shop = Shop::new();
    let issuer = shop.archive(
        &shop.workshop.path().join("store.so"),
        "blobs.par",
        "wascc:blobstore",
    );
    let capability = format!("path: blobs.par, issuer: {issuer}");
    let manifest = shop.manifest(&capability);
    let data = shop.workshop.path().join("data");
    let run = shop.workshop.run(&[
        "run",
        manifest.to_str().unwrap(),
        "--data-dir",
        data.to_str().unwrap(),
    ]);
    let errors = String::from_utf8(run.stderr).unwrap();
    assert_eq!(run.status.code(), Some(1), "{errors}");
    assert!(
        errors.contains("serves wascc:keyvalue") && errors.contains("wascc:blobstore"),
        "{errors}"
    );
}

#[test]
fn a_manifest_of_2020_is_told_what_to_write() {
    let shop = Shop::new();
    let told = shop.refused("path: target/debug/libwascc_httpsrv.so");
    assert!(told.contains("builtin: http-server"), "{told}");
}
