//! An actor that fails in the ways in which actors in Rust fail, and keeps the names of its
//! functions.
#![forbid(unsafe_code)]

use capwire_actor::prelude::*;

actor! {
    http => serve,
    raw("Panic") => panics,
    raw("Index") => index,
    raw("Deep") => deep,
    raw("Fail") => fail,
}

fn serve(request: http::Request) -> Result<http::Response> {
    let answer = panics(request.body)?;
    Ok(http::Response::ok().with_body(answer))
}

fn panics(payload: Vec<u8>) -> Result<Vec<u8>> {
    count(payload.len());
    Ok(payload)
}

#[inline(never)]
fn count(visits: usize) {
    assert!(visits > 3, "only {visits} visits,\nwhich is not enough");
}

#[inline(never)]
#[expect(clippy::indexing_slicing, reason = "to panic is what it is for")]
fn index(payload: Vec<u8>) -> Result<Vec<u8>> {
    Ok(vec![payload[payload.len()]])
}

/// Recurses as deep as the payload has bytes, and panics there.
fn deep(payload: Vec<u8>) -> Result<Vec<u8>> {
    match payload.split_last() {
        Some((_, rest)) => deep(rest.to_vec()),
        None => panics(payload),
    }
}

fn fail(_: Vec<u8>) -> Result<Vec<u8>> {
    Err(Error::msg("no such visitor"))
}
