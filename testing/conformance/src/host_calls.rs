//! Calls of the host by a guest, and its console.

use crate::harness::{TestHost, each_kind};
use crate::script::{LARGE, SCRATCH, Script, guest, results};
use bytes::Bytes;
use capwire_wapc::{CallError, Engine, ProtocolError, Reply, Span, abi};

const CALL: [&[u8]; 4] = [b"default", b"keyvalue", b"Get", b"key"];

/// The host is told binding, namespace, operation and payload, and the guest gets the reply.
pub fn one(engine: &dyn Engine) {
    each_kind(engine, |setup| {
        let mut host = TestHost::replying([Reply::data("value")]);
        let script = Script::new()
            .host_call(CALL)
            .import(&abi::HOST_RESPONSE, &[SCRATCH])
            .respond(Span::new(SCRATCH, 5))
            .returns(1);
        let response = script.run_with(&mut setup.guest(&guest("")), &mut host);
        assert_eq!(response.unwrap(), "value");
        let [call] = &host.calls[..] else {
            panic!("{:?}", host.calls);
        };
        assert_eq!(
            (call.binding(), call.namespace(), call.operation()),
            ("default", "keyvalue", "Get")
        );
        assert_eq!(call.payload(), "key");
    });
}

/// Many host calls in one call keep their order, and names may be empty or long.
pub fn many(engine: &dyn Engine) {
    let names: Vec<String> = (0..50).map(|length| "é".repeat(length)).collect();
    each_kind(engine, |setup| {
        let mut script = Script::new();
        for (at, name) in (SCRATCH..).zip(&names) {
            script = script
                .host_call([name.as_bytes(), b"", name.as_bytes(), b""])
                .import(&abi::HOST_RESPONSE, &[at]);
        }
        let script = script.respond(Span::new(SCRATCH, 50)).returns(1);
        let mut host = TestHost::replying((0..50).map(|byte| Reply::data(vec![byte])));
        let response = script.run_with(&mut setup.guest(&guest("")), &mut host);
        assert_eq!(response.unwrap(), (0..50).collect::<Bytes>());
        let asked: Vec<_> = host.calls.iter().map(|call| call.binding()).collect();
        assert_eq!(asked, names);
        assert!(host.calls.iter().all(|call| call.namespace().is_empty()));
    });
}

/// After a reply with data `__host_call` returned 1, its length is known, and there is no error.
pub fn reply_with_data(engine: &dyn Engine) {
    assert_results(engine, [Reply::data("four")], &asking(), &[1, 4, 0]);
}

/// After a reply with an error it returned 0, and the guest can read the text.
pub fn reply_with_error(engine: &dyn Engine) {
    assert_results(engine, [Reply::error("gone")], &asking(), &[0, 0, 4]);
    each_kind(engine, |setup| {
        let script = Script::new()
            .host_call(CALL)
            .import(&abi::HOST_ERROR, &[SCRATCH])
            .respond(Span::new(SCRATCH, 4))
            .returns(1);
        let mut host = TestHost::replying([Reply::error("gone")]);
        let response = script.run_with(&mut setup.guest(&guest("")), &mut host);
        assert_eq!(response.unwrap(), "gone");
    });
}

/// Data and error texts may be empty: what `__host_call` returned tells them apart.
pub fn empty_replies(engine: &dyn Engine) {
    assert_results(engine, [Reply::data("")], &asking(), &[1, 0, 0]);
    assert_results(engine, [Reply::error("")], &asking(), &[0, 0, 0]);
}

/// Only the last reply is there.
pub fn replies_replace_each_other(engine: &dyn Engine) {
    let replies = || [Reply::data("data"), Reply::error("x"), Reply::data("")];
    let script = asked(asked(asking()));
    let expected = [1, 4, 0, 0, 0, 1, 1, 0, 0];
    assert_results(engine, replies(), &script, &expected);
}

/// A reply can be read as often as the guest likes, until the next one.
pub fn reply_is_read_again(engine: &dyn Engine) {
    each_kind(engine, |setup| {
        let script = Script::new()
            .host_call(CALL)
            .import(&abi::HOST_RESPONSE, &[SCRATCH])
            .import(&abi::HOST_ERROR, &[SCRATCH])
            .import(&abi::HOST_RESPONSE, &[SCRATCH + 2])
            .respond(Span::new(SCRATCH, 4))
            .returns(1);
        let mut host = TestHost::replying([Reply::data("ab")]);
        let response = script.run_with(&mut setup.guest(&guest("")), &mut host);
        assert_eq!(response.unwrap(), "abab");
    });
}

