//! Messages and clients for AssemblyScript.

use crate::NOTICE;
use crate::Output;
use crate::model::{Absent, Contract, Field, Operation, Record, RecordName, Response, Type};
use crate::names::{camel, pascal};
use crate::shape::{Parameters, Shape};

/// Returns a module for each contract.
pub(crate) fn files(contracts: &[Contract]) -> Vec<Output> {
    let modules = contracts
        .iter()
        .filter(|contract| !contract.records.is_empty());
    let files = modules.map(|contract| Output {
        path: format!(
            "sdks/assemblyscript/assembly/contracts/{}.ts",
            contract.name
        ),
        text: module(contract, &Shape::new(contracts)),
    });
    files.collect()
}

fn module(contract: &Contract, shape: &Shape<'_>) -> String {
    let docs = contract.docs.replace('\n', "\n// ");
    let mut text = format!("// `{}`. {NOTICE}\n//\n// {docs}\n\n", contract.id);
    text += &imports(contract);
    for record in &contract.records {
        text += &class(record);
    }
    if !contract.to_provider.is_empty() {
        text += &client(contract, shape);
    }
    for operation in &contract.to_actor {
        text += &handler(operation);
    }
    text
}

fn imports(contract: &Contract) -> String {
    let mut text = String::new();
    if !contract.to_actor.is_empty() {
        text += "import { handleEvent } from \"../actor\";\n";
    }
    let decoded = contract.to_provider.iter();
    let decoded = decoded.filter(|it| matches!(it.response, Response::Record(_)));
    text += match decoded.count() {
        0 => "import { Message } from \"../message\";\n",
        _ => "import { Message, decode } from \"../message\";\n",
    };
    text += "import { Reader } from \"../reader\";\n";
    if !contract.to_provider.is_empty() || !contract.to_actor.is_empty() {
        text += "import { Result } from \"../result\";\n";
    }
    if !contract.to_provider.is_empty() {
        text += "import { Target } from \"../target\";\n";
    }
    let mut fields = contract.records.iter().flat_map(|record| &record.fields);
    if fields.any(|field| field.kind.has_value()) {
        text += "import { Value } from \"../value\";\n";
    }
    text + "import { Writer } from \"../writer\";\n"
}

fn class(record: &Record) -> String {
    let mut text = format!(
        "\n{}export class {} extends Message {{\n",
        comment(&record.docs, ""),
        pascal(&record.name.name)
    );
    for field in &record.fields {
        text += &comment(&field.docs, "  ");
        text += &format!(
            "  {}: {} = {};\n",
            camel(&field.name),
            kind(&field.kind),
            default(&field.kind)
        );
    }
    text + &write(record) + &read(record) + "}\n"
}

fn write(record: &Record) -> String {
    let omitted = record
        .fields
        .iter()
        .filter(|it| it.absent == Absent::Omitted);
    let mut count = record.fields.len().to_string();
    for field in omitted {
        count += &format!(" - (this.{} === null ? 1 : 0)", camel(&field.name));
    }
    let mut text = format!("\n  write(writer: Writer): void {{\n    writer.map({count});\n");
    for field in &record.fields {
        let key = camel(&field.name);
        let name = format!("this.{key}");
        if let Type::Option(item) = &field.kind {
            let value = write_value(item, &key);
            let absent = match field.absent {
                Absent::Omitted => String::new(),
                _ => {
                    format!("    writer.text(\"{key}\");\n    if ({key} === null) writer.nil();\n")
                }
            };
            let present = match field.absent {
                Absent::Omitted => {
                    format!(
                        "    if ({key} !== null) {{\n      writer.text(\"{key}\");\n      {value}\n    }}\n"
                    )
                }
                _ => format!("    else {value}\n"),
            };
            text += &format!("    const {key} = {name};\n{absent}{present}");
        } else {
            text += &format!(
                "    writer.text(\"{key}\");\n    {}\n",
                write_value(&field.kind, &name)
            );
        }
    }
    text + "  }\n"
}

