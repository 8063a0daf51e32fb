//! The schema accepts what the parser accepts, and refuses what it refuses.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use capwire_manifest::{Manifest, ProviderKeys};
use jsonschema::Validator;
use serde_json::Value;
use std::path::Path;

fn schema() -> Validator {
    schema_with(&[])
}

fn schema_with(providers: &[ProviderKeys]) -> Validator {
    let schema = capwire_manifest::schema(providers);
    jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap()
}

/// Names and texts of the manifests in `folder`.
fn manifests(folder: &str) -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests")
        .join(folder);
    let files = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path());
    files
        .map(|file| {
            let text = std::fs::read_to_string(&file).unwrap();
            (file.display().to_string(), text)
        })
        .collect()
}

/// The manifest as programs see it that know JSON only.
fn json(name: &str, text: &str) -> Value {
    serde_saphyr::from_str(text).unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[test]
fn documents_that_the_parser_reads_match_the_schema() {
    let (schema, manifests) = (schema(), manifests("fixtures"));
    assert!(manifests.len() >= 6);
    for (name, text) in manifests {
        Manifest::parse(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        let errors: Vec<String> = schema
            .iter_errors(&json(&name, &text))
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert_eq!(errors, Vec::<String>::new(), "{name}");
    }
}

#[test]
fn documents_that_the_parser_refuses_fail_the_schema() {
    let schema = schema();
    for (name, text) in manifests("wrong") {
        assert!(Manifest::parse(&text).is_err(), "{name}");
        if !text.contains("# unlike-schema: ") {
            assert!(!schema.is_valid(&json(&name, &text)), "{name}");
        }
    }
}

#[test]
fn values_of_a_known_provider_have_its_keys_only() {
    let provider = ProviderKeys {
        contracts: vec!["wascc:http_server".into(), "wasmcloud:httpserver".into()],
        keys: vec![
            ("PORT".into(), "The \"port\".".into()),
            ("ADDRESS".into(), String::new()),
        ],
    };
    let none = ProviderKeys {
        contracts: vec!["wascc:logging".into()],
        keys: Vec::new(),
    };
    let schema = schema_with(&[provider, none]);
    let is_valid = |capability: &str, values: &str| {
        let text =
            format!("bindings: [{{ actor: a, capability: '{capability}', values: {values} }}]");
        schema.is_valid(&json(&text, &text))
    };
    for contract in ["wascc:http_server", "wasmcloud:httpserver"] {
        assert!(is_valid(
            contract,
            "{ PORT: 1, ADDRESS: { secret: env:A } }"
        ));
        assert!(!is_valid(contract, "{ PROT: 1 }"));
        assert!(!is_valid(contract, "{ PORT: [1] }"));
        assert!(is_valid(contract, "~"));
    }
    assert!(!is_valid("wascc:logging", "{ PORT: 1 }"));
    assert!(is_valid("acme:thing", "{ PROT: 1 }"));
}

#[test]
fn each_wrong_part_is_invalid_by_itself() {
    let schema = schema();
    for text in [
        "true",
        "host: a",
        "labels: [a]",
        "labels: { a: }",
        "labels: { a: [b] }",
        "actors: a",
        "actors: [[a]]",
        "actors: [~]",
        "actors: [{}]",
        "actors: [{ path: [a] }]",
        "actors: [{ path: a, limit: {} }]",
        "actors: [{ path: a, limits: [] }]",
        "actors: [{ path: a, limits: { queue: -1 } }]",
        "limits: 16MiB",
        "limits: { fuel: 1 }",
        "limits: { memory: }",
        "limits: { memory: 16 }",
        "limits: { memory: 16MB }",
        "limits: { stack: 0KiB }",
        "limits: { cpu: 5 }",
        "limits: { cpu: 0ms }",
        "limits: { deadline: 5 sec }",
        "limits: { deadline: { s: 5 } }",
        "limits: { instances: 0 }",
        "limits: { instances: '00' }",
        "limits: { calls_per_instance: none }",
        "limits: { queue: 1.5 }",
        "limits: { table_elements: true }",
        "capabilities: [a]",
        "capabilities: [{}]",
        "capabilities: [{ builtin: }]",
        "capabilities: [{ builtin: a, path: b }]",
        "capabilities: [{ builtin: a, binding_name: [b] }]",
        "bindings: {}",
        "bindings: [{ actor: a }]",
        "bindings: [{ capability: a }]",
        "bindings: [{ actor: a, capability: [b] }]",
        "bindings: [{ actor: a, capability: b, binding: {} }]",
        "bindings: [{ actor: a, capability: b, values: [c] }]",
        "bindings: [{ actor: a, capability: b, values: { C: } }]",
        "bindings: [{ actor: a, capability: b, values: { C: {} } }]",
        "bindings: [{ actor: a, capability: b, values: { C: { secret: d } } }]",
        "bindings: [{ actor: a, capability: b, values: { C: { secret: 'env:' } } }]",
        "bindings: [{ actor: a, capability: b, values: { C: { secret: 'env:D', e: f } } }]",
    ] {
        assert!(Manifest::parse(text).is_err(), "{text}");
        assert!(!schema.is_valid(&json(text, text)), "{text}");
    }
}
