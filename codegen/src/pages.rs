//! Reference pages in Markdown.

use crate::model::{Absent, Contract, Operation, Record, RecordName, Response, Type};
use crate::names::{camel, pascal};
use crate::{NOTICE, Output};

/// The section about values of databases, which are a variant.
const VALUES: &str = "
## Value

A value of a parameter or column. Its type in MessagePack is the type of the value. MessagePack has no timestamps, UUIDs and
documents of its own, so these are maps with one member.

| value | in MessagePack |
|---|---|
| NULL | nil |
| boolean | boolean |
| integer, 64 bits | integer |
| floating-point number | float |
| text | text |
| bytes | bytes |
| point in time | `{\"timestamp\": …}`, an integer: microseconds since the Unix epoch |
| UUID | `{\"uuid\": …}`, a text such as `67e55044-10b1-426f-9247-bb680e5fe0c8` |
| document in JSON | `{\"json\": …}`, a text |
";

/// Returns a page for each contract, and a list of them.
pub(crate) fn files(contracts: &[Contract]) -> Vec<Output> {
    let mut index = format!(
        "<!-- {NOTICE} -->\n# Contracts\n\nEach contract has an id, operations and messages. Messages are MessagePack maps with \
         the keys of these pages.\n\n| contract | purpose |\n|---|---|\n"
    );
    let mut files = Vec::new();
    for contract in contracts {
        let (id, name) = (&contract.id, &contract.name);
        let purpose = one_line(&contract.docs);
        index += &format!("| [`{id}`]({name}.md) | {purpose} |\n");
        files.push(Output {
            path: format!("docs/contracts/{name}.md"),
            text: page(contract),
        });
    }
    index += "\nThe [description](../../contracts/wit) in WIT is the source of these pages, of the [JSON \
              Schemas](../../contracts/schemas),\nand of the clients in the SDKs. See \
              [the decision](../decisions/contracts.md).\n";
    files.push(Output {
        path: "docs/contracts/README.md".to_owned(),
        text: index,
    });
    files
}

fn page(contract: &Contract) -> String {
    let mut page = format!(
        "<!-- {NOTICE} -->\n# {}\n\n{}\n",
        contract.id,
        one_line(&contract.docs)
    );
    let groups = [
        ("Operations that an actor calls", &contract.to_provider),
        ("Operations that an actor handles", &contract.to_actor),
    ];
    for (title, operations) in groups {
        if !operations.is_empty() {
            page += &format!(
                "\n## {title}\n\n| operation | takes | returns | meaning |\n|---|---|---|---|\n"
            );
            page.extend(operations.iter().map(|one| row(contract, one)));
        }
    }
    page.extend(contract.records.iter().map(|one| record(contract, one)));
    let mut fields = contract.records.iter().flat_map(|record| &record.fields);
    if fields.any(|field| field.kind.has_value()) {
        page += VALUES;
    }
    page
}

fn row(contract: &Contract, operation: &Operation) -> String {
    let returns = match &operation.response {
        Response::Nothing => "nothing".to_owned(),
        Response::Raw => "bytes".to_owned(),
        Response::Record(name) => link(contract, name),
    };
    format!(
        "| `{}` | {} | {returns} | {} |\n",
        pascal(&operation.name),
        link(contract, &operation.request),
        one_line(&operation.docs)
    )
}

fn record(contract: &Contract, record: &Record) -> String {
    let mut text = format!(
        "\n## {}\n\n{}\n\n| key | type | if absent | meaning |\n|---|---|---|---|\n",
        pascal(&record.name.name),
        one_line(&record.docs)
    );
    for field in &record.fields {
        let absent = match field.absent {
            Absent::Error => "an error",
            Absent::Default | Absent::Omitted => "its default",
        };
        text += &format!(
            "| `{}` | {} | {absent} | {} |\n",
            camel(&field.name),
            kind(contract, &field.kind),
            one_line(&field.docs)
        );
    }
    text
}

fn kind(contract: &Contract, of: &Type) -> String {
    match of {
        Type::Bool => "boolean".to_owned(),
        Type::S32 => "integer, 32 bits".to_owned(),
        Type::S64 => "integer, 64 bits".to_owned(),
        Type::U32 => "unsigned integer, 32 bits".to_owned(),
        Type::U64 => "unsigned integer, 64 bits".to_owned(),
        Type::Text => "text".to_owned(),
        Type::Bytes => "bytes".to_owned(),
        Type::Texts => "map of texts".to_owned(),
        Type::List(item) => format!("list of: {}", kind(contract, item)),
        Type::Option(item) => format!("{}, or nil", kind(contract, item)),
        Type::Record(name) => link(contract, name),
        Type::Value => "[Value](#value)".to_owned(),
    }
}

fn link(contract: &Contract, to: &RecordName) -> String {
    let title = pascal(&to.name);
    let file = match to.package == contract.name {
        true => String::new(),
        false => format!("{}.md", to.package),
    };
    format!("[{title}]({file}#{})", title.to_lowercase())
}

fn one_line(docs: &str) -> String {
    docs.replace('\n', " ")
}
