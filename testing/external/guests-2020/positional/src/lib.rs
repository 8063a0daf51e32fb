//! A counter that speaks the positional messages of before April 2020.
#![forbid(unsafe_code)]

use serde_json::{json, Value};
use std::collections::HashMap;
use wapc_guest::prelude::CallResult;
use wapc_guest::{host_call, wapc_handler};
use wascc_codec::extras::{
    GeneratorRequest, GeneratorRequestType, GeneratorResult, GeneratorResultType, OP_REQUEST_GUID,
    OP_REQUEST_RANDOM, OP_REQUEST_SEQUENCE,
};
use wascc_codec::http::{Request, Response, OP_HANDLE_REQUEST};
use wascc_codec::keyvalue::{
    AddRequest, AddResponse, ListPushRequest, ListResponse, OP_ADD, OP_PUSH,
};
use wascc_codec::logging::{WriteLogRequest, OP_LOG};
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
    log(format!("{} {}", request.method, request.path));
    let answer = json!({
        "counter": count(request.path)?,
        "queries": remember(request.query_string)?,
        "guid": generate(OP_REQUEST_GUID, GeneratorRequestType::Guid)?,
        "random": generate(OP_REQUEST_RANDOM, GeneratorRequestType::RandomNumber(10, 12))?,
        "sequence": generate(OP_REQUEST_SEQUENCE, GeneratorRequestType::SequenceNumber)?,
        "body": request.body,
    });
    let response = Response {
        header: HashMap::from([("x-old".to_owned(), "1".to_owned())]),
        ..Response::json(answer, 200, "OK")
    };
    serialize(response).map_err(|error| error.to_string().into())
}

fn log(body: String) {
    let line = WriteLogRequest { level: 3, body };
    let line = serialize(line).unwrap_or_default();
    let _ = host_call("default", "wascc:logging", OP_LOG, &line);
}

fn count(path: String) -> Result<i32, Failure> {
    let key = path.replace('/', ":");
    let counter: AddResponse = call("wascc:keyvalue", OP_ADD, AddRequest { key, value: 1 })?;
    Ok(counter.value)
}

fn remember(value: String) -> Result<i32, Failure> {
    let key = "queries".to_owned();
    let list: ListResponse = call("wascc:keyvalue", OP_PUSH, ListPushRequest { key, value })?;
    Ok(list.new_count)
}

fn generate(operation: &str, typ: GeneratorRequestType) -> Result<Value, Failure> {
    let result: GeneratorResult = call("wascc:extras", operation, GeneratorRequest { typ })?;
    Ok(match result.value {
        GeneratorResultType::Guid(guid) => json!(guid),
        GeneratorResultType::SequenceNumber(number) => json!(number),
        GeneratorResultType::RandomNumber(number) => json!(number),
    })
}

fn call<M, R>(contract: &str, operation: &str, message: M) -> Result<R, Failure>
where
    M: serde::Serialize,
    R: serde::de::DeserializeOwned,
{
    let message = serialize(message).map_err(|error| error.to_string())?;
    let reply =
        host_call("default", contract, operation, &message).map_err(|error| error.to_string())?;
    read(&reply)
}

fn read<M: serde::de::DeserializeOwned>(bytes: &[u8]) -> Result<M, Failure> {
    deserialize(bytes).map_err(|error| error.to_string().into())
}
