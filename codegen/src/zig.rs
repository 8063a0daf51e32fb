//! Messages, clients and handlers for Zig.

use crate::NOTICE;
use crate::Output;
use crate::model::{Absent, Contract, Field, Operation, Record, RecordName, Response, Type};
use crate::names::{camel, pascal, snake};
use crate::shape::{Parameters, Shape};
use std::collections::BTreeSet;

/// The words of Zig that a description could use as names.
const RESERVED: [&str; 8] = [
    "align", "error", "export", "resume", "struct", "suspend", "test", "union",
];

/// Returns a file for each contract.
pub(crate) fn files(contracts: &[Contract]) -> Vec<Output> {
    let shape = Shape::new(contracts);
    let files = contracts.iter().map(|contract| Output {
        path: format!("sdks/zig/src/contracts/{}.zig", snake(&contract.name)),
        text: file(contract, &shape),
    });
    files.collect()
}

fn file(contract: &Contract, shape: &Shape<'_>) -> String {
    let docs = contract.docs.replace('\n', "\n//! ");
    let mut text = format!(
        "//! `{}`. {NOTICE}\n//!\n//! {docs}\n\n{}",
        contract.id,
        imports(contract)
    );
    for record in &contract.records {
        text += &message(contract, record);
    }
    if !contract.to_provider.is_empty() {
        text += &client(contract, shape);
    }
    for operation in &contract.to_actor {
        text += &handler(contract, operation);
    }
    text
}

/// Returns the declarations that the rest of the file uses.
fn imports(contract: &Contract) -> String {
    let mut lines = BTreeSet::new();
    if !contract.to_provider.is_empty() {
        lines.insert("const Call = @import(\"../call.zig\").Call;\n".to_owned());
        lines.insert("const Error = @import(\"../call.zig\").Error;\n".to_owned());
        lines.insert("const Target = @import(\"../call.zig\").Target;\n".to_owned());
    }
    if !contract.to_actor.is_empty() {
        lines.insert("const actor = @import(\"../actor.zig\");\n".to_owned());
    }
    let fields = contract.records.iter().flat_map(|record| &record.fields);
    for field in fields {
        if field.kind == Type::Texts {
            lines.insert("const Entry = @import(\"../message.zig\").Entry;\n".to_owned());
        }
        if field.kind.has_value() {
            lines.insert("const Value = @import(\"../value.zig\").Value;\n".to_owned());
        }
        if field.kind == Type::Bytes || field.absent == Absent::Omitted {
            lines.insert("const Wire = @import(\"../message.zig\").Wire;\n".to_owned());
        }
    }
    for operation in contract.to_provider.iter().chain(&contract.to_actor) {
        let mut names = vec![&operation.request];
        if let Response::Record(name) = &operation.response {
            names.push(name);
        }
        for RecordName { package, .. } in names {
            if *package != contract.name {
                let package = snake(package);
                lines.insert(format!("const {package} = @import(\"{package}.zig\");\n"));
            }
        }
    }
    lines.into_iter().collect()
}

fn message(contract: &Contract, record: &Record) -> String {
    let mut text = format!(
        "\n{}pub const {} = struct {{\n",
        comment(&record.docs, ""),
        pascal(&record.name.name)
    );
    for field in &record.fields {
        text += &comment(&field.docs, "    ");
        let default = match field.absent {
            Absent::Error => String::new(),
            Absent::Default | Absent::Omitted => format!(" = {}", default(&field.kind)),
        };
        let kind = kind(contract, &field.kind);
        text += &format!("    {}: {kind}{default},\n", member(field));
    }
    let names = |wanted: fn(&&Field) -> bool| -> Vec<String> {
        let fields = record.fields.iter().filter(wanted);
        fields
            .map(|field| format!("\"{}\"", snake(&field.name)))
            .collect()
    };
    let mut wire = Vec::new();
    for (option, names) in [
        ("bytes", names(|field| field.kind == Type::Bytes)),
        ("omitted", names(|field| field.absent == Absent::Omitted)),
    ] {
        if !names.is_empty() {
            wire.push(format!(".{option} = &.{{{}}}", names.join(", ")));
        }
    }
    if !wire.is_empty() {
        let wire = wire.join(", ");
        text += &format!("\n    pub const wire: Wire = .{{ {wire} }};\n");
    }
    text + "};\n"
}

