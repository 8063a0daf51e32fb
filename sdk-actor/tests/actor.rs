//! An actor as its host sees it.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "tests"
)]
#![forbid(unsafe_code)]

mod serving;

use capwire_actor::codec;
use capwire_actor::contracts::core::{HealthRequest, OP_HEALTH_REQUEST};
use capwire_actor::prelude::*;
use capwire_actor::testing::{FakeHost, HostCall};

actor! {
    http => page,
    op("Sum") => sum,
    op("Ask") => ask,
    op("Parse") => parse,
    op("Log") => log,
    raw("Reverse") => reverse,
}

fn page(request: http::Request) -> Result<http::Response> {
    match &*request.path {
        "/json" => http::Response::json(&request.json::<Vec<u32>>()?),
        "/text" => Ok(http::Response::text("hello").with_status(203)),
        _ => Ok(http::Response::not_found()),
    }
}

fn sum(numbers: Vec<i64>) -> Result<i64> {
    Ok(numbers.iter().sum())
}

fn ask(numbers: Vec<i64>) -> Result<i64> {
    Ok(actor("MADDER").call("Sum", &numbers)?)
}

fn parse(text: String) -> Result<u8> {
    Ok(text.parse()?)
}

fn log(line: String) -> Result<()> {
    console_log!("<{line}>");
    Ok(())
}

fn reverse(mut bytes: Vec<u8>) -> Result<Vec<u8>> {
    bytes.reverse();
    Ok(bytes)
}

fn health(actor: &capwire_actor::Actor) -> Result<()> {
    FakeHost::new().call(actor, OP_HEALTH_REQUEST, &HealthRequest::default())
}

#[test]
fn http_requests_reach_their_handler() {
    let host = FakeHost::new();
    let get = |path| {
        let request = http::Request::new("GET", path).with_body("[1,2]");
        host.http(&ACTOR, request).unwrap()
    };
    let json = get("/json");
    assert_eq!(json.body, b"[1,2]");
    assert_eq!(json.header("Content-Type"), Some("application/json"));
    assert_eq!((get("/text").status_code, get("/").status_code), (203, 404));
}

#[test]
fn a_body_that_is_not_json_is_an_error_that_says_so() {
    let request = http::Request::new("POST", "/json").with_body("{");
    let error = FakeHost::new().http(&ACTOR, request).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("cannot read the request's body as JSON: "),
        "{error}"
    );
}

#[test]
fn typed_handlers_speak_messagepack() {
    let sum = FakeHost::new().call::<_, i64>(&ACTOR, "Sum", &[1, 2]);
    assert_eq!(sum.unwrap(), 3);
}

#[test]
fn raw_handlers_see_any_bytes() {
    let host = FakeHost::new();
    let all: Vec<u8> = (0..=255).collect();
    let reversed: Vec<u8> = (0..=255).rev().collect();
    assert_eq!(host.call_raw(&ACTOR, "Reverse", all).unwrap(), reversed);
    assert_eq!(host.call_raw(&ACTOR, "Reverse", []).unwrap(), b"");
}

#[test]
fn an_actor_is_well_unless_it_says_otherwise() {
    health(&ACTOR).unwrap();

    static ILL: capwire_actor::Actor =
        capwire_actor::Actor::new(&[(OP_HEALTH_REQUEST, |_| Err(Error::msg("ill")))]);
    assert_eq!(health(&ILL).unwrap_err().to_string(), "ill");
}

#[test]
fn the_health_handler_of_the_macro_replaces_the_default() {
    mod ill {
        use capwire_actor::contracts::core::HealthRequest;
        use capwire_actor::prelude::*;

        actor! { health => check }

        fn check(_: HealthRequest) -> Result<()> {
            Err(Error::msg("ill"))
        }
    }
    assert_eq!(health(&ill::ACTOR).unwrap_err().to_string(), "ill");
}

#[test]
fn an_unknown_operation_is_named_with_the_known_ones() {
    let error = FakeHost::new().call_raw(&ACTOR, "Sun", []).unwrap_err();
    let text = error.to_string();
    assert!(text.contains("`Sun`") && text.contains("Sum"), "{text}");
}

#[test]
fn a_payload_that_is_not_the_message_is_an_error() {
    let host = FakeHost::new();
    let error = host.call_raw(&ACTOR, "HandleRequest", []).unwrap_err();
    assert!(error.to_string().contains("empty"), "{error}");
    let error = host.call_raw(&ACTOR, "Sum", [0xc1]).unwrap_err();
    assert!(
        error.to_string().contains("not the expected message"),
        "{error}"
    );
}

#[test]
fn any_error_becomes_the_text_of_the_answer() {
    let error = FakeHost::new().call::<_, u8>(&ACTOR, "Parse", "256");
    let text = error.unwrap_err().to_string();
    assert_eq!(text, "number too large to fit in target type");
}

#[test]
fn logged_lines_reach_the_host() {
    let host = FakeHost::new();
    host.call::<_, ()>(&ACTOR, "Log", "hi").unwrap();
    assert_eq!(host.console(), ["<hi>"]);
}

#[test]
fn actors_call_each_other() {
    let host = FakeHost::new().actor("MADDER", &ACTOR);
    assert_eq!(host.call::<_, i64>(&ACTOR, "Ask", &[2, 3]).unwrap(), 5);
    let call = HostCall {
        binding: "default".into(),
        namespace: "MADDER".into(),
        operation: "Sum".into(),
        payload: codec::encode(&[2, 3]).unwrap(),
    };
    assert_eq!(host.calls(), [call]);
}

#[test]
fn a_refused_call_says_who_was_asked_for_what_and_why() {
    let host = FakeHost::new().refuse("MADDER", "Sum", "not today");
    let error = host.call::<_, i64>(&ACTOR, "Ask", &[1]).unwrap_err();
    assert_eq!(error.to_string(), "Sum of MADDER: not today");
}

#[test]
fn an_answer_of_the_wrong_shape_is_an_error_and_no_panic() {
    let host = FakeHost::new().respond("MADDER", "Sum", "three");
    let error = host.call::<_, i64>(&ACTOR, "Ask", &[1]).unwrap_err();
    let text = error.to_string();
    assert!(
        text.starts_with("cannot read the answer to Sum of MADDER: "),
        "{text}"
    );
}

#[test]
fn a_host_call_without_a_script_is_an_error_with_the_remedy() {
    let error = FakeHost::new().call::<_, i64>(&ACTOR, "Ask", &[1]);
    let text = error.unwrap_err().to_string();
    assert!(text.contains("FakeHost::respond"), "{text}");
}

#[test]
fn the_last_script_for_an_operation_counts() {
    let host = FakeHost::new()
        .actor("MADDER", &ACTOR)
        .respond("MADDER", "Sum", &1)
        .respond("MADDER", "Sum", &2);
    assert_eq!(host.call::<_, i64>(&ACTOR, "Ask", &[7]).unwrap(), 2);
}

#[test]
fn host_calls_outside_of_a_fake_host_fail() {
    let get = || keyvalue::default().get("k");
    FakeHost::new().run(get).unwrap();
    let error = get().unwrap_err();
    assert!(error.to_string().contains("FakeHost::run"), "{error}");
}

#[test]
fn a_fake_host_may_run_inside_another() {
    let (outer, inner) = (FakeHost::new(), FakeHost::new());
    outer.run(|| {
        inner.run(|| console_log!("in"));
        console_log!("out");
    });
    assert_eq!(
        (inner.console(), outer.console()),
        (vec!["in".to_owned()], vec!["out".to_owned()])
    );
}