fn write_value(of: &Type, value: &str) -> String {
    match of {
        Type::Bool => format!("writer.bool({value});"),
        Type::S32 | Type::S64 => format!("writer.signed({value});"),
        Type::U32 | Type::U64 => format!("writer.unsigned({value});"),
        Type::Text => format!("writer.text({value});"),
        Type::Bytes => format!("writer.binary({value});"),
        Type::Texts => format!("writer.texts({value});"),
        Type::Record(_) | Type::Option(_) | Type::Value => format!("{value}.write(writer);"),
        Type::List(item) => {
            let item = write_value(item, &format!("{value}[i]"));
            format!(
                "writer.list({value}.length);\n    for (let i = 0; i < {value}.length; i++) {item}"
            )
        }
    }
}

fn read(record: &Record) -> String {
    let mut text = "\n  read(reader: Reader): void {\n    let seen = 0;\n    const entries = reader.map();\n    \
                    for (let i = 0; i < entries && reader.ok; i++) {\n      const key = reader.text();\n"
        .to_owned();
    for (index, field) in record.fields.iter().enumerate() {
        let key = camel(&field.name);
        let bit = 1_u64 << index;
        let skip_nil = match field.absent {
            Absent::Error => "",
            _ => "if (reader.nil()) continue;\n        ",
        };
        text += &format!(
            "      if (key == \"{key}\" && (seen & {bit}) == 0) {{\n        {skip_nil}seen |= {bit};\n        {}\n        continue;\n      }}\n",
            read_value(field)
        );
    }
    text += "      reader.skip();\n    }\n";
    for (index, field) in record.fields.iter().enumerate() {
        if field.absent == Absent::Error {
            let (key, bit) = (camel(&field.name), 1_u64 << index);
            text += &format!("    reader.need((seen & {bit}) != 0, \"{key}\");\n");
        }
    }
    text + "  }\n"
}

fn read_value(field: &Field) -> String {
    let name = format!("this.{}", camel(&field.name));
    match &field.kind {
        Type::List(item) => {
            let read = match &**item {
                Type::Record(record) => format!(
                    "const item = new {}();\n          item.read(reader);\n          {name}.push(item);",
                    pascal(&record.name)
                ),
                item => format!("{name}.push({});", expression(item)),
            };
            format!(
                "const items = reader.list();\n        for (let j = 0; j < items && reader.ok; j++) {{\n          {read}\n        }}"
            )
        }
        Type::Record(record) => format!("{name}.read(reader); // {}", pascal(&record.name)),
        Type::Option(item) => match &**item {
            Type::Record(record) => format!(
                "const value = new {}();\n        value.read(reader);\n        {name} = value;",
                pascal(&record.name)
            ),
            item => format!("{name} = {};", expression(item)),
        },
        of => format!("{name} = {};", expression(of)),
    }
}

fn expression(of: &Type) -> &'static str {
    match of {
        Type::Bool => "reader.bool()",
        Type::S32 => "reader.signed(i32.MIN_VALUE, i32.MAX_VALUE) as i32",
        Type::S64 => "reader.signed(i64.MIN_VALUE, i64.MAX_VALUE)",
        Type::U32 => "reader.unsigned(u32.MAX_VALUE) as u32",
        Type::U64 => "reader.unsigned(u64.MAX_VALUE)",
        Type::Bytes => "reader.binary()",
        Type::Texts => "reader.texts()",
        Type::Value => "Value.read(reader)",
        Type::Text | Type::List(_) | Type::Option(_) | Type::Record(_) => "reader.text()",
    }
}

fn client(contract: &Contract, shape: &Shape<'_>) -> String {
    let mut text = format!(
        "\n/** A client for `{0}`. Each method returns the host's error if the call fails. */\n\
         export class Client {{\n  private target: Target;\n\n  /** @param binding the name of the binding */\n  \
         constructor(binding: string = \"default\") {{\n    this.target = new Target(\"{0}\", binding);\n  }}\n",
        contract.id
    );
    for operation in &contract.to_provider {
        text += &method(operation, shape);
    }
    text + "}\n"
}

