//! A counter that speaks the positional messages of before April 2020.
#![forbid(unsafe_code)]

use serde_json::json;
use std::collections::HashMap;
use wapc_guest::prelude::CallResult;
use wapc_guest::{host_call, wapc_handler};
use wascc_codec::http::{Request, Response, OP_HANDLE_REQUEST};
use wascc_codec::keyvalue::{
    AddRequest, AddResponse, ListPushRequest, ListResponse, OP_ADD, OP_PUSH,
};
use wascc_codec::{deserialize, serialize};

type Failure = Box<dyn std::error::Error + Send + Sync>;

wapc_handler!(handle);

fn handle(operation: &str, message: &[u8]) -> CallResult {
    match operation {
        OP_HANDLE_REQUEST => answer(read(message)?),
        _ => Err("bad dispatch".into()),
    }
}

fn answer(request: Request) -> CallResult {
    let counter: AddResponse = store(
        OP_ADD,
        AddRequest {
            key: request.path.replace('/', ":"),
            value: 1,
        },
    )?;
    let list: ListResponse = store(
        OP_PUSH,
        ListPushRequest {
            key: "queries".to_owned(),
            value: request.query_string,
        },
    )?;
    let answer = json!({
        "counter": counter.value,
        "queries": list.new_count,
        "body": request.body,
    });
    let response = Response {
        header: HashMap::from([("x-old".to_owned(), "1".to_owned())]),
        ..Response::json(answer, 200, "OK")
    };
    serialize(response).map_err(|error| error.to_string().into())
}

fn store<M, R>(operation: &str, message: M) -> Result<R, Failure>
where
    M: serde::Serialize,
    R: serde::de::DeserializeOwned,
{
    let message = serialize(message).map_err(|error| error.to_string())?;
    let reply = host_call("default", "wascc:keyvalue", operation, &message)
        .map_err(|error| error.to_string())?;
    read(&reply)
}

fn read<M: serde::de::DeserializeOwned>(bytes: &[u8]) -> Result<M, Failure> {
    deserialize(bytes).map_err(|error| error.to_string().into())
}
