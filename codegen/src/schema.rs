//! JSON Schemas of messages, as `capwire call --json` reads and writes them.

use crate::model::{Absent, Contract, Record, RecordName, Type};
use crate::names::{camel, pascal};
use crate::{NOTICE, Output};
use serde_json::{Map, Value, json};

/// Returns a schema for each contract that defines messages.
pub(crate) fn files(contracts: &[Contract]) -> Vec<Output> {
    let with_messages = contracts.iter().filter(|it| !it.records.is_empty());
    let files = with_messages.map(|contract| Output {
        path: format!("contracts/schemas/{}.schema.json", contract.name),
        text: format!("{:#}\n", schema(contract)),
    });
    files.collect()
}

fn schema(contract: &Contract) -> Value {
    let records = contract.records.iter();
    let messages: Map<String, Value> = records
        .map(|record| (pascal(&record.name.name), message(record)))
        .collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$comment": NOTICE,
        "title": contract.id,
        "description": contract.docs,
        "$defs": messages,
    })
}

fn message(record: &Record) -> Value {
    let fields = record.fields.iter();
    let properties: Map<String, Value> = fields
        .clone()
        .map(|field| {
            let mut property = kind(&field.kind, &record.name);
            if let Value::Object(property) = &mut property {
                property.insert("description".to_owned(), field.docs.clone().into());
            }
            (camel(&field.name), property)
        })
        .collect();
    let required = fields.filter(|field| field.absent == Absent::Error);
    let required: Vec<String> = required.map(|field| camel(&field.name)).collect();
    json!({
        "type": "object",
        "description": record.docs,
        "properties": properties,
        "required": required,
    })
}

/// Returns the schema of a type in the message `inside`.
fn kind(of: &Type, inside: &RecordName) -> Value {
    match of {
        Type::Bool => json!({ "type": "boolean" }),
        Type::S32 => json!({ "type": "integer", "minimum": i32::MIN, "maximum": i32::MAX }),
        Type::S64 => json!({ "type": "integer", "minimum": i64::MIN, "maximum": i64::MAX }),
        Type::U32 => json!({ "type": "integer", "minimum": 0, "maximum": u32::MAX }),
        Type::U64 => json!({ "type": "integer", "minimum": 0, "maximum": u64::MAX }),
        Type::Text => json!({ "type": "string" }),
        Type::Bytes => json!({
            "type": "object",
            "properties": { "$bytes": { "type": "string", "contentEncoding": "base64" } },
            "required": ["$bytes"],
        }),
        Type::Texts => json!({ "type": "object", "additionalProperties": { "type": "string" } }),
        Type::List(item) => json!({ "type": "array", "items": kind(item, inside) }),
        Type::Option(item) => json!({ "anyOf": [kind(item, inside), { "type": "null" }] }),
        Type::Value => value(),
        Type::Record(name) => {
            let file = match name.package == inside.package {
                true => String::new(),
                false => format!("{}.schema.json", name.package),
            };
            json!({ "$ref": format!("{file}#/$defs/{}", pascal(&name.name)) })
        }
    }
}

/// Returns the schema of a value of a database.
fn value() -> Value {
    let named = |name: &str, kind: Value| json!({ "type": "object", "properties": { (name): kind }, "required": [name] });
    let text = || json!({ "type": "string" });
    json!({
        "anyOf": [
            { "type": ["null", "boolean", "number", "string"] },
            named("$bytes", json!({ "type": "string", "contentEncoding": "base64" })),
            named("timestamp", json!({ "type": "integer" })),
            named("uuid", text()),
            named("json", text()),
        ],
    })
}
