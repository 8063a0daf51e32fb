//! The test that compares the Rust types with the description.

use crate::NOTICE;
use crate::model::{Absent, Contract, Operation, Record, RecordName, Type};
use crate::names::{camel, pascal, snake};

/// Returns the test.
pub(crate) fn test(contracts: &[Contract]) -> String {
    let mut test = format!(
        "//! The Rust types are those of the description. {NOTICE}\n\
         #![cfg_attr(rustfmt, rustfmt_skip)]\n\
         #![allow(missing_docs, reason = \"tests\")]\n\n\
         mod described;\n\n\
         use capwire_contracts as contracts;\n\
         use described::{{message, operations}};\n\
         use std::collections::BTreeMap;\n"
    );
    for contract in contracts {
        for record in &contract.records {
            test += &message(contracts, record);
        }
    }
    let with_operations = contracts.iter().filter(|it| it.name != "core");
    let with_operations = with_operations
        .filter(|it| !it.to_provider.is_empty() || !it.to_actor.is_empty())
        .map(|it| {
            format!(
                "        ({:?}, vec![{}], vec![{}]),\n",
                it.id,
                names(&it.to_provider),
                names(&it.to_actor)
            )
        });
    test += &format!(
        "\n#[test]\nfn the_contracts_have_the_described_operations() {{\n    operations(&[\n{}    ]);\n}}\n",
        with_operations.collect::<String>()
    );
    test
}

fn names(operations: &[Operation]) -> String {
    let names: Vec<String> = operations
        .iter()
        .map(|operation| format!("{:?}", pascal(&operation.name)))
        .collect();
    names.join(", ")
}

fn message(contracts: &[Contract], record: &Record) -> String {
    let RecordName { package, name } = &record.name;
    let keys = |absent: bool| {
        let fields = record.fields.iter();
        let fields = fields.filter(move |field| (field.absent != Absent::Error) == absent);
        let keys: Vec<String> = fields
            .map(|field| format!("{:?}", camel(&field.name)))
            .collect();
        keys.join(", ")
    };
    format!(
        "\n#[test]\nfn {}_{}() {{\n    message(&{}, r#\"{}\"#, &[{}], &[{}]);\n}}\n",
        snake(package),
        snake(name),
        literal(contracts, record),
        json(contracts, record),
        keys(false),
        keys(true)
    )
}

fn literal(contracts: &[Contract], record: &Record) -> String {
    let fields: Vec<String> = record
        .fields
        .iter()
        .map(|field| {
            let value = value(contracts, &field.kind);
            format!("{}: {value}", snake(&field.name))
        })
        .collect();
    let RecordName { package, name } = &record.name;
    let (module, name) = (snake(package), pascal(name));
    format!("contracts::{module}::{name} {{ {} }}", fields.join(", "))
}

fn json(contracts: &[Contract], record: &Record) -> String {
    let fields: Vec<String> = record
        .fields
        .iter()
        .map(|field| {
            let value = json_value(contracts, &field.kind);
            format!("\"{}\":{value}", camel(&field.name))
        })
        .collect();
    format!("{{{}}}", fields.join(","))
}

/// Returns an expression of exactly this type.
fn value(contracts: &[Contract], of: &Type) -> String {
    match of {
        Type::Bool => "true".to_owned(),
        Type::S32 => "i32::MIN".to_owned(),
        Type::S64 => "i64::MIN".to_owned(),
        Type::U32 => "u32::MAX".to_owned(),
        Type::U64 => "u64::MAX".to_owned(),
        Type::Text => "String::from(\"text\")".to_owned(),
        Type::Bytes => "vec![0_u8, 255]".to_owned(),
        Type::Texts => "BTreeMap::from([(String::from(\"k\"), String::from(\"v\"))])".to_owned(),
        Type::List(item) => format!("vec![{}]", value(contracts, item)),
        Type::Option(item) => format!("Some({})", value(contracts, item)),
        Type::Record(name) => {
            find(contracts, name).map_or_else(String::new, |record| literal(contracts, record))
        }
        Type::Value => "contracts::sql::Value::Timestamp(1)".to_owned(),
    }
}

fn json_value(contracts: &[Contract], of: &Type) -> String {
    match of {
        Type::Bool => "true".to_owned(),
        Type::S32 => i32::MIN.to_string(),
        Type::S64 => i64::MIN.to_string(),
        Type::U32 => u32::MAX.to_string(),
        Type::U64 => u64::MAX.to_string(),
        Type::Text => "\"text\"".to_owned(),
        Type::Bytes => "[0,255]".to_owned(),
        Type::Texts => "{\"k\":\"v\"}".to_owned(),
        Type::List(item) => format!("[{}]", json_value(contracts, item)),
        Type::Option(item) => json_value(contracts, item),
        Type::Record(name) => {
            find(contracts, name).map_or_else(String::new, |record| json(contracts, record))
        }
        Type::Value => "{\"timestamp\":1}".to_owned(),
    }
}

fn find<'c>(contracts: &'c [Contract], name: &RecordName) -> Option<&'c Record> {
    let mut records = contracts.iter().flat_map(|contract| &contract.records);
    records.find(|record| record.name == *name)
}
