//! Errors that the guest answers with.

use crate::harness::{TestGuest, each_kind};
use crate::script::{Script, guest};
use capwire_wapc::{CallError, Engine, abi};

const NO_MESSAGE: &str = "No error message set for call failure";
const NO_OUTCOME: &str = "No error message OR response set for call success";

/// The returned value decides between response and error: 0 is an error. Any other value is the
/// response if there is one, or else the error. A missing text has a standard replacement.
pub fn rules(engine: &dyn Engine) {
    let response = Some("response");
    let error = Some("error");
    let cases = [
        (None, None, 0, Err(NO_MESSAGE)),
        (None, error, 0, Err("error")),
        (response, None, 0, Err(NO_MESSAGE)),
        (response, error, 0, Err("error")),
        (None, None, 1, Err(NO_OUTCOME)),
        (None, error, 1, Err("error")),
        (response, None, 1, Ok("response")),
        (response, error, 1, Ok("response")),
        (response, None, 2, Ok("response")),
        (response, None, -1, Ok("response")),
        (None, error, i32::MIN, Err("error")),
    ];
    each_kind(engine, |setup| {
        let mut guest = setup.guest(&guest(""));
        for (response, error, returned, expected) in cases {
            let mut script = Script::new();
            if let Some(response) = response {
                script = script.import_bytes(&abi::GUEST_RESPONSE, response.as_bytes());
            }
            if let Some(error) = error {
                script = script.import_bytes(&abi::GUEST_ERROR, error.as_bytes());
            }
            assert_outcome(&script.returns(returned), &mut guest, expected);
        }
    });
}

/// The last error counts.
pub fn last_error(engine: &dyn Engine) {
    each_kind(engine, |setup| {
        let script = Script::new()
            .import_bytes(&abi::GUEST_ERROR, b"first")
            .import_bytes(&abi::GUEST_ERROR, b"last")
            .returns(0);
        assert_outcome(&script, &mut setup.guest(&guest("")), Err("last"));
    });
}

/// An empty text is a text.
pub fn empty_error(engine: &dyn Engine) {
    each_kind(engine, |setup| {
        let script = Script::new()
            .import_bytes(&abi::GUEST_ERROR, b"")
            .returns(0);
        assert_outcome(&script, &mut setup.guest(&guest("")), Err(""));
    });
}

/// Invalid UTF-8 in an error text is replaced, because the text is for people.
pub fn not_utf8(engine: &dyn Engine) {
    each_kind(engine, |setup| {
        let script = Script::new()
            .import_bytes(&abi::GUEST_ERROR, b"a\xffb")
            .returns(0);
        assert_outcome(&script, &mut setup.guest(&guest("")), Err("a\u{fffd}b"));
    });
}

/// An error of an earlier call is not that of this one.
pub fn error_of_before(engine: &dyn Engine) {
    each_kind(engine, |setup| {
        let mut guest = setup.guest(&guest(""));
        let script = Script::new()
            .import_bytes(&abi::GUEST_ERROR, b"old")
            .returns(0);
        assert_outcome(&script, &mut guest, Err("old"));
        assert_outcome(&Script::new().returns(0), &mut guest, Err(NO_MESSAGE));
    });
}

/// A guest that answers with an error is as good as before.
pub fn guest_survives(engine: &dyn Engine) {
    each_kind(engine, |setup| {
        let mut guest = setup.guest(&guest(""));
        for _ in 0..100 {
            assert_outcome(&Script::new().returns(0), &mut guest, Err(NO_MESSAGE));
            assert!(guest.is_alive());
        }
        let script = Script::new()
            .import_bytes(&abi::GUEST_RESPONSE, b"well")
            .returns(1);
        assert_outcome(&script, &mut guest, Ok("well"));
    });
}

fn assert_outcome(script: &Script, guest: &mut TestGuest, expected: Result<&str, &str>) {
    match (script.run(guest), expected) {
        (Ok(response), Ok(expected)) => assert_eq!(response, expected),
        (Err(CallError::Guest(error)), Err(expected)) => assert_eq!(error.message, expected),
        (other, expected) => panic!("{other:?} instead of {expected:?}"),
    }
}
