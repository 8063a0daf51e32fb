//! Modules, good and bad.

use capwire::contracts::{codec, http, logging};
use capwire::wascap::{
    ActorClaimsBuilder, KeyKind, KeyPair, UnixSeconds, inspect_module, sign_module,
};
use capwire_conformance::guests;
use data_encoding::BASE64URL_NOPAD;

/// A guest of these fields whose call is `body`; see [`guests::guest`].
fn assembled(body: &str, fields: &str) -> Vec<u8> {
    wat::parse_str(guests::guest(body, fields)).unwrap()
}

/// A data segment at `address`.
fn data(address: usize, bytes: &[u8]) -> String {
    let bytes: String = bytes.iter().map(|byte| format!("\\{byte:02x}")).collect();
    format!(r#"(data (i32.const {address}) "{bytes}")"#)
}

/// A guest that answers every call with `answer`.
pub(crate) fn guest(answer: &[u8]) -> Vec<u8> {
    let respond = format!(
        "(call $__guest_response (i32.const 8) (i32.const {})) (i32.const 1)",
        answer.len()
    );
    assembled(&respond, &data(8, answer))
}

/// A guest that traps in every call.
pub(crate) fn trapping() -> Vec<u8> {
    let trap = r#"(module
        (memory (export "memory") 1)
        (func (export "__guest_call") (param i32 i32) (result i32) unreachable))"#;
    wat::parse_str(trap).unwrap()
}

/// A guest that prints `line` and answers every HTTP request with nothing.
pub(crate) fn web_that_prints(line: &str) -> Vec<u8> {
    let answer = codec::encode(&http::Response::ok()).unwrap();
    let (length, line_length) = (answer.len(), line.len());
    let body = format!(
        "(call $__console_log (i32.const 1024) (i32.const {line_length}))
        (call $__guest_response (i32.const 8) (i32.const {length}))
        (i32.const 1)"
    );
    let fields = data(8, &answer) + &data(1024, line.as_bytes());
    assembled(&body, &fields)
}

/// A guest that answers HTTP requests with `body`, and traps in the call `every` of each instance.
pub(crate) fn web_that_fails(every: u32, body: &str) -> Vec<u8> {
    let answer = http::Response {
        body: body.as_bytes().to_vec(),
        ..http::Response::ok()
    };
    let answer = codec::encode(&answer).unwrap();
    let call = format!(
        "(global.set $calls (i32.add (global.get $calls) (i32.const 1)))
        (if (i32.eq (global.get $calls) (i32.const {every})) (then unreachable))
        (call $__guest_response (i32.const 8) (i32.const {}))
        (i32.const 1)",
        answer.len()
    );
    let calls = "(global $calls (mut i32) (i32.const 0))";
    assembled(&call, &(data(8, &answer) + calls))
}

/// A guest that prints `line` and traps in every call.
pub(crate) fn trapping_after(line: &str) -> Vec<u8> {
    let body = format!(
        "(call $__console_log (i32.const 1024) (i32.const {})) unreachable",
        line.len()
    );
    assembled(&body, &data(1024, line.as_bytes()))
}

/// A guest that writes `line` to the log, `times` times, and answers every HTTP request with
/// nothing.
pub(crate) fn web_that_logs(times: u32, line: &str) -> Vec<u8> {
    let answer = codec::encode(&http::Response::ok()).unwrap();
    let request = codec::encode(&logging::WriteLogRequest {
        level: logging::LEVEL_INFO,
        body: line.to_owned(),
    });
    let request = request.unwrap();
    let (contract, operation) = (logging::CONTRACT, logging::OP_WRITE_LOG);
    let body = format!(
        "(loop $again
            (drop (call $__host_call
                (i32.const 8) (i32.const 7)
                (i32.const 32) (i32.const {})
                (i32.const 64) (i32.const {})
                (i32.const 1024) (i32.const {})))
            (local.set $i (i32.add (local.get $i) (i32.const 1)))
            (br_if $again (i32.lt_u (local.get $i) (i32.const {times}))))
        (call $__guest_response (i32.const 128) (i32.const {}))
        (i32.const 1)",
        contract.len(),
        operation.len(),
        request.len(),
        answer.len()
    );
    let texts = [(8, "default"), (32, contract), (64, operation)];
    let fields = texts.map(|(address, text)| data(address, text.as_bytes()));
    let fields = fields.concat() + &data(128, &answer) + &data(1024, &request);
    assembled(&body, &fields)
}

