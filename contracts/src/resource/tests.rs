use super::*;
use crate::http::Request;
use std::collections::BTreeMap;

fn encoded(message: &impl Serialize) -> Vec<u8> {
    codec::encode(message).unwrap()
}

fn of_url(url: &str) -> Result<Examined, ExamineError> {
    let request = Request {
        method: "GET".into(),
        path: url.into(),
        ..Request::default()
    };
    examine(http::CLIENT_CONTRACT, "PerformRequest", &encoded(&request))
}

fn host(url: &str) -> Option<String> {
    let mut examined = of_url(url).ok()?;
    assert_eq!(examined.resources.len(), 1);
    examined.resources.pop()
}

/// Returns every operation that an actor calls on a provider of `contract`.
fn operations(contract: &str) -> impl Iterator<Item = &'static str> {
    let all = match contract {
        keyvalue::CONTRACT => keyvalue::OPERATIONS,
        http::CLIENT_CONTRACT => http::CLIENT_OPERATIONS,
        messaging::CONTRACT => messaging::OPERATIONS,
        eventstreams::CONTRACT => eventstreams::OPERATIONS,
        _ => blobstore::OPERATIONS,
    };
    let asked = all
        .iter()
        .filter(|operation| operation.direction != crate::core::Direction::ToActor);
    asked.map(|operation| operation.name)
}

#[test]
fn every_operation_of_an_actor_is_known() {
    for contract in [
        keyvalue::CONTRACT,
        http::CLIENT_CONTRACT,
        messaging::CONTRACT,
        blobstore::CONTRACT,
        eventstreams::CONTRACT,
    ] {
        assert!(kind(contract).is_some());
        for operation in operations(contract) {
            let error = examine(contract, operation, b"").unwrap_err();
            assert!(
                matches!(error, ExamineError::Decode(DecodeError::Empty)),
                "{operation}: {error}"
            );
        }
        let error = examine(contract, "Elsewhere", b"\x80").unwrap_err();
        assert!(matches!(error, ExamineError::Unknown { .. }), "{error}");
    }
    assert_eq!(kind("acme:thing"), None);
}

#[test]
fn all_keys_of_a_message_are_resources() {
    let keys = keyvalue::KeysRequest {
        keys: vec!["a".into(), "b".into()],
    };
    for operation in ["SetUnion", "SetIntersection"] {
        let examined = examine(keyvalue::CONTRACT, operation, &encoded(&keys)).unwrap();
        assert_eq!(examined.resources, ["a", "b"]);
        assert_eq!(examined.payload, encoded(&keys));
    }
    let none = encoded(&keyvalue::KeysRequest::default());
    assert!(examine(keyvalue::CONTRACT, "SetUnion", &none).is_err());
}

#[test]
fn ambiguous_messages_are_refused() {
    for doubtful in [
        &b"\x82\xa3key\xa1a\xa3key\xa1b"[..],           // a member twice
        b"\x91\xa1a",                                   // by position
        b"\x82\xa3key\xa1a\x01\x02",                    // a member without a name
        b"\x81\xa3key\xc4\x01a",                        // bytes for text
        b"\x81\xa3key\xa1\xff",                         // no UTF-8
        b"\x81\xa3key",                                 // cut off
        b"\x82\xa3key\xa1a\xa1x\x82\xa1y\xc0\xa1y\xc0", // twice further inside
    ] {
        let examined = examine(keyvalue::CONTRACT, "Get", doubtful);
        assert!(examined.is_err(), "{doubtful:x?}: {examined:?}");
    }
}

#[test]
fn the_checked_message_is_the_one_that_is_sent() {
    let more = b"\x82\xa1x\xa1y\xa3key\xa1a\x81\xa3key\xa1b";
    let examined = examine(keyvalue::CONTRACT, "Get", more).unwrap();
    assert_eq!(examined.resources, ["a"]);
    assert_eq!(examined.payload, b"\x81\xa3key\xa1a");
}

#[test]
fn a_host_has_one_canonical_form() {
    for (url, resource) in [
        ("https://example.com/a?b=c", "example.com"),
        ("HTTPS://Example.COM", "example.com"),
        ("https://example.com:443/", "example.com"),
        ("https://example.com:0443/", "example.com"),
        ("http://example.com:443/", "example.com:443"),
        ("http://example.com?x=http://other.com/", "example.com"),
        ("http://example.com#@other.com", "example.com"),
        ("http://127.0.0.1:8080/", "127.0.0.1:8080"),
        ("http://[0:0::1]/", "[::1]"),
        ("http://[::1]:81/", "[::1]:81"),
        ("http://xn--bcher-kva.example/", "xn--bcher-kva.example"),
    ] {
        assert_eq!(host(url).as_deref(), Some(resource), "{url}");
    }
}

#[test]
fn hosts_that_only_look_allowed_are_refused() {
    for url in [
        "http://example.com@evil.com/",
        "http://example.com:80@evil.com/",
        "http://example.com\\@evil.com/",
        "http://evil.com\\.example.com/",
        "http://ex\u{430}mple.com/",
        "http://example\u{3002}com/",
        "http://ex\tample.com/",
        " http://example.com/",
        "http:///example.com/",
        "http:example.com/",
        "//example.com/",
        "/path",
        "ftp://example.com/",
        "http://example.com./",
        "http://exa%6dple.com/",
        "http://example.com:99999/",
        "http://example.com:/",
        "http://2130706433/",
        "http://127.1/",
        "http://0x7f.0.0.0x1/",
        "http://0177.0.0.1/",
        "http://[::1/",
        "http://[::1%25eth0]/",
        "http://a..b/",
    ] {
        assert_eq!(host(url), None, "{url}");
    }
}

