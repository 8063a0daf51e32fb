//! [`ResourceLimits::message_bytes`](capwire_wapc::ResourceLimits::message_bytes).

use crate::harness::{Setup, TestGuest, TestHost, each_kind};
use crate::script::{LARGE, Script, guest};
use capwire_wapc::{CallError, Engine, LimitError, Misuse, Reply, Span, abi};

/// More than the scripts themselves have.
const MOST: usize = 16 * 1024;
const LONGEST: Span = Span {
    pointer: LARGE,
    length: MOST as u32,
};
const TOO_LONG: Span = Span {
    pointer: LARGE,
    length: MOST as u32 + 1,
};
const NOTHING: Span = Span {
    pointer: 0,
    length: 0,
};

/// A request that is too long does not reach the guest.
pub fn requests(engine: &dyn Engine) {
    each_kind(engine, |setup| {
        let mut guest = limited(setup);
        let mut payload = Script::new().respond(NOTHING).returns(1).encode();
        payload.resize(MOST, 0);
        assert_eq!(guest.call("script", payload.clone()).unwrap(), "");
        payload.push(0);
        match guest.call("script", payload).unwrap_err() {
            CallError::Misuse(Misuse::TooLarge { bytes, most: MOST }) => {
                assert_eq!(bytes, MOST + 1);
            }
            other => panic!("{other:?}"),
        }
        assert_lives(&mut guest);
    });
}

/// A response that is too long fails the call, unless the guest thinks better of it.
pub fn responses(engine: &dyn Engine) {
    each_kind(engine, |setup| {
        let mut guest = limited(setup);
        let longest = Script::new().respond(LONGEST).returns(1);
        assert_eq!(longest.run(&mut guest).unwrap().len(), MOST);
        let too_long = Script::new().respond(LONGEST).respond(TOO_LONG);
        let error = too_long.clone().returns(1).run(&mut guest).unwrap_err();
        let (bytes, most) = (MOST + 1, MOST);
        let limit = LimitError::Message { bytes, most };
        assert_eq!(error.limit(), Some(limit), "{error:?}");
        let script = too_long.respond(NOTHING).returns(1);
        assert_eq!(script.run(&mut guest).unwrap(), "");
        assert_lives(&mut guest);
    });
}

/// A host call with a payload that is too long does not reach the host, and the guest is told.
pub fn payloads(engine: &dyn Engine) {
    each_kind(engine, |setup| {
        let mut guest = limited(setup);
        let calls = Script::new()
            .host_call_spans([NOTHING, NOTHING, NOTHING, LONGEST])
            .host_call_spans([NOTHING, NOTHING, NOTHING, TOO_LONG]);
        let mut host = TestHost::replying([Reply::data("reply")]);
        let told = error_of_the_host(calls, &mut guest, &mut host);
        assert_eq!(host.calls.len(), 1);
        assert_eq!(told, "the payload has 16385 bytes, message limit 16384");
        assert_lives(&mut guest);
    });
}

/// A reply that is too long does not reach the guest, which gets an error instead.
pub fn replies(engine: &dyn Engine) {
    each_kind(engine, |setup| {
        let mut guest = limited(setup);
        let call = Script::new().host_call_spans([NOTHING; 4]);
        let reply = |bytes| Reply::data(vec![b'r'; bytes]);
        let mut host = TestHost::replying([reply(MOST)]);
        let script = call
            .clone()
            .import(&abi::HOST_RESPONSE, &[LARGE])
            .respond(LONGEST)
            .returns(1);
        let fetched = script.run_with(&mut guest, &mut host).unwrap();
        assert!(fetched.iter().all(|byte| *byte == b'r'));

        let mut host = TestHost::replying([reply(MOST + 1)]);
        assert_eq!(
            error_of_the_host(call, &mut guest, &mut host),
            "the reply has 16385 bytes, message limit 16384"
        );
        assert_lives(&mut guest);
    });
}

fn limited(mut setup: Setup<'_>) -> TestGuest {
    setup.limits.message_bytes = MOST;
    setup.guest(&guest(""))
}

/// Returns the error that the guest gets from the last of these host calls.
fn error_of_the_host(calls: Script, guest: &mut TestGuest, host: &mut TestHost) -> String {
    const TEXT: Span = Span {
        pointer: LARGE + (1 << 20),
        length: 100,
    };
    let fetch = calls
        .import(&abi::HOST_ERROR, &[TEXT.pointer])
        .respond(TEXT);
    let text = fetch.returns(1).run_with(guest, host).unwrap();
    let text = String::from_utf8(text.into()).unwrap();
    text.trim_end_matches('\0').to_owned()
}

fn assert_lives(guest: &mut TestGuest) {
    let script = Script::new().respond(NOTHING).returns(1);
    assert_eq!(script.run(guest).unwrap(), "");
}
