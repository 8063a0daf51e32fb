//! A guest whose call goes on until another one lets it end.

use capwire::contracts::{codec, http, keyvalue};
use capwire_conformance::guests;
use std::fmt::Write as _;

/// The key of the signal, which both sides know.
const SIGNAL: &str = "go";

/// A guest whose every call waits for the signal, and then traps. It hardly computes: what it adds to a counter meanwhile has to
/// be on the disk each time.
pub(crate) fn failing_at_the_signal() -> Vec<u8> {
    let add = keyvalue::AddRequest {
        key: "waiting".to_owned(),
        value: 1,
    };
    let ask = keyvalue::KeyRequest {
        key: SIGNAL.to_owned(),
    };
    let (calls, data) = calls(&[
        (keyvalue::OP_ADD, codec::encode(&add).unwrap()),
        (keyvalue::OP_KEY_EXISTS, codec::encode(&ask).unwrap()),
    ]);
    // Whether a key exists is the last byte of the answer: true is 0xc3 in MessagePack.
    guest(
        &data,
        &format!(
            "(loop $again
                {calls}
                (call $__host_response (i32.const 8192))
                (br_if $again (i32.ne (i32.const 0xc3)
                    (i32.load8_u (i32.add (i32.const 8191) (call $__host_response_len))))))
            unreachable"
        ),
    )
}

/// A guest that gives the signal with every HTTP request.
pub(crate) fn signalling() -> Vec<u8> {
    let set = keyvalue::SetRequest {
        key: SIGNAL.to_owned(),
        value: SIGNAL.to_owned(),
        expires: 0,
    };
    let (calls, mut data) = calls(&[(keyvalue::OP_SET, codec::encode(&set).unwrap())]);
    let answer = codec::encode(&http::Response::ok().with_body("signalled")).unwrap();
    write!(data, r#"(data (i32.const 4096) "{}")"#, escaped(&answer)).unwrap();
    let length = answer.len();
    guest(
        &data,
        &format!(
            "{calls} (call $__guest_response (i32.const 4096) (i32.const {length})) (return (i32.const 1))"
        ),
    )
}

/// A guest that asks for the intersection of `count` sets with every HTTP request. All of them are
/// the set under the empty key, which is one byte of the message.
pub(crate) fn intersecting(count: usize) -> Vec<u8> {
    const MESSAGE: usize = 128 << 10;
    let length = u32::try_from(count).unwrap().to_be_bytes();
    let head = [&b"\x81\xa4keys\xdd"[..], &length].concat();
    let answer = codec::encode(&http::Response::ok().with_body("done")).unwrap();
    let operation = keyvalue::OP_SET_INTERSECTION;
    let mut data = String::new();
    for (at, bytes) in [
        (1024, operation.as_bytes()),
        (4096, &answer),
        (MESSAGE, &head),
    ] {
        write!(data, r#"(data (i32.const {at}) "{}")"#, escaped(bytes)).unwrap();
    }
    let (first, message) = (MESSAGE + head.len(), head.len() + count);
    let pages = (MESSAGE + message).div_ceil(64 << 10);
    let body = format!(
        "(if (i32.lt_u (memory.size) (i32.const {pages}))
            (then (drop (memory.grow (i32.const {pages})))))
        (memory.fill (i32.const {first}) (i32.const 0xa0) (i32.const {count}))
        (if (i32.eqz (call $__host_call (i32.const 8) (i32.const 7) (i32.const 32) (i32.const 14)
                (i32.const 1024) (i32.const {}) (i32.const {MESSAGE}) (i32.const {message})))
            (then (return (i32.const 0))))
        (call $__guest_response (i32.const 4096) (i32.const {}))
        (return (i32.const 1))",
        operation.len(),
        answer.len()
    );
    guest(&data, &body)
}

/// Calls of the key-value store, and the data that they need.
fn calls(calls: &[(&str, Vec<u8>)]) -> (String, String) {
    let (mut code, mut data) = (String::new(), String::new());
    for (index, (operation, payload)) in calls.iter().enumerate() {
        let (at, below) = (1024 + 1024 * index, 1536 + 1024 * index);
        write!(
            data,
            r#"(data (i32.const {at}) "{operation}") (data (i32.const {below}) "{}")"#,
            escaped(payload)
        )
        .unwrap();
        write!(
            code,
            "(drop (call $__host_call (i32.const 8) (i32.const 7) (i32.const 32) (i32.const 14)
                (i32.const {at}) (i32.const {}) (i32.const {below}) (i32.const {})))",
            operation.len(),
            payload.len()
        )
        .unwrap();
    }
    (code, data)
}

fn escaped(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("\\{byte:02x}")).collect()
}

fn guest(data: &str, body: &str) -> Vec<u8> {
    let fields = format!(
        r#"(data (i32.const 8) "default") (data (i32.const 32) "{}") {data}"#,
        keyvalue::CONTRACT
    );
    wat::parse_str(guests::guest(body, &fields)).unwrap()
}
