//! Reads the description of contracts.

#![expect(
    clippy::indexing_slicing,
    reason = "every id comes from the `Resolve` that it indexes"
)]

use crate::model::{Absent, Contract, Field, Operation, Record, RecordName, Response, Type};
use crate::names::snake;
use anyhow::{Context, Result, bail, ensure};
use std::fs;
use std::path::Path;
use wit_parser::{Docs, Function, InterfaceId, Resolve, TypeDefKind, TypeId, TypeOwner};
use wit_parser::{Package, Type as WitType, UnresolvedPackageGroup};

/// The interface with the operations that an actor calls.
const PROVIDER: &str = "provider";
/// The interface with the operations that are called on an actor.
const ACTOR: &str = "actor";
/// The cases of the only variant, which each SDK has by hand.
const VALUE: [&str; 9] = [
    "null",
    "boolean",
    "integer",
    "float",
    "text",
    "bytes",
    "timestamp",
    "uuid",
    "json",
];

/// The interface with messages only.
const TYPES: &str = "types";

/// Reads the files `*.wit` in `folder`, and returns the contracts by name.
///
/// # Errors
/// Returns an error if a file is not WIT or describes what no message can express.
pub fn read(folder: &Path) -> Result<Vec<Contract>> {
    let mut groups = Vec::new();
    let listed = fs::read_dir(folder);
    let listed = listed.with_context(|| format!("cannot list {}", folder.display()))?;
    for entry in listed {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "wit") {
            groups.push(parse(&path)?);
        }
    }
    let main = groups.pop();
    let main = main.with_context(|| format!("no files *.wit in {}", folder.display()))?;
    let mut resolve = Resolve::default();
    if let Err(error) = resolve.push_groups(main, groups) {
        bail!("cannot resolve the names in {}: {error}", folder.display());
    }
    let packages = resolve.packages.iter();
    let mut contracts = packages
        .map(|(_, package)| contract(&resolve, package))
        .collect::<Result<Vec<_>>>()?;
    contracts.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(contracts)
}

fn parse(path: &Path) -> Result<UnresolvedPackageGroup> {
    let text = fs::read_to_string(path);
    let text = text.with_context(|| format!("cannot read {}", path.display()))?;
    match UnresolvedPackageGroup::parse(path, &text) {
        Ok(group) => Ok(group),
        Err((map, error)) => bail!("{}", error.render(&map)),
    }
}

fn contract(resolve: &Resolve, package: &Package) -> Result<Contract> {
    let name = &package.name;
    let id = format!("{}:{}", name.namespace, snake(&name.name));
    ensure!(package.worlds.is_empty(), "{id}: a contract has no world");
    let mut contract = Contract {
        id,
        name: name.name.clone(),
        docs: text(&package.docs),
        records: Vec::new(),
        to_provider: Vec::new(),
        to_actor: Vec::new(),
    };
    for (name, interface) in &package.interfaces {
        let at = format!("{}/{name}", contract.id);
        let operations = operations(resolve, *interface).with_context(|| at.clone())?;
        match name.as_str() {
            PROVIDER => contract.to_provider = operations,
            ACTOR => contract.to_actor = operations,
            TYPES if operations.is_empty() => {}
            _ => bail!("{at}: expected `{PROVIDER}`, `{ACTOR}`, or `{TYPES}` without functions"),
        }
        let records = records(resolve, *interface).with_context(|| at)?;
        contract.records.extend(records);
    }
    Ok(contract)
}

fn records(resolve: &Resolve, interface: InterfaceId) -> Result<Vec<Record>> {
    let mut records = Vec::new();
    for (name, id) in &resolve.interfaces[interface].types {
        let definition = &resolve.types[*id];
        match &definition.kind {
            TypeDefKind::Record(record) => {
                let fields = record.fields.iter();
                let fields = fields.map(|field| {
                    let (docs, absent) = directives(&text(&field.docs))?;
                    Ok(Field {
                        name: field.name.clone(),
                        kind: kind(resolve, &field.ty)?,
                        docs,
                        absent,
                    })
                });
                records.push(Record {
                    name: record_name(resolve, *id)?,
                    docs: text(&definition.docs),
                    fields: fields
                        .collect::<Result<_>>()
                        .with_context(|| name.clone())?,
                });
            }
            // A name of a record elsewhere, or the variant that SDKs have by hand.
            TypeDefKind::Type(_) | TypeDefKind::Variant(_) => {}
            other => bail!("{name}: a message is a record, not a {}", other.as_str()),
        }
    }
    Ok(records)
}

