//! The forms that the decoder accepts, and those that it refuses.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

use capwire_contracts::codec::{DecodeError, decode, encode};
use capwire_contracts::core::{
    CapabilityDescriptor, Direction, HealthRequest, OperationDescriptor,
};
use capwire_contracts::http::{Request, Response};
use capwire_contracts::keyvalue::{AddRequest, ItemRequest, KeysRequest, SetRequest};
use capwire_contracts::messaging::BrokerMessage;
use capwire_contracts::{blobstore, keyvalue};
use serde::Serialize;
use std::collections::BTreeMap;

fn request() -> Request {
    Request::new("GET", "/foo?a=1")
        .with_header("k", "v")
        .with_body([1, 200])
}

fn headers() -> BTreeMap<&'static str, &'static str> {
    BTreeMap::from([("k", "v")])
}

#[test]
fn a_positional_array_of_2020_march_is_a_request() {
    let old = ("GET", "/foo", "a=1", headers(), vec![1u8, 200]);
    assert_eq!(decode::<Request>(&encode(&old).unwrap()), Ok(request()));
}

#[test]
fn a_positional_array_may_be_shorter_or_longer() {
    let shorter = encode(&("GET", "/foo", "a=1")).unwrap();
    assert_eq!(
        decode::<Request>(&shorter),
        Ok(Request::new("GET", "/foo?a=1"))
    );
    let longer = encode(&("k", 1, "new", ["fields"])).unwrap();
    assert_eq!(decode::<AddRequest>(&longer).unwrap().value, 1);
}

#[test]
fn a_map_may_carry_old_and_new_names_at_once() {
    #[derive(Serialize)]
    struct Superset {
        method: &'static str,
        path: &'static str,
        query_string: &'static str,
        #[serde(rename = "queryString")]
        camel: &'static str,
        header: BTreeMap<&'static str, &'static str>,
        body: Vec<u8>,
    }
    let superset = Superset {
        method: "GET",
        path: "/foo",
        query_string: "a=1",
        camel: "a=1",
        header: headers(),
        body: vec![1, 200],
    };
    assert_eq!(
        decode::<Request>(&encode(&superset).unwrap()),
        Ok(request())
    );
}

#[test]
fn names_in_snake_case_are_known() {
    #[derive(Serialize)]
    struct Snake {
        status: &'static str,
        status_code: u32,
    }
    let snake = Snake {
        status: "Gone",
        status_code: 410,
    };
    let response: Response = decode(&encode(&snake).unwrap()).unwrap();
    assert_eq!((response.status_code, &*response.status), (410, "Gone"));
}

#[test]
fn unknown_keys_of_any_type_are_ignored() {
    let map = b"\x84\xa3new\x91\xc0\x07\xa1x\xa3key\xa1k\xa5value\x05";
    assert_eq!(decode::<AddRequest>(map).unwrap().value, 5);
}

#[test]
fn keys_and_values_that_are_no_field_of_ours_are_skipped() {
    let others: [&[u8]; 6] = [
        b"\x01\xcb\x3f\xf0\x00\x00\x00\x00\x00\x00",
        b"\xff\xc3",
        b"\xc0\xd4\x01\x02",
        b"\x91\x01\xc7\x03\x05abc",
        b"\xa1x\x82\x01\x02\xa1y\xc4\x01z",
        b"\xa1x\x93\xcd\x01\x00\xa1y\xca\x00\x00\x00\x00",
    ];
    for other in others {
        let map = [b"\x83\xa3key\xa1k", other, b"\xa5value\x05"].concat();
        assert_eq!(decode::<AddRequest>(&map).unwrap().value, 5, "{other:x?}");
    }
}

