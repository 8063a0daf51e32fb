//! Messages, clients and handlers for C.

use crate::NOTICE;
use crate::Output;
use crate::model::{Absent, Contract, Field, Operation, Record, RecordName, Response, Type};
use crate::names::{camel, pascal, snake};
use crate::shape::{Parameters, Shape};
use std::collections::BTreeSet;

/// Returns a header for each contract.
pub(crate) fn files(contracts: &[Contract]) -> Vec<Output> {
    let shape = Shape::new(contracts);
    let files = contracts.iter().map(|contract| Output {
        path: format!(
            "sdks/c/include/capwire/contracts/{}.h",
            snake(&contract.name)
        ),
        text: header(contract, &shape),
    });
    files.collect()
}

fn header(contract: &Contract, shape: &Shape<'_>) -> String {
    let guard = format!("CAPWIRE_CONTRACTS_{}_H", upper(&contract.name));
    let docs = contract.docs.replace('\n', "\n * ");
    let mut text = format!(
        "/* `{}`. {NOTICE}\n *\n * {docs} */\n#ifndef {guard}\n#define {guard}\n\n{}\n#ifdef __cplusplus\nextern \"C\" {{\n#endif\n",
        contract.id,
        includes(contract)
    );
    for record in &contract.records {
        let list = Type::List(Box::new(Type::Record(record.name.clone())));
        let mut fields = contract.records.iter().flat_map(|it| &it.fields);
        text += &declaration(record, fields.any(|field| field.kind == list));
    }
    let methods = contract.to_provider.iter();
    for operation in methods.clone() {
        let docs = comment(&operation.docs, "");
        text += &format!("\n{docs}{};\n", signature(contract, operation, shape));
    }
    for operation in &contract.to_actor {
        text += &handler(operation);
    }
    text += "\n#ifdef CAPWIRE_IMPLEMENTATION\n";
    for record in &contract.records {
        text += &definition(record);
    }
    for operation in methods {
        text += &body(contract, operation, shape);
    }
    text + &format!("\n#endif\n\n#ifdef __cplusplus\n}}\n#endif\n\n#endif /* {guard} */\n")
}

/// Includes the files of the messages of other contracts.
fn includes(contract: &Contract) -> String {
    let mut files = BTreeSet::from(["#include \"../types.h\"\n".to_owned()]);
    for operation in contract.to_provider.iter().chain(&contract.to_actor) {
        let mut names = vec![&operation.request];
        if let Response::Record(name) = &operation.response {
            names.push(name);
        }
        let others = names.iter().filter(|name| name.package != contract.name);
        files.extend(others.map(|name| format!("#include \"{}.h\"\n", snake(&name.package))));
    }
    files.into_iter().collect()
}

fn declaration(record: &Record, is_listed: bool) -> String {
    let name = type_name(&record.name);
    let mut text = format!("\n{}typedef struct {name} {{\n", comment(&record.docs, ""));
    for field in &record.fields {
        text += &comment(&field.docs, "    ");
        if matches!(field.kind, Type::Option(_)) {
            text += &format!("    bool has_{};\n", snake(&field.name));
        }
        text += &format!("    {} {};\n", kind(&field.kind), snake(&field.name));
    }
    text += &format!("}} {name};\n\nextern const cw_shape {name}_shape;\n");
    if is_listed {
        text += &format!(
            "\n/* A list of them. */\ntypedef struct {name}_array {{\n    const {name} *items;\n    size_t count;\n}} {name}_array;\n"
        );
    }
    text
}

fn definition(record: &Record) -> String {
    let name = type_name(&record.name);
    let fields = record.fields.iter();
    let members: Vec<String> = fields.map(|field| member(&name, field)).collect();
    format!(
        "\nCW_SHAPE({name},\n         {})\n",
        members.join(",\n         ")
    )
}

fn member(of: &str, field: &Field) -> String {
    let (name, key) = (snake(&field.name), camel(&field.name));
    let mut properties = match field.absent {
        Absent::Error => "CW_REQUIRED".to_owned(),
        Absent::Default => "CW_DEFAULT".to_owned(),
        Absent::Omitted => "CW_DEFAULT | CW_OMITTED".to_owned(),
    };
    let item = match &field.kind {
        Type::List(item) => {
            properties += " | CW_LIST";
            item
        }
        Type::Option(item) => item,
        other => other,
    };
    let shape = match item {
        Type::Record(record) => format!("&{}_shape", type_name(record)),
        _ => "NULL".to_owned(),
    };
    let constant = constant(item);
    let start = format!("{of}, {name}, \"{key}\"");
    match (&field.kind, item) {
        (Type::Option(_), _) => {
            format!("CW_OPTIONAL_MEMBER({start}, {constant}, {properties}, {shape})")
        }
        (_, Type::Record(_)) => format!("CW_RECORD_MEMBER({start}, {properties}, {shape})"),
        _ => format!("CW_MEMBER({start}, {constant}, {properties})"),
    }
}

