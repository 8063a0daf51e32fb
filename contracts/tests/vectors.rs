//! The encoding of each message by the codec of 2020, byte for byte.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "tests"
)]

use capwire_contracts::blobstore::{FileChunk, StreamRequest};
use capwire_contracts::codec::{decode, encode, encode_universal};
use capwire_contracts::core::{CapabilityConfiguration, Direction, HealthRequest};
use capwire_contracts::eventstreams::{Event, StreamQuery, TimeRange};
use capwire_contracts::extras::GeneratorRequest;
use capwire_contracts::http::{Request, Response};
use capwire_contracts::keyvalue::{
    AddRequest, AddResponse, CountResponse, GetResponse, RangeRequest, SetRequest,
};
use capwire_contracts::logging::WriteLogRequest;
use capwire_contracts::messaging::{BrokerMessage, RequestMessage};
use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::collections::BTreeMap;
use std::fmt::Debug;

#[track_caller]
fn is<T: Serialize + DeserializeOwned + PartialEq + Debug>(message: &T, hex: &str) {
    assert_eq!(HEXLOWER.encode(&encode(message).unwrap()), hex);
    let bytes = HEXLOWER.decode(hex.as_bytes()).unwrap();
    assert_eq!(&decode::<T>(&bytes).unwrap(), message);
}

fn k_v() -> BTreeMap<String, String> {
    BTreeMap::from([("k".to_owned(), "v".to_owned())])
}

#[test]
fn http_messages_have_the_recorded_bytes() {
    is(
        &Request::new("GET", "/foo?a=1")
            .with_header("k", "v")
            .with_body([1, 2, 3]),
        "85a66d6574686f64a3474554a470617468a42f666f6fab7175657279537472696e67a3613d31a668656164657281a16ba176a4626f6479c403010203",
    );
    is(
        &Response::ok().with_header("k", "v").with_body([1, 2, 3]),
        "84aa737461747573436f6465ccc8a6737461747573a24f4ba668656164657281a16ba176a4626f6479c403010203",
    );
}

/// Actors in AssemblyScript and TinyGo read only signed formats into a signed field.
#[test]
fn signed_fields_are_written_in_signed_formats_g3() {
    for (value, bytes) in [
        (i32::MIN, "d280000000"),
        (-129, "d1ff7f"),
        (-128, "d080"),
        (-32, "e0"),
        (127, "7f"),
        (128, "d10080"),
        (i32::from(i16::MAX), "d17fff"),
        (32_768, "d200008000"),
        (i32::MAX, "d27fffffff"),
    ] {
        is(&AddResponse { value }, &format!("81a576616c7565{bytes}"));
        let universal = encode_universal(&CountResponse { new_count: value }).unwrap();
        let both = format!("82a86e6577436f756e74{bytes}a96e65775f636f756e74{bytes}");
        assert_eq!(HEXLOWER.encode(&universal), both);
    }
    let request = RequestMessage {
        timeout: 1 << 40,
        ..RequestMessage::default()
    };
    let bytes = HEXLOWER.encode(&encode(&request).unwrap());
    assert!(bytes.ends_with("d30000010000000000"), "{bytes}");
}

/// Values that no message of this crate has, but messages of other authors.
#[test]
fn every_kind_of_value_is_written_and_read() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    enum Shape {
        Nothing,
        Newtype(char),
        Tuple(u8, f32),
        Struct { a: Option<f64>, b: () },
    }
    for shape in [
        Shape::Nothing,
        Shape::Newtype('\u{e9}'),
        Shape::Tuple(200, 1.5),
        Shape::Struct {
            a: Some(-0.5),
            b: (),
        },
    ] {
        for bytes in [encode(&shape), encode_universal(&shape)] {
            assert_eq!(decode::<Shape>(&bytes.unwrap()).unwrap(), shape);
        }
    }
    struct Odd;
    impl Serialize for Odd {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_seq((0..300).filter(|number| number % 2 == 1))
        }
    }
    let odd: Vec<u32> = decode(&encode(&Odd).unwrap()).unwrap();
    assert_eq!((odd.len(), odd[149]), (150, 299));
}

