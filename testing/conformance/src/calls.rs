//! Requests and responses.

use crate::guests::{COUNTER, ECHO};
use crate::harness::each_kind;
use crate::script::{LARGE, OPERATION, SCRATCH, Script, guest, results};
use bytes::Bytes;
use capwire_wapc::{Engine, Span, abi};

/// Operation and payload reach the guest, with their lengths.
pub fn request_arrives(engine: &dyn Engine) {
    each_kind(engine, |setup| {
        let payload = Script::new().respond(Span::new(OPERATION, 6)).returns(1);
        let response = payload.run(&mut setup.guest(&guest(""))).unwrap();
        assert_eq!(response, "script");
        let response = setup.guest(ECHO).call("echo", "payload").unwrap();
        assert_eq!(response, "payload");
    });
}

/// Operation and payload may be empty.
pub fn empty_request(engine: &dyn Engine) {
    each_kind(engine, |setup| {
        let mut guest = setup.guest(ECHO);
        assert_eq!(guest.call("", "").unwrap(), "");
        assert_eq!(guest.call("", "payload").unwrap(), "payload");
        assert_eq!(guest.call("echo", "").unwrap(), "");
    });
}

/// 4 MiB go to the guest and come back.
pub fn large_payload(engine: &dyn Engine) {
    let payload: Bytes = (0..4 << 20_u32).map(|i| (i ^ (i >> 8)) as u8).collect();
    each_kind(engine, |setup| {
        let mut guest = setup.guest(ECHO);
        let response = guest.call("echo", payload.clone()).unwrap();
        assert!(response == payload, "the payload was changed");
        assert_eq!(guest.call("echo", "small").unwrap(), "small");
    });
}

/// A payload is bytes, not text.
pub fn every_byte(engine: &dyn Engine) {
    let payload: Bytes = (0..=255).collect();
    each_kind(engine, |setup| {
        let response = setup.guest(ECHO).call("echo", payload.clone()).unwrap();
        assert_eq!(response, payload);
    });
}

/// The last response counts.
pub fn last_response(engine: &dyn Engine) {
    each_kind(engine, |setup| {
        let script = Script::new()
            .import_bytes(&abi::GUEST_RESPONSE, b"first")
            .import_bytes(&abi::GUEST_RESPONSE, b"last")
            .returns(1);
        assert_eq!(script.run(&mut setup.guest(&guest(""))).unwrap(), "last");
    });
}

/// A response of no bytes is a response.
pub fn empty_response(engine: &dyn Engine) {
    each_kind(engine, |setup| {
        let script = Script::new()
            .import_bytes(&abi::GUEST_RESPONSE, b"")
            .returns(1);
        assert_eq!(script.run(&mut setup.guest(&guest(""))).unwrap(), "");
    });
}

/// A guest may leave its request, or fetch it again and to other places.
pub fn request_is_optional(engine: &dyn Engine) {
    each_kind(engine, |setup| {
        assert_eq!(setup.guest(COUNTER).call("any", "x").unwrap(), "\u{1}");
        let script = Script::new()
            .import(&abi::GUEST_REQUEST, &[SCRATCH, LARGE])
            .import(&abi::GUEST_REQUEST, &[SCRATCH + 6, LARGE])
            .respond(Span::new(SCRATCH, 12))
            .returns(1);
        let response = script.run(&mut setup.guest(&guest(""))).unwrap();
        assert_eq!(response, "scriptscript");
    });
}

/// Memory is kept between calls, failed ones included.
pub fn memory_is_kept(engine: &dyn Engine) {
    each_kind(engine, |setup| {
        let mut guest = setup.guest(&guest(""));
        let store = Script::new().import(&abi::GUEST_REQUEST, &[SCRATCH, LARGE]);
        store.returns(0).run(&mut guest).unwrap_err();
        let load = Script::new().respond(Span::new(SCRATCH, 6)).returns(1);
        assert_eq!(load.run(&mut guest).unwrap(), "script");
    });
}

/// Guests of one module share nothing.
pub fn memory_is_its_own(engine: &dyn Engine) {
    each_kind(engine, |setup| {
        let (mut one, mut other) = (setup.guest(COUNTER), setup.guest(COUNTER));
        assert_eq!(one.call("count", "").unwrap(), "\u{1}");
        assert_eq!(one.call("count", "").unwrap(), "\u{2}");
        assert_eq!(other.call("count", "").unwrap(), "\u{1}");
    });
}

/// Two thousand calls, of which each gets its own answer.
pub fn many(engine: &dyn Engine) {
    each_kind(engine, |setup| {
        let mut guest = setup.guest(ECHO);
        for number in 0..2_000_u32 {
            let payload = Bytes::from(number.to_string());
            assert_eq!(guest.call("echo", payload.clone()).unwrap(), payload);
        }
    });
}

/// The response of one call does not leak into the next call.
pub fn nothing_is_left_over(engine: &dyn Engine) {
    each_kind(engine, |setup| {
        let mut guest = setup.guest(&guest(""));
        let respond = Script::new().import_bytes(&abi::GUEST_RESPONSE, b"old");
        respond.clone().returns(0).run(&mut guest).unwrap_err();
        Script::new().returns(1).run(&mut guest).unwrap_err();
        respond.returns(1).run(&mut guest).unwrap();
        Script::new().returns(1).run(&mut guest).unwrap_err();
    });
}

/// Memory that the guest has grown is the host's to read and write at once.
pub fn grown_memory(engine: &dyn Engine) {
    each_kind(engine, |setup| {
        let mut guest = setup.guest(&guest(""));
        let grown = results(
            &Script::new()
                .grow(100)
                .respond_results(1)
                .returns(1)
                .run(&mut guest)
                .unwrap(),
        );
        let beyond = (grown[0] + 99) * 0x1_0000;
        for _ in 0..2 {
            let script = Script::new()
                .grow(1)
                .import(&abi::GUEST_REQUEST, &[beyond, LARGE])
                .respond(Span::new(beyond, 6))
                .returns(1);
            assert_eq!(script.run(&mut guest).unwrap(), "script");
        }
    });
}
