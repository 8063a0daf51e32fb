//! `capwire swap --canary`

use crate::asking::{listing, serve};
use crate::folder::{Folder, eventually, says};
use crate::host::{Host, get, under_load};
use crate::modules::{web, web_that_fails};
use serde_json::Value;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

const CAP: &str = "--cap wascc:http_server";
const CLIENTS: usize = 32;

/// A host of the first revision of `echo`, with the second one in `new.wasm`.
fn begin(folder: &Folder, second: &[u8]) -> (Host, String) {
    folder.signed(second, "echo", &format!("{CAP} --rev 2"));
    std::fs::rename(folder.path("echo.wasm"), folder.path("new.wasm")).unwrap();
    folder.signed(&web("first"), "echo", &format!("{CAP} --rev 1"));
    serve(folder, "")
}

/// The responses that clients got.
#[derive(Default)]
struct Seen {
    first: AtomicUsize,
    second: AtomicUsize,
    failed: AtomicUsize,
}

impl Seen {
    fn count(&self, response: &str) {
        let counter = match response {
            response if response.ends_with("first") => &self.first,
            response if response.ends_with("second") => &self.second,
            response if response.starts_with("HTTP/1.1 500") => &self.failed,
            other => panic!("{other}"),
        };
        counter.fetch_add(1, Ordering::SeqCst);
    }
}

#[test]
fn a_version_that_fails_one_call_in_twenty_is_taken_back() {
    let folder = Folder::new();
    let (_host, address) = begin(&folder, &web_that_fails(20, "second"));
    let seen = Seen::default();
    let ask = || seen.count(&get(&address));
    let swap = "swap echo new.wasm --canary 10% --for 60s --max-errors 1%";
    let refused = under_load(CLIENTS, ask, || folder.run(swap));
    assert_eq!(refused.code, Some(1), "{refused:?}");
    let (_, told) = refused
        .stderr
        .split_once("and the old version keeps running: ")
        .unwrap_or(("", &refused.stderr));
    let numbers = told.split(|character: char| !character.is_ascii_digit());
    let numbers: Vec<usize> = numbers.filter_map(|number| number.parse().ok()).collect();
    let count = |counter: &AtomicUsize| counter.load(Ordering::SeqCst);
    let (failed, second) = (count(&seen.failed), count(&seen.second));
    assert!(
        numbers
            .windows(2)
            .any(|pair| *pair == [failed, failed + second]),
        "{failed} of {}: {told}",
        failed + second
    );
    assert!(
        failed > 1 && count(&seen.first) > second,
        "{failed}, {second}"
    );
    let actor = &listing(&folder)["actors"][0];
    assert_eq!(
        (&actor["generation"], &actor["revision"]),
        (&1.into(), &1.into())
    );
    assert_eq!(
        (&actor["canary"], &actor["calls"]["failed"]),
        (&Value::Null, &failed.into())
    );
    says(&get(&address), &["first"]);
}

#[test]
fn a_good_version_takes_over_and_nobody_notices() {
    let folder = Folder::new();
    let (_host, address) = begin(&folder, &web("second"));
    let swap = || {
        thread::scope(|scope| {
            let swap = "swap echo new.wasm --canary 25% --for 2s --json";
            let swap = scope.spawn(|| folder.succeed(swap));
            eventually("the canary is shown", || {
                let actor = &listing(&folder)["actors"][0];
                actor["canary"]["share"] == "25%" && actor["generation"] == 1
            });
            says(&folder.succeed("ps"), &["1 (2: 25%)"]);
            swap.join().unwrap()
        })
    };
    let seen = Seen::default();
    let told = under_load(CLIENTS, || seen.count(&get(&address)), swap);
    let told: Value = serde_json::from_str(&told).unwrap();
    assert_eq!(
        (&told["dropped"], &told["canary"]["failed"]),
        (&0.into(), &0.into())
    );
    let tried = told["canary"]["served"].as_u64().unwrap();
    assert!(
        tried > 0 && told["new"]["served"].as_u64().unwrap() >= tried,
        "{told}"
    );
    let count = |counter: &AtomicUsize| counter.load(Ordering::SeqCst);
    assert_eq!(count(&seen.failed), 0);
    assert!(count(&seen.first) > 0 && count(&seen.second) > 0);
    says(&get(&address), &["second"]);
}

#[test]
fn a_version_that_nobody_asks_is_not_proven() {
    let folder = Folder::new();
    let (_host, address) = begin(&folder, &web("second"));
    let told = folder.fail("swap echo new.wasm --canary 0.5% --for 1ms", 1);
    says(
        &told,
        &[
            "no call met it in its time",
            "the old version keeps running",
        ],
    );
    says(&get(&address), &["first"]);
    for wrong in ["10", "101%", "-1%", "x%"] {
        folder.fail(&format!("swap echo new.wasm --canary {wrong}"), 2);
    }
    folder.fail("swap echo new.wasm --for 1s", 2);
    folder.fail("swap echo new.wasm --max-errors 1%", 2);
    says(&folder.fail("swap echo new.wasm --canary 0%", 1), &["0 %"]);
}

#[test]
fn a_version_can_be_withdrawn_and_keeps_nobody_waiting() {
    let folder = Folder::new();
    let (_host, address) = begin(&folder, &web("second"));
    says(
        &folder.fail("swap echo --withdraw", 1),
        &["no new version of `echo` proves itself"],
    );
    let ended = thread::scope(|scope| {
        let swap = scope.spawn(|| folder.run("swap echo new.wasm --canary 50% --for 1h"));
        eventually("the canary is there", || {
            listing(&folder)["actors"][0]["canary"]["share"] == "50%"
        });
        // Another change of the whole does not wait for it, and leaves the actor alone.
        folder.succeed("apply");
        std::fs::rename(folder.path("new.wasm"), folder.path("echo.wasm")).unwrap();
        let refused = folder.fail("apply", 1);
        says(
            &refused,
            &["is proving itself", "capwire swap echo --withdraw"],
        );
        says(
            &folder.succeed("swap echo --withdraw"),
            &["gets no more calls"],
        );
        swap.join().unwrap()
    });
    assert_eq!(ended.code, Some(1), "{ended:?}");
    says(
        &ended.stderr,
        &["it was withdrawn", "the old version keeps running"],
    );
    says(&get(&address), &["first"]);
    folder.succeed("apply");
    says(&get(&address), &["second"]);
    folder.fail("swap echo new.wasm --withdraw", 2);
}