fn client(contract: &Contract, shape: &Shape<'_>) -> String {
    let mut text = format!(
        "\n/// A client for `{0}`. Each function returns the host's error if the call fails.\n\
         pub const Client = struct {{\n    call: *Call,\n    /// The name of the binding.\n    \
         binding: []const u8 = \"default\",\n\n    pub const namespace = \"{0}\";\n",
        contract.id
    );
    for operation in &contract.to_provider {
        text += &method(contract, operation, shape);
    }
    text + "};\n"
}

fn method(contract: &Contract, operation: &Operation, shape: &Shape<'_>) -> String {
    let (name, wire) = (camel(&operation.name), pascal(&operation.name));
    let request = record_name(contract, &operation.request);
    let (parameters, sent) = match shape.parameters(operation) {
        Parameters::Message => (format!(", message: {request}"), "message".to_owned()),
        Parameters::Fields(fields) => {
            let parameters = fields.iter();
            let parameters = parameters
                .map(|field| format!(", {}: {}", member(field), kind(contract, &field.kind)));
            let values = fields.iter().map(member);
            let values: Vec<String> = values.map(|name| format!(".{name} = {name}")).collect();
            let sent = format!("{request}{{ {} }}", values.join(", "));
            (parameters.collect(), sent)
        }
    };
    let (answer, result, member) = match &operation.response {
        Response::Nothing => ("void".to_owned(), "void".to_owned(), String::new()),
        Response::Raw => (
            "[]const u8".to_owned(),
            "[]const u8".to_owned(),
            String::new(),
        ),
        Response::Record(record) => {
            let answer = record_name(contract, record);
            match shape.only_field(record) {
                None => (answer.clone(), answer, String::new()),
                Some(field) => (answer, kind(contract, &field.kind), member(field)),
            }
        }
    };
    let call = format!("client.call.send(target, \"{wire}\", {sent}, {answer})");
    let returned = match member.as_str() {
        "" => call,
        member => format!("(try {call}).{member}"),
    };
    format!(
        "\n{}    pub fn {name}(client: Client{parameters}) Error!{result} {{\n        \
         const target: Target = .{{ .namespace = namespace, .binding = client.binding }};\n        return {returned};\n    }}\n",
        comment(&operation.docs, "    ")
    )
}

fn handler(contract: &Contract, operation: &Operation) -> String {
    let wire = pascal(&operation.name);
    let request = record_name(contract, &operation.request);
    let answer = match &operation.response {
        Response::Record(record) => record_name(contract, record),
        Response::Nothing | Response::Raw => "void".to_owned(),
    };
    format!(
        "\n{}/// `handler` is a `fn (*Call, {request}) !{answer}`.\npub fn on{wire}(comptime handler: anytype) actor.Handler {{\n    \
         return actor.handle(\"{wire}\", {request}, {answer}, handler);\n}}\n",
        comment(&operation.docs, "")
    )
}

fn member(field: &Field) -> String {
    let name = snake(&field.name);
    match RESERVED.contains(&name.as_str()) {
        true => format!("@\"{name}\""),
        false => name,
    }
}

/// Returns the name of a message, with the name of its file if that is another one.
fn record_name(contract: &Contract, record: &RecordName) -> String {
    let name = pascal(&record.name);
    match record.package == contract.name {
        true => name,
        false => format!("{}.{name}", snake(&record.package)),
    }
}

fn kind(contract: &Contract, of: &Type) -> String {
    match of {
        Type::Bool => "bool".to_owned(),
        Type::S32 => "i32".to_owned(),
        Type::S64 => "i64".to_owned(),
        Type::U32 => "u32".to_owned(),
        Type::U64 => "u64".to_owned(),
        Type::Text | Type::Bytes => "[]const u8".to_owned(),
        Type::Texts => "[]const Entry".to_owned(),
        Type::List(item) => format!("[]const {}", kind(contract, item)),
        Type::Option(item) => format!("?{}", kind(contract, item)),
        Type::Record(name) => record_name(contract, name),
        Type::Value => "Value".to_owned(),
    }
}

fn default(of: &Type) -> &'static str {
    match of {
        Type::Bool => "false",
        Type::S32 | Type::S64 | Type::U32 | Type::U64 => "0",
        Type::Text | Type::Bytes => "\"\"",
        Type::Option(_) => "null",
        Type::Texts | Type::List(_) => "&.{}",
        Type::Record(_) => ".{}",
        Type::Value => ".null",
    }
}

fn comment(docs: &str, indent: &str) -> String {
    let lines = docs.lines().map(|line| format!("{indent}/// {line}\n"));
    lines.collect()
}