fn method(operation: &Operation, shape: &Shape<'_>) -> String {
    let (name, wire) = (camel(&operation.name), pascal(&operation.name));
    let request = pascal(&operation.request.name);
    let (parameters, build) = match shape.parameters(operation) {
        Parameters::Message => (format!("request: {request}"), String::new()),
        Parameters::Fields(fields) => {
            let mut build = format!("    const request = new {request}();\n");
            let mut parameters = Vec::new();
            let required = |field: &Field| field.absent == Absent::Error;
            let last = fields.iter().rposition(required);
            for (index, field) in fields.iter().enumerate() {
                let name = camel(&field.name);
                build += &format!("    request.{name} = {name};\n");
                // No required parameter may follow an optional one.
                let optional = match last {
                    Some(last) if index <= last => String::new(),
                    _ => format!(" = {}", default(&field.kind)),
                };
                parameters.push(format!("{name}: {}{optional}", kind(&field.kind)));
            }
            (parameters.join(", "), build)
        }
    };
    let call = format!("this.target.call(\"{wire}\", request)");
    let (result, answer) = match &operation.response {
        Response::Raw => ("Uint8Array".to_owned(), format!("    return {call};\n")),
        Response::Nothing => (
            "bool".to_owned(),
            format!(
                "    const answer = {call};\n    return answer.isErr ? answer.forward<bool>() : Result.ok<bool>(true);\n"
            ),
        ),
        Response::Record(record) => record_answer(record, shape, &call),
    };
    format!(
        "\n{}  {name}({parameters}): Result<{result}> {{\n{build}{answer}  }}\n",
        comment(&operation.docs, "  ")
    )
}

fn record_answer(record: &RecordName, shape: &Shape<'_>, call: &str) -> (String, String) {
    let message = pascal(&record.name);
    let decoded = |kind: &str| {
        format!(
            "    const answer = {call};\n    if (answer.isErr) return answer.forward<{kind}>();\n"
        )
    };
    match shape.only_field(record) {
        None => (
            message.clone(),
            format!(
                "{}    return decode<{message}>(answer.value);\n",
                decoded(&message)
            ),
        ),
        Some(field) => {
            let (kind, name) = (kind(&field.kind), camel(&field.name));
            let rest = format!(
                "    const message = decode<{message}>(answer.value);\n    return message.isErr ? message.forward<{kind}>() : Result.ok<{kind}>(message.value.{name});\n"
            );
            (kind.clone(), decoded(&kind) + &rest)
        }
    }
}

fn handler(operation: &Operation) -> String {
    let (wire, request) = (pascal(&operation.name), pascal(&operation.request.name));
    format!(
        "\n/** {} The handler returns `done()`. */\nexport function on{wire}(handler: (message: {request}) => Result<bool>): void {{\n  \
         handleEvent<{request}>(\"{wire}\", handler);\n}}\n",
        operation.docs
    )
}

fn kind(of: &Type) -> String {
    match of {
        Type::Bool => "bool".to_owned(),
        Type::S32 => "i32".to_owned(),
        Type::S64 => "i64".to_owned(),
        Type::U32 => "u32".to_owned(),
        Type::U64 => "u64".to_owned(),
        Type::Text => "string".to_owned(),
        Type::Bytes => "Uint8Array".to_owned(),
        Type::Texts => "Map<string, string>".to_owned(),
        Type::List(item) => format!("Array<{}>", kind(item)),
        Type::Option(item) => format!("{} | null", kind(item)),
        Type::Record(name) => pascal(&name.name),
        Type::Value => "Value".to_owned(),
    }
}

fn default(of: &Type) -> String {
    match of {
        Type::Bool => "false".to_owned(),
        Type::S32 | Type::S64 | Type::U32 | Type::U64 => "0".to_owned(),
        Type::Text => "\"\"".to_owned(),
        Type::Bytes => "new Uint8Array(0)".to_owned(),
        Type::Option(_) => "null".to_owned(),
        Type::Value => "Value.nil()".to_owned(),
        Type::Texts | Type::List(_) | Type::Record(_) => format!("new {}()", kind(of)),
    }
}

fn comment(docs: &str, indent: &str) -> String {
    match docs.contains('\n') {
        false => format!("{indent}/** {docs} */\n"),
        true => format!(
            "{indent}/**\n{indent} * {}\n{indent} */\n",
            docs.replace('\n', &format!("\n{indent} * "))
        ),
    }
}
