//! Compares an answer with what a case expects.

use super::cases::Expected;
use crate::cmd::call::{json, show};
use capwire::contracts::{codec, http};
use serde_json::Value;

/// Returns what differs, a line for each difference.
pub(super) fn differences(expected: &Expected, answer: &Result<Vec<u8>, String>) -> Vec<String> {
    match (answer, &expected.error) {
        (Err(error), Some(part)) if error.contains(part) => Vec::new(),
        (Err(error), Some(part)) => vec![format!("expected an error with `{part}`, got: {error}")],
        (Err(error), None) => vec![format!("the call failed: {error}")],
        (Ok(answer), Some(part)) => {
            let answer = show::shown(answer);
            vec![format!(
                "expected an error with `{part}`, got the answer: {answer}"
            )]
        }
        (Ok(answer), None) => in_answer(expected, answer),
    }
}

fn in_answer(expected: &Expected, answer: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    if let Some(payload) = &expected.payload {
        let got = json::from_message_pack(answer).ok();
        let got = got.and_then(|json| serde_json::from_str::<Value>(&json.text).ok());
        match got {
            Some(got) if got == *payload => {}
            Some(got) => found.push(format!("expected the payload {payload}, got {got}")),
            None => {
                let got = show::shown(answer);
                found.push(format!(
                    "expected the payload {payload}, got no MessagePack: {got}"
                ));
            }
        }
    }
    let of_http =
        expected.status.is_some() || expected.body.is_some() || !expected.headers.is_empty();
    if of_http {
        match codec::decode::<http::Response>(answer) {
            Ok(response) => in_response(expected, &response, &mut found),
            Err(_) => found.push(format!(
                "expected an HTTP response, got: {}",
                show::shown(answer)
            )),
        }
    }
    found
}

fn in_response(expected: &Expected, response: &http::Response, found: &mut Vec<String>) {
    if let Some(status) = expected.status
        && status != response.status_code
    {
        found.push(format!(
            "expected the status {status}, got {}",
            response.status_code
        ));
    }
    for (name, value) in &expected.headers {
        match response.header(name) {
            Some(got) if got == value => {}
            Some(got) => found.push(format!(
                "expected the header `{name}: {value}`, got `{name}: {got}`"
            )),
            None => found.push(format!("expected the header `{name}: {value}`, got none")),
        }
    }
    if let Some(body) = &expected.body
        && body.as_bytes() != response.body.as_slice()
    {
        let got = show::shown(&response.body);
        found.push(format!("expected the body {body:?}, got: {got}"));
    }
}