/// Without a host call there is no reply; reading it does nothing.
pub fn reply_before_any_call(engine: &dyn Engine) {
    let script = lengths(
        Script::new()
            .import(&abi::HOST_RESPONSE, &[SCRATCH])
            .import(&abi::HOST_ERROR, &[SCRATCH]),
    );
    assert_results(engine, [], &script, &[0, 0]);
}

/// A reply ends with the call that it was made in.
pub fn replies_end_with_their_call(engine: &dyn Engine) {
    each_kind(engine, |setup| {
        let mut guest = setup.guest(&guest(""));
        for reply in [Reply::data("data"), Reply::error("error")] {
            let mut host = TestHost::replying([reply]);
            let script = Script::new().host_call(CALL).returns(0);
            script.run_with(&mut guest, &mut host).unwrap_err();
            let script = lengths(Script::new()).respond_results(2).returns(1);
            assert_eq!(results(&script.run(&mut guest).unwrap()), [0, 0]);
        }
    });
}

/// 4 MiB go to the host and come back.
pub fn large_payloads(engine: &dyn Engine) {
    let data: Bytes = (0..4 << 20_u32).map(|i| (i ^ (i >> 8)) as u8).collect();
    each_kind(engine, |setup| {
        let place = Span::new(LARGE, 4 << 20);
        let none = Span::new(0, 0);
        let script = Script::new()
            .host_call(CALL)
            .import(&abi::HOST_RESPONSE, &[LARGE])
            .host_call_spans([none, none, none, place])
            .returns(0);
        let mut host = TestHost::replying([Reply::data(data.clone()), Reply::data("")]);
        let mut guest = setup.guest(&guest(""));
        script.run_with(&mut guest, &mut host).unwrap_err();
        assert!(*host.calls[1].payload() == data, "the payload was changed");
    });
}

/// A name that is not UTF-8 names nothing, so the guest broke the protocol. A payload is bytes.
pub fn not_utf8(engine: &dyn Engine) {
    each_kind(engine, |setup| {
        for part in 0..4 {
            let mut call = CALL;
            call[part] = b"a\xff";
            let mut guest = setup.guest(&guest(""));
            let mut host = TestHost::replying([Reply::data("")]);
            let script = Script::new().host_call(call).returns(0);
            let error = script.run_with(&mut guest, &mut host).unwrap_err();
            if part == 3 {
                assert_eq!(*host.calls[0].payload(), b"a\xff"[..]);
                continue;
            }
            let CallError::Protocol(ProtocolError::NotUtf8 { .. }) = error else {
                panic!("{error:?}");
            };
            assert!(host.calls.is_empty());
            assert!(!guest.is_alive());
        }
    });
}

/// Lines reach the console in order, empty ones too.
pub fn console(engine: &dyn Engine) {
    each_kind(engine, |setup| {
        let mut guest = setup.guest(&guest(""));
        let script = Script::new()
            .import_bytes(&abi::CONSOLE_LOG, b"one")
            .import_bytes(&abi::CONSOLE_LOG, b"")
            .import_bytes(&abi::CONSOLE_LOG, "zw\u{f6}lf".as_bytes())
            .returns(0);
        script.run(&mut guest).unwrap_err();
        assert_eq!(guest.world.lines(), ["one", "", "zw\u{f6}lf"]);
    });
}

/// Invalid UTF-8 in a line is replaced.
pub fn console_not_utf8(engine: &dyn Engine) {
    each_kind(engine, |setup| {
        let mut guest = setup.guest(&guest(""));
        let script = Script::new()
            .import_bytes(&abi::CONSOLE_LOG, b"a\xffb\xc3")
            .returns(0);
        script.run(&mut guest).unwrap_err();
        assert_eq!(guest.world.lines(), ["a\u{fffd}b\u{fffd}"]);
    });
}

/// A host call and then both lengths: three results.
fn asking() -> Script {
    asked(Script::new())
}

fn asked(script: Script) -> Script {
    lengths(script.host_call(CALL))
}

fn lengths(script: Script) -> Script {
    script
        .import(&abi::HOST_RESPONSE_LEN, &[])
        .import(&abi::HOST_ERROR_LEN, &[])
}

fn assert_results<const N: usize>(
    engine: &dyn Engine,
    replies: [Reply; N],
    script: &Script,
    expected: &[u32],
) {
    each_kind(engine, |setup| {
        let mut host = TestHost::replying(replies.clone());
        let script = script.clone().respond_results(expected.len() as u32);
        let response = script
            .returns(1)
            .run_with(&mut setup.guest(&guest("")), &mut host);
        assert_eq!(results(&response.unwrap()), expected);
    });
}