/// Separates the description of a member from the lines that begin with `@`.
fn directives(docs: &str) -> Result<(String, Absent)> {
    let (mut lines, mut absent) = (Vec::new(), Absent::Error);
    for line in docs.lines() {
        match line {
            "@default" => absent = Absent::Default,
            "@omitted" => absent = Absent::Omitted,
            _ if line.starts_with('@') => bail!("expected `@default` or `@omitted`, not `{line}`"),
            _ => lines.push(line),
        }
    }
    Ok((lines.join("\n"), absent))
}

fn operations(resolve: &Resolve, interface: InterfaceId) -> Result<Vec<Operation>> {
    let functions = resolve.interfaces[interface].functions.values();
    functions
        .map(|function| operation(resolve, function).with_context(|| function.name.clone()))
        .collect()
}

fn operation(resolve: &Resolve, function: &Function) -> Result<Operation> {
    let [request] = &*function.params else {
        bail!("an operation takes one message");
    };
    let Type::Record(request) = kind(resolve, &request.ty)? else {
        bail!("an operation takes a record");
    };
    let response = match &function.result {
        None => Response::Nothing,
        Some(result) => match kind(resolve, result)? {
            Type::Bytes => Response::Raw,
            Type::Record(name) => Response::Record(name),
            _ => bail!("an operation returns a record, `list<u8>` or nothing"),
        },
    };
    Ok(Operation {
        name: function.name.clone(),
        docs: text(&function.docs),
        request,
        response,
    })
}

fn kind(resolve: &Resolve, wit: &WitType) -> Result<Type> {
    Ok(match wit {
        WitType::Bool => Type::Bool,
        WitType::S32 => Type::S32,
        WitType::S64 => Type::S64,
        WitType::U32 => Type::U32,
        WitType::U64 => Type::U64,
        WitType::String => Type::Text,
        WitType::Id(id) => return defined(resolve, *id),
        other => bail!("no message has the type {other:?}; use `s32`, `s64`, `u32` or `u64`"),
    })
}

fn defined(resolve: &Resolve, id: TypeId) -> Result<Type> {
    Ok(match &resolve.types[id].kind {
        TypeDefKind::Record(_) => Type::Record(record_name(resolve, id)?),
        TypeDefKind::Type(alias) => kind(resolve, alias)?,
        TypeDefKind::List(WitType::U8) => Type::Bytes,
        TypeDefKind::List(item) => Type::List(kind(resolve, item)?.into()),
        TypeDefKind::Option(item) => Type::Option(kind(resolve, item)?.into()),
        TypeDefKind::Map(WitType::String, WitType::String) => Type::Texts,
        TypeDefKind::Variant(variant) => {
            let cases = variant.cases.iter().map(|case| case.name.as_str());
            ensure!(
                cases.eq(VALUE),
                "the cases of a variant are {}",
                VALUE.join(", ")
            );
            Type::Value
        }
        other => bail!("no message has a member of the type {}", other.as_str()),
    })
}

fn record_name(resolve: &Resolve, id: TypeId) -> Result<RecordName> {
    let definition = &resolve.types[id];
    let TypeOwner::Interface(interface) = definition.owner else {
        bail!("a record outside an interface");
    };
    let package = resolve.interfaces[interface].package;
    let package = package.context("an interface outside a package")?;
    Ok(RecordName {
        package: resolve.packages[package].name.name.clone(),
        name: definition.name.clone().context("a record without a name")?,
    })
}

fn text(docs: &Docs) -> String {
    docs.contents.clone().unwrap_or_default().trim().to_owned()
}
