//! Providers in processes of their own.

use crate::shop::Shop;
use capwire_acceptance::{STORE, rounds};
use capwire_scaffold::eventually;

/// The store is in memory, so its count begins anew in each process.
#[test]
fn a_store_in_a_process_of_its_own_comes_back_each_time_that_it_is_killed() {
    let shop = Shop::new();
    let issuer = shop.archive(&shop.workshop.path().join("store.so"), "c.par", STORE);
    let isolated = format!("path: c.par, issuer: {issuer}, isolation: process");
    let host = shop.start(&isolated, "wasmtime");
    let mut files = Vec::new();
    for _ in 0..rounds() {
        eventually("the store counts", || try_count(host.url()) == Some(1));
        assert_eq!(try_count(host.url()), Some(2));
        files.push(open_files(host.process()));
        let [provider] = providers_of(host.process())[..] else {
            panic!("one process serves the store");
        };
        kill(provider);
    }
    eventually("the store counts", || try_count(host.url()) == Some(1));
    let (first, last) = (files[0], files[files.len() - 1]);
    assert!(last <= first + 2, "{files:?}");
    let [provider] = providers_of(host.process())[..] else {
        panic!("one process serves the store");
    };
    let (status, errors) = host.stop();
    assert!(status.success(), "{status}: {errors}");
    eventually("its process ends", || is_gone(provider));
}

#[test]
fn the_process_of_a_provider_ends_with_a_host_that_is_killed() {
    let shop = Shop::new();
    let issuer = shop.archive(&shop.workshop.path().join("store.so"), "c.par", STORE);
    let isolated = format!("path: c.par, issuer: {issuer}, isolation: process");
    let host = shop.start(&isolated, "wasmi");
    assert_eq!(try_count(host.url()), Some(1));
    let providers = providers_of(host.process());
    assert_eq!(providers.len(), 1);
    host.kill();
    eventually("its process ends", || is_gone(providers[0]));
}

#[test]
fn isolation_is_for_providers_from_files() {
    let shop = Shop::new();
    let told = shop.refused("builtin: keyvalue-embedded, isolation: process");
    assert!(told.contains("built in"), "{told}");
    let told = shop.refused("path: store.so, isolation: container");
    assert!(told.contains("`process`"), "{told}");
}

/// Counts, or returns `None` if the answer is an error that says so.
fn try_count(url: &str) -> Option<u64> {
    match ureq::get(format!("{url}/hits")).call() {
        Ok(mut answer) => {
            let text = answer.body_mut().read_to_string().unwrap();
            let answer: serde_json::Value = serde_json::from_str(&text).unwrap();
            answer["counter"].as_u64()
        }
        Err(ureq::Error::StatusCode(code)) => {
            assert!((500..600).contains(&code), "{code}");
            None
        }
        Err(error) => panic!("no answer: {error}"),
    }
}

/// Returns the processes that serve providers of the host.
fn providers_of(host: u32) -> Vec<u32> {
    let processes = std::fs::read_dir("/proc").unwrap();
    let numbers = processes.filter_map(|entry| entry.unwrap().file_name().to_str()?.parse().ok());
    let serves = |process: &u32| {
        let read =
            |file| std::fs::read_to_string(format!("/proc/{process}/{file}")).unwrap_or_default();
        read("cmdline").contains("plugin-process")
            && read("status").contains(&format!("PPid:\t{host}\n"))
    };
    numbers.filter(serves).collect()
}

fn open_files(process: u32) -> usize {
    std::fs::read_dir(format!("/proc/{process}/fd"))
        .unwrap()
        .count()
}

fn kill(process: u32) {
    let process = nix::unistd::Pid::from_raw(i32::try_from(process).unwrap());
    nix::sys::signal::kill(process, nix::sys::signal::Signal::SIGKILL).unwrap();
}

fn is_gone(process: u32) -> bool {
    let state = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    state.is_empty() || state.contains(") Z ")
}