#[test]
fn a_field_of_another_type_is_a_mismatch() {
    let values: [&[u8]; 6] = [
        b"\xc0",
        b"\xc2",
        b"\xca\x00\x00\x00\x00",
        b"\xa11",
        b"\x91\x01",
        b"\x80",
    ];
    for value in values {
        let map = [b"\x82\xa3key\xa1k\xa5value", value].concat();
        let error = decode::<AddRequest>(&map).unwrap_err();
        assert!(
            error.to_string().contains("fits i32"),
            "{value:x?}: {error}"
        );
    }
    let bodies: [&[u8]; 3] = [b"\x91\xcd\x01\x00", b"\x91\xff", b"\x05"];
    for body in bodies {
        let map = [b"\x82\xa7subject\xa1s\xa4body", body].concat();
        let error = decode::<BrokerMessage>(&map).unwrap_err();
        assert!(
            error.to_string().contains("expected bytes"),
            "{body:x?}: {error}"
        );
    }
}

#[test]
fn bytes_that_are_not_utf8_are_no_text() {
    let error = decode::<AddRequest>(b"\x82\xa3key\xa1\xff\xa5value\x01").unwrap_err();
    assert!(matches!(error, DecodeError::Mismatch(_)), "{error}");
}

#[test]
fn assemblyscript_says_item_instead_of_value() {
    let map = b"\x82\xa3key\xa1k\xa4item\xa1v";
    assert_eq!(decode::<ItemRequest>(map).unwrap().value, "v");
}

#[test]
fn assemblyscript_says_nil_instead_of_no_reply() {
    let map = b"\x83\xa7subject\xa1s\xa7replyTo\xc0\xa4body\xc4\x00";
    assert_eq!(decode::<BrokerMessage>(map).unwrap().reply_to, "");
}

#[test]
fn bytes_may_be_numbers_or_text_even_if_it_is_no_utf8() {
    let forms: [&[u8]; 4] = [
        b"\xc4\x02\xffA",
        b"\x92\xcc\xff\x41",
        b"\x92\xd1\x00\xff\x41",
        b"\xa2\xffA",
    ];
    for body in forms {
        let message = [b"\x82\xa7subject\xa1s\xa4body", body].concat();
        let read: BrokerMessage = decode(&message).unwrap();
        assert_eq!(read.body, b"\xffA", "{body:x?}");
    }
}

#[test]
fn bytes_after_a_message_are_ignored() {
    let bytes = [encode(&HealthRequest::default()).unwrap(), vec![0xc1, 0]].concat();
    assert_eq!(decode(&bytes), Ok(HealthRequest::default()));
}

#[test]
fn an_expiry_may_be_left_out() {
    let map = b"\x82\xa3key\xa1k\xa5value\xa1v";
    assert_eq!(decode::<SetRequest>(map).unwrap().expires, 0);
}

#[test]
fn a_direction_reads_as_any_peer_writes_it() {
    let writings: [&[u8]; 5] = [
        b"\x81\x02\xc0",
        b"\x02",
        b"\xa4both",
        b"\xa4Both",
        b"\x81\xa4both\xc0",
    ];
    for bytes in writings {
        assert_eq!(decode(bytes), Ok(Direction::Both), "{bytes:x?}");
    }
    assert!(decode::<Direction>(b"\x03").is_err());
    assert!(decode::<Direction>(b"\x80").is_err());
}

#[test]
fn a_descriptor_has_names_in_snake_case() {
    let descriptor = CapabilityDescriptor::new(keyvalue::CONTRACT, "kv", keyvalue::OPERATIONS);
    let bytes = encode(&descriptor).unwrap();
    let has = |key: &[u8]| bytes.windows(key.len()).any(|window| window == key);
    assert!(has(b"\xb0long_description") && has(b"\xb4supported_operations"));
    assert_eq!(decode(&bytes), Ok(descriptor));
}

#[test]
fn a_direction_may_not_be_missing() {
    let error = decode::<OperationDescriptor>(b"\x82\xa4name\xa1n\xa7doctext\xa1d").unwrap_err();
    assert!(error.to_string().contains("direction"), "{error}");
}

