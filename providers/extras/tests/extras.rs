//! Tests of the answers that actors get.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use capwire_contracts::codec;
use capwire_contracts::extras::{GeneratorRequest, GeneratorResult};
use capwire_contracts_suite::Nobody;
use capwire_extras::Extras;
use capwire_provider::{Binding, BindingId, Call, Config, Provider, ProviderError};
use std::collections::HashSet;
use std::sync::Arc;

fn id(actor: &str) -> BindingId {
    BindingId {
        actor: actor.to_owned(),
        name: "default".to_owned(),
    }
}

async fn bind(extras: &Extras, actor: &str) {
    let binding = Binding {
        id: id(actor),
        config: Config::from_iter([("__wascc_name", actor)]),
        actor: Arc::new(Nobody),
    };
    extras.bind(binding).await.unwrap();
}

async fn bound() -> Extras {
    let extras = Extras::new();
    bind(&extras, "MA").await;
    extras
}

async fn ask(
    extras: &Extras,
    actor: &str,
    operation: &str,
    request: GeneratorRequest,
) -> Result<GeneratorResult, ProviderError> {
    let (id, payload) = (id(actor), codec::encode(&request).unwrap());
    let reply = extras.call(Call::new(&id, operation, &payload)).await?;
    Ok(codec::decode(&reply).unwrap())
}

fn random(min: u32, max: u32) -> GeneratorRequest {
    GeneratorRequest {
        random: true,
        min,
        max,
        ..GeneratorRequest::default()
    }
}

async fn next(extras: &Extras, actor: &str) -> u64 {
    let request = GeneratorRequest {
        sequence: true,
        ..GeneratorRequest::default()
    };
    let result = ask(extras, actor, "RequestSequence", request).await;
    result.unwrap().sequence_number
}

#[tokio::test]
async fn guids_are_of_version_4_and_differ() {
    let extras = bound().await;
    let mut seen = HashSet::new();
    for _ in 0..100 {
        let request = GeneratorRequest {
            guid: true,
            ..GeneratorRequest::default()
        };
        let result = ask(&extras, "MA", "RequestGuid", request).await.unwrap();
        let guid = result.guid.unwrap();
        let shape: Vec<usize> = guid.split('-').map(str::len).collect();
        assert_eq!(shape, [8, 4, 4, 4, 12], "{guid}");
        assert_eq!(guid.chars().nth(14), Some('4'), "{guid}");
        assert!("89ab".contains(guid.chars().nth(19).unwrap()), "{guid}");
        assert!(seen.insert(guid));
    }
}

#[tokio::test]
async fn each_actor_counts_for_itself_from_0() {
    let extras = bound().await;
    bind(&extras, "MB").await;
    assert_eq!(next(&extras, "MA").await, 0);
    assert_eq!(next(&extras, "MA").await, 1);
    assert_eq!(next(&extras, "MB").await, 0);
    assert_eq!(next(&extras, "MA").await, 2);
}

#[tokio::test]
async fn random_numbers_are_below_the_bound() {
    let extras = bound().await;
    for _ in 0..100 {
        let result = ask(&extras, "MA", "RequestRandom", random(5, 7)).await;
        assert!((5..7).contains(&result.unwrap().random_number));
    }
}

#[tokio::test]
async fn an_impossible_range_is_an_error_and_the_provider_lives() {
    let extras = bound().await;
    for (min, max) in [(7, 7), (7, 5)] {
        let refused = ask(&extras, "MA", "RequestRandom", random(min, max)).await;
        assert!(matches!(refused, Err(ProviderError::Refused(_))));
    }
    let not_asked = GeneratorRequest::default();
    let result = ask(&extras, "MA", "RequestRandom", not_asked).await;
    assert_eq!(result.unwrap(), GeneratorResult::default());
}

#[tokio::test]
async fn positional_requests_are_answered_under_both_names() {
    let extras = bound().await;
    let id = id("MA");
    let request = b"\x95\xc2\xc3\xc2\x00\x00";
    let call = Call::new(&id, "RequestSequence", request);
    let reply = extras.call(call).await.unwrap();
    let reply: std::collections::BTreeMap<String, Option<u64>> = codec::decode(&reply).unwrap();
    assert_eq!(reply["sequence_number"], Some(0));
    assert_eq!(reply["sequenceNumber"], Some(0));
}

#[tokio::test]
async fn the_messages_of_before_april_2020_are_understood() {
    let extras = bound().await;
    let id = id("MA");
    let ask = |operation, request| extras.call(Call::new(&id, operation, request));
    let guid = ask("RequestGuid", b"\x91\x81\x00\xc0").await.unwrap();
    assert!(guid.starts_with(b"\x91\x81\x00\xd9\x24"), "{guid:x?}");
    let first = ask("RequestSequence", b"\x91\x81\x01\xc0").await.unwrap();
    assert_eq!(first, b"\x91\x81\x01\x00"[..]);
    let random = b"\x91\x81\x02\x92\x05\x06";
    let number = ask("RequestRandom", random).await.unwrap();
    assert_eq!(number, b"\x91\x81\x02\x05"[..]);
    let impossible = b"\x91\x81\x02\x92\x06\x05";
    let refused = ask("RequestRandom", impossible).await;
    assert!(matches!(refused, Err(ProviderError::Refused(_))));
    let other = ask("RequestGuid", b"\x91\x81\x03\xc0").await;
    assert!(matches!(other, Err(ProviderError::BadMessage { .. })));
}

#[tokio::test]
async fn only_bound_actors_are_served() {
    let extras = bound().await;
    let result = ask(&extras, "MB", "RequestSequence", random(0, 1)).await;
    assert!(matches!(result, Err(ProviderError::NotBound)));
    let result = ask(&extras, "MB", "RequestGuid", random(0, 1)).await;
    assert!(matches!(result, Err(ProviderError::NotBound)));
    let result = ask(&extras, "MA", "RequestLuck", random(0, 1)).await;
    assert!(matches!(
        result,
        Err(ProviderError::UnknownOperation { .. })
    ));
}

/// Actors of 2021 send only what an operation needs, and read the value itself.
#[tokio::test]
async fn requests_of_2021_get_the_value_itself_x6() {
    let extras = bound().await;
    let binding = id("MA");
    let ask = async |operation, payload: &[u8]| {
        let reply = extras.call(Call::new(&binding, operation, payload)).await;
        reply.map_err(|error| error.to_string())
    };
    for (number, nothing) in [&b""[..], b"\x80", b"\x90"].into_iter().enumerate() {
        let guid: String = codec::decode(&ask("RequestGuid", nothing).await.unwrap()).unwrap();
        assert_eq!(guid.len(), 36, "{guid}");
        let sequence = ask("RequestSequence", nothing).await.unwrap();
        assert_eq!(codec::decode::<u64>(&sequence).unwrap(), number as u64);
    }
    for range in [&b"\x82\xa3min\x07\xa3max\x08"[..], b"\x92\x07\x08"] {
        let number = ask("RequestRandom", range).await.unwrap();
        assert_eq!(codec::decode::<u32>(&number).unwrap(), 7);
    }
    let error = ask("RequestRandom", b"\x80").await.unwrap_err();
    assert!(error.contains("`guid`"), "{error}");
}
