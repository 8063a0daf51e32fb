//! Texts as long as a guest's memory. The host takes no more of one than it needs to.

use crate::harness::{TestHost, each_kind};
use crate::script::{LARGE, Script, guest};
use capwire_wapc::{CallError, Engine, MAX_TEXT, ProtocolError, Span, abi};

/// A megabyte of zeros, which are UTF-8.
const LONG: Span = Span {
    pointer: LARGE,
    length: 1 << 20,
};
const NOTHING: Span = Span {
    pointer: 0,
    length: 0,
};

/// A name that is too long breaks the protocol: part of it would be another name.
pub fn long_names(engine: &dyn Engine) {
    each_kind(engine, |setup| {
        for part in 0..3 {
            let mut call = [NOTHING; 4];
            call[part] = LONG;
            let mut guest = setup.guest(&guest(""));
            let mut host = TestHost::default();
            let script = Script::new().host_call_spans(call).returns(1);
            match script.run_with(&mut guest, &mut host).unwrap_err() {
                CallError::Protocol(ProtocolError::TooLong { length, .. }) => {
                    assert_eq!(length, 1 << 20);
                }
                other => panic!("{other:?}"),
            }
            assert!(!guest.is_alive());
        }
    });
}

/// An error text is cut.
pub fn long_errors(engine: &dyn Engine) {
    each_kind(engine, |setup| {
        let script = Script::new()
            .import_span(&abi::GUEST_ERROR, LONG)
            .returns(0);
        match script.run(&mut setup.guest(&guest(""))).unwrap_err() {
            CallError::Guest(error) => assert_cut(&error.message),
            other => panic!("{other:?}"),
        }
    });
}

/// A console line is cut.
pub fn long_lines(engine: &dyn Engine) {
    each_kind(engine, |setup| {
        let mut guest = setup.guest(&guest(""));
        let script = Script::new()
            .import_span(&abi::CONSOLE_LOG, LONG)
            .returns(0);
        script.run(&mut guest).unwrap_err();
        assert_cut(&guest.world.lines()[0]);
    });
}

fn assert_cut(text: &str) {
    assert!(text.len() < MAX_TEXT + 16, "{} bytes", text.len());
    assert!(text.ends_with("[…]"));
}