#[test]
fn an_absent_context_is_not_written() {
    let chunk = blobstore::StreamRequest::default();
    let bytes = encode(&chunk).unwrap();
    assert_eq!(bytes[0], 0x83);
    let with = blobstore::StreamRequest {
        context: Some("c".into()),
        ..chunk
    };
    assert_eq!(encode(&with).unwrap()[0], 0x84);
}

#[test]
fn an_empty_payload_has_an_error_of_its_own() {
    assert_eq!(decode::<HealthRequest>(&[]), Err(DecodeError::Empty));
}

#[test]
fn a_missing_field_is_named() {
    let error = decode::<Request>(b"\x81\xa6method\xa3GET").unwrap_err();
    assert!(error.to_string().contains("path"), "{error}");
    let error = decode::<Request>(b"\x91\xa3GET").unwrap_err();
    assert!(error.to_string().contains("path"), "{error}");
}

#[test]
fn every_cut_of_a_message_is_truncated() {
    let bytes = encode(&request()).unwrap();
    for end in 1..bytes.len() {
        assert_eq!(
            decode::<Request>(&bytes[..end]),
            Err(DecodeError::Truncated),
            "cut at {end}"
        );
    }
}

#[test]
fn a_counter_out_of_range_is_a_mismatch() {
    let map = b"\x82\xa3key\xa1k\xa5value\xce\xff\xff\xff\xff";
    assert!(matches!(
        decode::<AddRequest>(map),
        Err(DecodeError::Mismatch(_))
    ));
}

#[test]
fn nesting_is_bounded_in_ignored_fields() {
    let unknown = [&b"\x81\xa1x"[..], &[0x91; 10_000], b"\xc0"].concat();
    assert_eq!(decode::<HealthRequest>(&unknown), Err(DecodeError::TooDeep));
}

#[test]
fn maps_with_repeated_keys_are_bounded() {
    let response = |entries: u16| {
        let head = [
            &b"\x83\xaastatusCode\x01\xa6status\xa0\xa6header\xde"[..],
            &entries.to_be_bytes(),
        ]
        .concat();
        decode::<Response>(&[head, b"\xa1k\xa0".repeat(entries.into())].concat())
    };
    assert_eq!(response(10_000).unwrap().header.len(), 1);
    let error = response(10_001).unwrap_err();
    assert!(error.to_string().contains("10000 texts"), "{error}");
}

#[test]
fn a_length_beyond_the_end_of_a_message_is_truncated() {
    let keys = b"\x81\xa4keys\xdd\xff\xff\xff\xff\xa1k";
    assert_eq!(decode::<KeysRequest>(keys), Err(DecodeError::Truncated));
    let numbers = b"\x82\xa7subject\xa1s\xa4body\xdd\xff\xff\xff\xff\x01";
    assert_eq!(
        decode::<BrokerMessage>(numbers),
        Err(DecodeError::Truncated)
    );
    let binary = b"\x82\xa7subject\xa1s\xa4body\xc6\xff\xff\xff\xff\x01";
    assert_eq!(decode::<BrokerMessage>(binary), Err(DecodeError::Truncated));
    let map = b"\xdf\xff\xff\xff\xff\xa6method\xa3GET";
    assert_eq!(decode::<Request>(map), Err(DecodeError::Truncated));
}

#[test]
fn a_mismatch_error_shows_part_of_a_long_message_without_control_characters() {
    let said = |bytes: &[u8]| match decode::<Response>(bytes) {
        Err(DecodeError::Mismatch(text)) => text,
        other => panic!("{other:?}"),
    };
    let long = encode(&BTreeMap::from([("statusCode", "é\x1b".repeat(10_000))])).unwrap();
    let said = said(&long);
    assert!(said.contains("é") && said.ends_with("fits u32"), "{said}");
    assert!(said.len() < 1_000 && !said.contains('\x1b'), "{said}");
}

#[test]
fn an_unknown_variant_error_shows_no_control_characters() {
    let error = decode::<Direction>(&encode("\x1b[2J").unwrap()).unwrap_err();
    assert!(!error.to_string().contains('\x1b'), "{error}");
}
