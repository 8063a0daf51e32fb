//! A counter written with the actor library of 2020: key-value, logging and extras in one request.
#![forbid(unsafe_code)]

use serde_json::json;
use wascc_actor::prelude::*;

actor_handlers! {
    codec::http::OP_HANDLE_REQUEST => count,
    codec::core::OP_HEALTH_REQUEST => health
}

fn count(request: codec::http::Request) -> HandlerResult<codec::http::Response> {
    log::info!("{} {}", request.method, request.path);
    let key = request.path.replace('/', ":");
    let counter = keyvalue::default().atomic_add(&key, 1)?;
    let extras = extras::default();
    let answer = json!({
        "counter": counter,
        "guid": extras.get_guid()?,
        "random": extras.get_random(10, 12)?,
        "sequence": extras.get_sequence_number()?,
        "body": request.body,
    });
    Ok(codec::http::Response::json(answer, 200, "OK"))
}

fn health(_: codec::core::HealthRequest) -> HandlerResult<()> {
    Ok(())
}