fn signature(contract: &Contract, operation: &Operation, shape: &Shape<'_>) -> String {
    let name = format!("cw_{}_{}", snake(&contract.name), snake(&operation.name));
    let mut parameters = vec!["cw_call *call".to_owned(), "const char *binding".to_owned()];
    match shape.parameters(operation) {
        Parameters::Message => {
            parameters.push(format!("const {} *message", type_name(&operation.request)));
        }
        Parameters::Fields(fields) => {
            let fields = fields.iter();
            parameters.extend(
                fields.map(|field| format!("{} {}", kind(&field.kind), snake(&field.name))),
            );
        }
    }
    match &operation.response {
        Response::Nothing => {}
        Response::Raw => parameters.push("cw_bytes *answer".to_owned()),
        Response::Record(record) => parameters.push(match shape.only_field(record) {
            None => format!("{} *answer", type_name(record)),
            Some(field) => format!("{} *answer", kind(&field.kind)),
        }),
    }
    format!("cw_status {name}({})", parameters.join(", "))
}

fn body(contract: &Contract, operation: &Operation, shape: &Shape<'_>) -> String {
    let wire = pascal(&operation.name);
    let request = type_name(&operation.request);
    let mut text = format!(
        "\n{} {{\n    const cw_target target = {{\"{}\", binding}};\n",
        signature(contract, operation, shape),
        contract.id
    );
    let message = match shape.parameters(operation) {
        Parameters::Message => "message",
        Parameters::Fields(fields) => {
            let names: Vec<String> = fields.iter().map(|field| snake(&field.name)).collect();
            text += &format!("    const {request} message = {{{}}};\n", names.join(", "));
            "&message"
        }
    };
    let send = format!("cw_send(call, target, \"{wire}\", &{request}_shape, {message}");
    text += &match &operation.response {
        Response::Nothing => format!("    return {send}, NULL, NULL);\n"),
        Response::Raw => format!(
            "    cw_bytes payload;\n    if (cw_encode(call, &{request}_shape, {message}, &payload)) return CW_FAILED;\n    \
             return cw_send_raw(call, target, \"{wire}\", payload, answer);\n"
        ),
        Response::Record(record) => {
            let response = type_name(record);
            match shape.only_field(record) {
                None => format!("    return {send}, &{response}_shape, answer);\n"),
                Some(field) => format!(
                    "    {response} response;\n    if ({send}, &{response}_shape, &response)) return CW_FAILED;\n    \
                     *answer = response.{};\n    return CW_OK;\n",
                    snake(&field.name)
                ),
            }
        }
    };
    text + "}\n"
}

fn handler(operation: &Operation) -> String {
    let (wire, request) = (pascal(&operation.name), type_name(&operation.request));
    let macro_name = upper(&operation.name);
    let expansion = match &operation.response {
        Response::Record(record) => {
            format!(
                "CW_HANDLER(name, \"{wire}\", {request}, {})",
                type_name(record)
            )
        }
        Response::Nothing | Response::Raw => format!("CW_EVENT(name, \"{wire}\", {request})"),
    };
    format!(
        "\n{}#define CW_ON_{macro_name}(name) {expansion}\n",
        comment(&operation.docs, "")
    )
}

fn type_name(record: &RecordName) -> String {
    format!("cw_{}_{}", snake(&record.package), snake(&record.name))
}

fn upper(name: &str) -> String {
    snake(name).to_uppercase()
}

fn kind(of: &Type) -> String {
    match of {
        Type::Bool => "bool".to_owned(),
        Type::S32 => "int32_t".to_owned(),
        Type::S64 => "int64_t".to_owned(),
        Type::U32 => "uint32_t".to_owned(),
        Type::U64 => "uint64_t".to_owned(),
        Type::Text => "cw_text".to_owned(),
        Type::Bytes => "cw_bytes".to_owned(),
        Type::Texts => "cw_entries".to_owned(),
        Type::List(item) => format!("{}_array", kind(item)),
        Type::Option(item) => kind(item),
        Type::Record(name) => type_name(name),
        Type::Value => "cw_value".to_owned(),
    }
}

fn constant(of: &Type) -> &'static str {
    match of {
        Type::Bool => "CW_BOOL",
        Type::S32 => "CW_S32",
        Type::S64 => "CW_S64",
        Type::U32 => "CW_U32",
        Type::U64 => "CW_U64",
        Type::Text => "CW_TEXT",
        Type::Bytes => "CW_BYTES",
        Type::Texts => "CW_TEXTS",
        Type::Value => "CW_VALUE",
        Type::List(_) | Type::Option(_) | Type::Record(_) => "CW_RECORD",
    }
}

fn comment(docs: &str, indent: &str) -> String {
    let docs = docs.replace('\n', &format!("\n{indent} * "));
    format!("{indent}/* {docs} */\n")
}
