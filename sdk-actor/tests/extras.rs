//! An actor's requests to the generator, and the answers.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]
#![forbid(unsafe_code)]

use capwire_actor::codec;
use capwire_actor::contracts::extras::{CONTRACT, GeneratorRequest, GeneratorResult};
use capwire_actor::prelude::*;
use capwire_actor::testing::FakeHost;

fn host(operation: &str, result: &GeneratorResult) -> FakeHost {
    FakeHost::new().respond(CONTRACT, operation, result)
}

fn asked(host: &FakeHost) -> GeneratorRequest {
    codec::decode(&host.calls().first().unwrap().payload).unwrap()
}

#[test]
fn extras_request_a_guid() {
    let result = GeneratorResult {
        guid: Some("0b7e".to_owned()),
        ..GeneratorResult::default()
    };
    let host = host("RequestGuid", &result);
    assert_eq!(host.run(|| extras::default().guid()).unwrap(), "0b7e");
    assert!(asked(&host).guid);
}

#[test]
fn an_answer_without_a_guid_is_an_error() {
    let host = host("RequestGuid", &GeneratorResult::default());
    let error = host.run(|| extras::default().guid()).unwrap_err();
    assert!(error.to_string().contains("RequestGuid"), "{error}");
}

#[test]
fn extras_request_a_random_number() {
    let result = GeneratorResult {
        random_number: 6,
        ..GeneratorResult::default()
    };
    let host = host("RequestRandom", &result);
    assert_eq!(host.run(|| extras::default().random(5..9)).unwrap(), 6);
    let GeneratorRequest {
        random, min, max, ..
    } = asked(&host);
    assert_eq!((random, min, max), (true, 5, 9));
}

#[test]
fn extras_request_the_next_number_of_a_sequence() {
    let result = GeneratorResult {
        sequence_number: u64::MAX,
        ..GeneratorResult::default()
    };
    let host = host("RequestSequence", &result);
    assert_eq!(
        host.run(|| extras::named("ids").sequence()).unwrap(),
        u64::MAX
    );
    assert!(asked(&host).sequence);
    assert_eq!(host.calls().first().unwrap().binding, "ids");
}
