//! The report of a panic in a Rust actor is the same on every engine.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use capwire_acceptance::{Actor, Workshop, guest};

const SOURCE: &str = "panicked at testing/guests/panics/src/lib.rs:";

#[test]
fn a_panic_is_told_with_its_message_and_place_in_the_source() {
    let workshop = Workshop::new();
    let actor = workshop.sign(&guest("guest_panics.wasm"), "visitors", &[]);
    for (operation, function, message) in [
        (
            "Panic",
            "guest_panics::count",
            "only 0 visits,\n        which is not enough\n",
        ),
        (
            "Index",
            "guest_panics::index",
            "index out of bounds: the len is 0 but the index is 0\n",
        ),
    ] {
        let text = failure(&workshop, &actor, operation, "wasmtime");
        assert_eq!(text, failure(&workshop, &actor, operation, "wasmi"));
        let functions = text.lines().filter(|line| line.starts_with("      in "));
        let functions: Vec<&str> = functions.collect();
        let function = format!("      in {function}");
        assert_eq!(functions.first(), Some(&function.as_str()), "{text}");
        assert_eq!(functions.last(), Some(&"      in __guest_call"));

        let (before, said) = text.split_once(SOURCE).unwrap();
        let what = format!(
            "failed in `{operation}`: the guest executed `unreachable` (a panic or an abort)"
        );
        assert!(before.contains(&what), "{text}");
        assert!(said.contains(&format!(":\n        {message}")), "{text}");
        assert!(said.ends_with("\n      the instance is not used again\n"));
    }
}

#[test]
fn an_error_of_an_actors_own_is_told_in_its_words() {
    let workshop = Workshop::new();
    let actor = workshop.sign(&guest("guest_panics.wasm"), "visitors", &[]);
    for engine in ["wasmtime", "wasmi"] {
        let text = failure(&workshop, &actor, "Fail", engine);
        let words = "failed in `Fail`: no such visitor\n      the instance goes on\n";
        assert!(text.ends_with(words), "{text}");
    }
}

/// The error that `capwire call` prints, without the lines of the log.
fn failure(workshop: &Workshop, actor: &Actor, operation: &str, engine: &str) -> String {
    let file = actor.file.to_str().unwrap();
    let ended = workshop.run(&["call", file, operation, "--engine", engine]);
    assert_eq!(ended.status.code(), Some(1), "{ended:?}");
    let text = String::from_utf8(ended.stderr).unwrap();
    let error = text.find("error: ").unwrap();
    text[error..].to_owned()
}