#[test]
fn the_url_that_was_checked_is_the_one_that_is_sent() {
    let examined = of_url("HTTP://EXAMPLE.com:80?q").unwrap();
    let sent: Request = codec::decode(&examined.payload).unwrap();
    assert_eq!(sent.path, "http://example.com/?q");
}

#[test]
fn the_method_of_a_request_is_an_operation_within_it() {
    let examined = |method: &str| {
        let request = Request::new(method, "https://example.com/");
        examine(http::CLIENT_CONTRACT, "PerformRequest", &encoded(&request))
    };
    for method in ["GET", "PROPFIND", "M-SEARCH"] {
        let operation = examined(method).unwrap().operation;
        assert_eq!(operation.as_deref(), Some(method));
        assert_eq!(
            within(http::CLIENT_CONTRACT, method),
            Some("PerformRequest")
        );
    }
    for doubtful in ["get", "Get", "", "GET\r\n", "PerformRequest", "-GET"] {
        assert!(examined(doubtful).is_err(), "{doubtful:?}");
        assert_eq!(within(http::CLIENT_CONTRACT, doubtful), None);
    }
    assert_eq!(within(keyvalue::CONTRACT, "GET"), None);
}

#[test]
fn a_host_header_is_a_resource() {
    let mut request = Request::new("GET", "https://example.com/");
    request.header = BTreeMap::from([("HOST".into(), "Evil.com:443".into())]);
    let sent = encoded(&request);
    let examined = examine(http::CLIENT_CONTRACT, "PerformRequest", &sent).unwrap();
    assert_eq!(examined.resources, ["example.com", "evil.com"]);
}

#[test]
fn the_subject_for_replies_is_a_resource() {
    let mut message = messaging::BrokerMessage {
        subject: "orders.1".into(),
        ..Default::default()
    };
    let subjects = |message: &messaging::BrokerMessage| {
        let examined = examine(messaging::CONTRACT, "Publish", &encoded(message))?;
        Ok::<_, ExamineError>(examined.resources)
    };
    assert_eq!(subjects(&message).unwrap(), ["orders.1"]);
    message.reply_to = "payments.execute".into();
    assert_eq!(
        subjects(&message).unwrap(),
        ["orders.1", "payments.execute"]
    );
    message.reply_to = "inbox.1 9\r\nPUB x".into();
    assert!(subjects(&message).is_err());
}

#[test]
fn subjects_and_containers_that_steer_their_server_are_refused() {
    for subject in ["orders.1 admin.2", "orders.1\r\nPUB x", "orders.\u{a0}1"] {
        let message = messaging::BrokerMessage {
            subject: subject.into(),
            ..Default::default()
        };
        let examined = examine(messaging::CONTRACT, "Publish", &encoded(&message));
        assert!(examined.is_err(), "{subject:?}");
    }
    for container in [
        "public/../secret",
        "public\\..\\secret",
        "..",
        ".",
        "public\0",
    ] {
        let message = blobstore::Blob {
            container: container.into(),
            ..Default::default()
        };
        let examined = examine(blobstore::CONTRACT, "GetObjectInfo", &encoded(&message));
        assert!(examined.is_err(), "{container:?}");
    }
}

fn declared(payload: &[u8]) -> Result<Vec<String>, ExamineError> {
    let members = ["to".to_owned(), "cc".to_owned()];
    let examined = examine_declared(&members, payload)?;
    assert_eq!(examined.payload, payload);
    Ok(examined.resources)
}

#[test]
fn resources_of_own_contracts_stand_in_declared_members_x9() {
    for (payload, resources) in [
        (&b"\x81\xa2to\xa1a"[..], &["a"][..]),
        (b"\x82\xa2cc\x92\xa1b\xa1c\xa2to\xa1a", &["b", "c", "a"]),
        (b"\x82\xa2to\xa1a\xa2cc\xc0", &["a"]),
        (b"\x82\xa2no\x81\xa2to\xa1x\xa2to\xa0", &[""]),
    ] {
        assert_eq!(declared(payload).unwrap(), resources, "{payload:x?}");
    }
}

#[test]
fn messages_that_two_readers_could_take_for_different_ones_have_no_resources_x9() {
    for payload in [
        &b""[..],
        b"\xc0",
        b"\x80",
        b"\x81\xa2no\xa1a",
        b"\x81\xa2to\xc0",
        b"\x81\xa2to\x90",
        b"\x81\xa2to\x07",
        b"\x81\xa2to\xc4\x01a",
        b"\x81\xa2to\xa1\xff",
        b"\x81\xa2to\x91\x07",
        b"\x81\xa2to\x81\xa1a\xa1b",
        b"\x91\xa1a",
        b"\x82\xa2to\xa1a\xa2to\xa1b",
        b"\x82\xa2to\xa1a\xc4\x02to\xa1b",
        b"\x82\xa2to\xa1a\xa2no\x82\xa1x\x01\xa1x\x02",
        b"\x81\xa2to\xa1a\xc0",
        b"\x82\xa2to\xa1a",
    ] {
        assert!(declared(payload).is_err(), "{payload:x?}");
    }
}