/// When the tests' tokens of other times were issued, and their day.
pub(crate) const LONG_AGO: UnixSeconds = UnixSeconds(1_000_000_000);
const FAR_AHEAD: UnixSeconds = UnixSeconds(40_000_000_000);

pub(crate) fn expired(module: &[u8], account: &KeyPair) -> Vec<u8> {
    let claims = claims(LONG_AGO).expires(UnixSeconds(LONG_AGO.0 + 60));
    sign_module(module, claims, account).unwrap()
}

pub(crate) fn not_yet_valid(module: &[u8], account: &KeyPair) -> Vec<u8> {
    sign_module(module, claims(LONG_AGO).not_before(FAR_AHEAD), account).unwrap()
}

fn claims(now: UnixSeconds) -> ActorClaimsBuilder {
    let module = KeyPair::generate(KeyKind::Module).unwrap().public();
    ActorClaimsBuilder::new(module, now).unwrap().name("timely")
}

/// `module` with `token` in a section at its end.
pub(crate) fn with_token(module: &[u8], token: &str) -> Vec<u8> {
    let mut payload = vec![3];
    payload.extend_from_slice(b"jwt");
    payload.extend_from_slice(token.as_bytes());
    let size = u32::try_from(payload.len()).unwrap();
    // Padded to five bytes, which is legal.
    let leb: Vec<u8> = (0..5)
        .map(|index| {
            let bits = (size >> (7 * index)) as u8 & 0x7f;
            if index < 4 { bits | 0x80 } else { bits }
        })
        .collect();
    [module, &[0], &leb, &payload].concat()
}

pub(crate) fn token_of(signed: &[u8]) -> String {
    inspect_module(signed).unwrap().token().to_owned()
}

/// The token with its claims changed and its signature kept.
pub(crate) fn forged(token: &str, change: impl FnOnce(&mut serde_json::Value)) -> String {
    let segments: Vec<&str> = token.split('.').collect();
    let claims = BASE64URL_NOPAD.decode(segments[1].as_bytes()).unwrap();
    let mut claims: serde_json::Value = serde_json::from_slice(&claims).unwrap();
    change(&mut claims);
    let claims = BASE64URL_NOPAD.encode(claims.to_string().as_bytes());
    format!("{}.{claims}.{}", segments[0], segments[2])
}

/// The token with another signature.
pub(crate) fn with_signature(token: &str, signature: &[u8; 64]) -> String {
    let (signed, _) = token.rsplit_once('.').unwrap();
    format!("{signed}.{}", BASE64URL_NOPAD.encode(signature))
}

/// A guest that answers every HTTP request with `body`.
pub(crate) fn web(body: &str) -> Vec<u8> {
    let response = http::Response::ok().with_body(body);
    guest(&codec::encode(&response).unwrap())
}

/// A guest that answers with the payload.
pub(crate) fn echo() -> Vec<u8> {
    wat::parse_str(guests::ECHO).unwrap()
}

/// A guest that makes the host call `operation` of `contract` with its payload, and answers with
/// the reply.
pub(crate) fn forwarding(contract: &str, operation: &str) -> Vec<u8> {
    let body = format!(
        "(call $__guest_request (i32.const 0) (i32.const 1024))
        (if (i32.eqz (call $__host_call
                (i32.const 8) (i32.const 7)
                (i32.const 32) (i32.const {})
                (i32.const 64) (i32.const {})
                (i32.const 1024) (local.get $payload)))
            (then (return (i32.const 0))))
        (call $__host_response (i32.const 4096))
        (call $__guest_response (i32.const 4096) (call $__host_response_len))
        (i32.const 1)",
        contract.len(),
        operation.len()
    );
    let texts = [(8, "default"), (32, contract), (64, operation)];
    let fields = texts.map(|(address, text)| data(address, text.as_bytes()));
    assembled(&body, &fields.concat())
}
