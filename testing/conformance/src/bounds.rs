//! Pointers and lengths that lie outside of the guest's memory. None may harm the host, whatever
//! the import, and none is forgiven: the guest is dead.

use crate::harness::{Setup, TestHost, each_kind};
use crate::script::{END, SCRATCH, Script, guest};
use capwire_wapc::abi::{self, Import};
use capwire_wapc::{CallError, Engine, ProtocolError, Reply, Span};

/// Spans outside, of which several wrap around in 32 bits.
const OUTSIDE: [Span; 8] = [
    span(END, 1),
    span(END - 4, 5),
    span(0, END + 1),
    span(0, u32::MAX),
    span(u32::MAX, 1),
    span(u32::MAX, u32::MAX),
    span(0x8000_0000, 0x8000_0000),
    span(u32::MAX - 3, 8),
];

/// Pointers at which six bytes do not fit.
const NO_ROOM: [u32; 6] = [END - 5, END, END + 1, 0x8000_0000, u32::MAX - 5, u32::MAX];

/// `__guest_request` with either pointer outside.
pub fn requests(engine: &dyn Engine) {
    each_kind(engine, |setup| {
        for pointer in NO_ROOM {
            let request = |pointers: [u32; 2]| Script::new().import(&abi::GUEST_REQUEST, &pointers);
            assert_outside(&setup, request([pointer, SCRATCH]));
            assert_outside(&setup, request([SCRATCH, pointer]));
            assert_outside(&setup, request([pointer, pointer]));
        }
    });
}

/// `__guest_response` of a span outside.
pub fn responses(engine: &dyn Engine) {
    assert_spans_outside(engine, &abi::GUEST_RESPONSE);
}

/// `__guest_error` of a span outside.
pub fn guest_errors(engine: &dyn Engine) {
    assert_spans_outside(engine, &abi::GUEST_ERROR);
}

/// `__console_log` of a span outside: nothing is printed.
pub fn console(engine: &dyn Engine) {
    assert_spans_outside(engine, &abi::CONSOLE_LOG);
}

/// `__host_call` with any of its four spans outside: the host is not asked.
pub fn host_call_spans(engine: &dyn Engine) {
    each_kind(engine, |setup| {
        for position in 0..4 {
            for outside in OUTSIDE {
                let mut spans = [span(SCRATCH, 0); 4];
                spans[position] = outside;
                assert_outside(&setup, Script::new().host_call_spans(spans));
            }
        }
    });
}

/// `__host_response` to where the reply does not fit.
pub fn replies(engine: &dyn Engine) {
    assert_replies_outside(engine, &abi::HOST_RESPONSE, &Reply::data("binary"));
}

/// `__host_error` to where the text does not fit.
pub fn reply_errors(engine: &dyn Engine) {
    assert_replies_outside(engine, &abi::HOST_ERROR, &Reply::error("errors"));
}

/// No bytes are nowhere: guests give any pointer for them.
pub fn nothing_is_nowhere(engine: &dyn Engine) {
    each_kind(engine, |setup| {
        for pointer in [0, END, END + 1, u32::MAX] {
            let nothing = span(pointer, 0);
            let script = Script::new()
                .host_call_spans([nothing; 4])
                .import(&abi::HOST_RESPONSE, &[pointer])
                .import(&abi::HOST_ERROR, &[pointer])
                .import_span(&abi::CONSOLE_LOG, nothing)
                .import_span(&abi::GUEST_ERROR, nothing)
                .respond(nothing)
                .returns(1);
            let mut host = TestHost::replying([Reply::data("")]);
            let mut guest = setup.guest(&guest(""));
            assert_eq!(script.run_with(&mut guest, &mut host).unwrap(), "");
            assert_eq!(host.calls[0].payload(), "");
            assert_eq!(guest.world.lines(), [""]);
        }
    });
}

/// The last byte of memory is inside.
pub fn edge_of_memory(engine: &dyn Engine) {
    each_kind(engine, |setup| {
        let edge = END - 6;
        let script = Script::new()
            .import(&abi::GUEST_REQUEST, &[edge, SCRATCH])
            .import_span(&abi::CONSOLE_LOG, span(edge, 6))
            .host_call_spans([span(edge, 6); 4])
            .import(&abi::HOST_RESPONSE, &[edge])
            .respond(span(edge, 6))
            .returns(1);
        let mut host = TestHost::replying([Reply::data("answer")]);
        let mut guest = setup.guest(&guest(""));
        assert_eq!(script.run_with(&mut guest, &mut host).unwrap(), "answer");
        assert_eq!(host.calls[0].operation(), "script");
        assert_eq!(guest.world.lines(), ["script"]);
    });
}

fn assert_spans_outside(engine: &dyn Engine, import: &Import) {
    each_kind(engine, |setup| {
        for outside in OUTSIDE {
            assert_outside(&setup, Script::new().import_span(import, outside));
        }
    });
}

fn assert_replies_outside(engine: &dyn Engine, import: &Import, reply: &Reply) {
    each_kind(engine, |setup| {
        for pointer in NO_ROOM {
            let mut host = TestHost::replying([reply.clone()]);
            let script = Script::new()
                .host_call([b""; 4])
                .import(import, &[pointer])
                .returns(1);
            assert_breach(&setup, &script, &mut host);
        }
    });
}

fn assert_outside(setup: &Setup<'_>, script: Script) {
    let script = script
        .import_bytes(&abi::CONSOLE_LOG, b"the guest went on")
        .returns(1);
    assert_breach(setup, &script, &mut TestHost::default());
}

fn assert_breach(setup: &Setup<'_>, script: &Script, host: &mut TestHost) {
    let mut guest = setup.guest(&guest(""));
    match script.run_with(&mut guest, host).unwrap_err() {
        CallError::Protocol(ProtocolError::OutOfBounds { memory, .. }) => {
            assert_eq!(memory, END as usize);
        }
        other => panic!("{other:?}"),
    }
    assert!(!guest.is_alive());
    assert_eq!(guest.world.lines(), [""; 0]);
}

const fn span(pointer: u32, length: u32) -> Span {
    Span { pointer, length }
}