#[test]
fn keyvalue_messages_have_the_recorded_bytes() {
    is(
        &AddRequest {
            key: "k".into(),
            value: 1,
        },
        "82a36b6579a16ba576616c756501",
    );
    is(&AddResponse { value: -2 }, "81a576616c7565fe");
    is(
        &SetRequest {
            key: "counter1".into(),
            value: "12".into(),
            expires: 100,
        },
        "83a36b6579a8636f756e74657231a576616c7565a23132a76578706972657364",
    );
    is(
        &GetResponse {
            value: "v".into(),
            exists: true,
        },
        "82a576616c7565a176a6657869737473c3",
    );
    is(
        &RangeRequest {
            key: "k".into(),
            start: 0,
            stop: -1,
        },
        "83a36b6579a16ba5737461727400a473746f70ff",
    );
    is(&CountResponse { new_count: 1 }, "81a86e6577436f756e7401");
}

#[test]
fn messaging_messages_have_the_recorded_bytes() {
    is(
        &BrokerMessage {
            subject: "s".into(),
            reply_to: String::new(),
            body: vec![1],
        },
        "83a77375626a656374a173a77265706c79546fa0a4626f6479c40101",
    );
    is(
        &RequestMessage {
            subject: "user.profile.175".into(),
            body: b"raw query bytes".to_vec(),
            timeout: 100,
        },
        "83a77375626a656374b0757365722e70726f66696c652e313735a4626f6479c40f726177207175657279206279746573a774696d656f757464",
    );
}

#[test]
fn logging_messages_have_the_recorded_bytes() {
    is(
        &WriteLogRequest {
            level: 4,
            body: "This is a debug message".into(),
        },
        "82a56c6576656c04a4626f6479b7546869732069732061206465627567206d657373616765",
    );
}

#[test]
fn blobstore_messages_have_the_recorded_bytes() {
    is(
        &FileChunk {
            sequence_no: 5,
            container: "container".into(),
            id: "blob".into(),
            total_bytes: 53400,
            chunk_size: 1024,
            context: None,
            chunk_bytes: vec![1, 2, 3, 4, 5],
        },
        "86aa73657175656e63654e6f05a9636f6e7461696e6572a9636f6e7461696e6572a26964a4626c6f62aa746f74616c4279746573cdd098a96368756e6b53697a65cd0400aa6368756e6b4279746573c4050102030405",
    );
    is(
        &StreamRequest {
            id: "i".into(),
            container: "c".into(),
            chunk_size: 100,
            context: None,
        },
        "83a26964a169a9636f6e7461696e6572a163a96368756e6b53697a6564",
    );
}

#[test]
fn eventstreams_messages_have_the_recorded_bytes() {
    is(
        &Event {
            event_id: String::new(),
            stream: "s".into(),
            values: k_v(),
        },
        "83a76576656e744964a0a673747265616da173a676616c75657381a16ba176",
    );
    is(
        &StreamQuery {
            stream_id: "stream1".into(),
            range: Some(TimeRange {
                min_time: 0,
                max_time: 1000,
            }),
            count: 42,
        },
        "83a873747265616d4964a773747265616d31a572616e676582a76d696e54696d6500a76d617854696d65cd03e8a5636f756e742a",
    );
}

#[test]
fn extras_messages_have_the_recorded_bytes() {
    is(
        &GeneratorRequest {
            guid: true,
            ..GeneratorRequest::default()
        },
        "85a467756964c3a873657175656e6365c2a672616e646f6dc2a36d696e00a36d617800",
    );
}

#[test]
fn core_messages_have_the_recorded_bytes() {
    is(&HealthRequest::default(), "81ab706c616365686f6c646572c2");
    is(
        &CapabilityConfiguration {
            module: "M".into(),
            values: k_v(),
        },
        "82a66d6f64756c65a14da676616c75657381a16ba176",
    );
    is(&Direction::ToActor, "8100c0");
}
