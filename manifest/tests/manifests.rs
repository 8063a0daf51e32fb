//! Manifests as people write them, right and wrong.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

use capwire_manifest::{Manifest, Problem, SecretRef, Source, Value};

fn parsed(text: &str) -> Manifest {
    Manifest::parse(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn refused(text: &str) -> (String, Option<String>) {
    let error = Manifest::parse(text).expect_err(text);
    (error.to_string(), error.help())
}

#[test]
fn manifests_in_the_manner_of_2020_are_read() {
    let echoes = parsed(include_str!("fixtures/echoes-2020.yaml"));
    assert_eq!(echoes.labels["sample"].value, "Two echoes");
    assert_eq!(echoes.actors.len(), 2);
    assert_eq!(
        echoes.bindings[1].values["PORT"].value.as_text(),
        Some("8082")
    );

    let counter = parsed(include_str!("fixtures/counter-2020.json"));
    assert_eq!(
        counter.capabilities[0].source.value,
        Source::Path("./examples/.assets/libhttp_server.so".to_owned())
    );
    assert_eq!(counter.capabilities[0].binding_name.value, "default");
    assert_eq!(
        counter.bindings[0].values["URL"].value.as_text(),
        Some("redis://127.0.0.1:6379")
    );

    let stores = parsed(include_str!("fixtures/two-stores-2020.yml"));
    assert_eq!(stores.bindings[1].name.value, "source2");
    let [first, second, ..] = &stores.bindings[..] else {
        unreachable!("there are three")
    };
    assert_eq!(second.actor.value, first.actor.value);
    assert_eq!(second.values["URL"].value, first.values["URL"].value);
}

#[test]
fn references_and_variables_stay_as_they_are_written() {
    let manifest = parsed(include_str!("fixtures/registry-2020.yaml"));
    assert_eq!(
        manifest.actors[0].path.value,
        "registry.example.com/echo:0.2.0"
    );
    assert_eq!(
        manifest.bindings[0].values["PORT"].value.as_text(),
        Some("${PORT:8081}")
    );
}

#[test]
fn missing_and_empty_lists_are_empty() {
    for text in [
        "",
        "{}",
        "actors:\nbindings:\n",
        include_str!("fixtures/empty-2020.yaml"),
    ] {
        assert_eq!(parsed(text), Manifest::default(), "{text}");
    }
}

#[test]
fn values_keep_the_text_that_is_written() {
    let manifest = parsed(
        "bindings:
  - actor: a
    capability: c
    values: { A: 8081, B: 010, C: 1.50, D: true, E: yes, F: 0x1F, G: '', H: 1_000 }
",
    );
    let values: Vec<&str> = manifest.bindings[0]
        .values
        .values()
        .map(|value| value.value.as_text().unwrap())
        .collect();
    assert_eq!(
        values,
        ["8081", "010", "1.50", "true", "yes", "0x1F", "", "1_000"]
    );
}

#[test]
fn everything_knows_its_line_and_column() {
    let manifest = parsed("actors:\n  - a.wasm\n  - ü.wasm # b\n  -   c.wasm\n");
    let places: Vec<String> = manifest
        .actors
        .iter()
        .map(|actor| actor.path.position.to_string())
        .collect();
    assert_eq!(places, ["2:5", "3:5", "4:7"]);
}

#[test]
fn a_misspelt_key_gets_a_suggestion() {
    let (error, help) = refused("actors: []\nbindings:\n  - actr: a\n    capability: c\n");
    assert_eq!(error, "3:5: unknown key `actr`");
    assert_eq!(help.unwrap(), "did you mean `actor`?");

    let (error, help) = refused("{\n  \"hostname\": \"x\"\n}");
    assert_eq!(error, "2:3: unknown key `hostname`");
    assert_eq!(
        help.unwrap(),
        "the keys here are labels, chain, limits, actors, capabilities, bindings"
    );
}

#[test]
fn wrong_shapes_name_the_place_and_the_field() {
    for (text, expected) in [
        ("actors: a.wasm", "1:9: actors: expected a list"),
        ("actors: [[a]]", "1:10: actors[0]: expected a text"),
        ("[]", "1:1: expected a mapping of keys to values"),
        (
            "bindings:\n  - actor: a\n",
            "2:5: bindings[0]: the key `capability` is missing",
        ),
        (
            "bindings: [{actor: a, capability: c, values: {PORT: [1]}}]",
            "1:53: bindings[0].values.PORT: expected a text",
        ),
        (
            "bindings: [{actor: a, capability: c, values: {PORT: }}]",
            "1:51: bindings[0].values.PORT: the value is missing",
        ),
        (
            "bindings: [{actor: a, capability: c, values: secret}]",
            "1:46: bindings[0].values: expected a mapping of keys to values",
        ),
        ("actors: [a]\nactors: [b]", "2:1: duplicate key `actors`"),
        (
            "capabilities:\n  - binding_name: x\n",
            "2:5: a capability needs the key `builtin` or `path`",
        ),
        (
            "capabilities:\n  - builtin: x\n    path: y\n",
            "3:11: a capability cannot have both keys, `builtin` and `path`",
        ),
        (
            "actors: &x [a]\nbindings: [{actor: *x, capability: c}]",
            "2:20: bindings[0].actor: expected a text",
        ),
    ] {
        assert_eq!(refused(text).0, expected, "{text}");
    }
}

#[test]
fn text_that_is_no_manifest_is_refused() {
    for text in [
        "{",
        "actors: [\"a",
        "actors: [\0]",
        "actors: []\n---\nactors: []\n",
        "<<: { actors: [a] }",
        "actors: [!include a]",
    ] {
        refused(text);
    }
}

#[test]
fn exploding_aliases_are_refused_early() {
    let mut text = String::from("actors: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..10 {
        let list = vec![format!("*a{}", level - 1); 10].join(", ");
        text.push_str(&format!("k{level}: &a{level} [{list}]\n"));
    }
    refused(&text);
    let flat = format!(
        "labels: {{a: &a {}}}\nactors: [{}]",
        "x".repeat(1000),
        vec!["*a"; 20_000].join(",")
    );
    let error = Manifest::parse(&flat).unwrap_err();
    assert_eq!(error.problem, Problem::TooComplex);
}

#[test]
fn depth_and_size_are_bounded() {
    let deep = format!("actors: {}{}", "[".repeat(10_000), "]".repeat(10_000));
    refused(&deep);
    let large = format!("actors: [{}]", "a,".repeat(1 << 20));
    assert!(matches!(
        Manifest::parse(&large).unwrap_err().problem,
        Problem::TooLarge { .. }
    ));
}

#[test]
fn debug_shows_no_values() {
    let manifest = parsed("bindings: [{actor: a, capability: c, values: {PASSWORD: hunter2}}]");
    let shown = format!("{manifest:?}");
    assert!(shown.contains("PASSWORD") && !shown.contains("hunter2"));
}

/// Reads the expectations in a wrong manifest of the committed set: `# fault LINE:COLUMN: message`,
/// with `; ` before the help.
fn expected_faults(text: &str) -> Vec<(&str, &str)> {
    let lines = text
        .lines()
        .filter_map(|line| line.strip_prefix("# fault "));
    lines.map(|line| line.split_once(": ").unwrap()).collect()
}

#[test]
fn all_faults_of_the_committed_set_are_found_where_they_are() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/wrong");
    for file in std::fs::read_dir(folder).unwrap() {
        let file = file.unwrap().path();
        let text = std::fs::read_to_string(&file).unwrap();
        let found: Vec<String> = Manifest::parse_all(&text)
            .1
            .iter()
            .map(|fault| match fault.help() {
                Some(help) => format!("{fault}; {help}"),
                None => fault.to_string(),
            })
            .collect();
        let expected = expected_faults(&text);
        assert_eq!(
            found.len(),
            expected.len(),
            "{}: {found:#?}",
            file.display()
        );
        for (place, message) in expected {
            let is_it = |fault: &String| {
                fault.starts_with(&format!("{place}: ")) && fault.contains(message)
            };
            assert!(found.iter().any(is_it), "{}: {found:#?}", file.display());
        }
    }
}

#[test]
fn valid_parts_are_read_beside_invalid_ones() {
    let (manifest, faults) = Manifest::parse_all("actors: [a.wasm, [b]]\nbindngs: []\n");
    assert_eq!(manifest.actors.len(), 1);
    let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
    assert_eq!(
        faults,
        [
            "1:18: actors[1]: expected a text",
            "2:1: unknown key `bindngs`"
        ]
    );
}

#[test]
fn the_value_of_a_variable_is_text_and_never_structure() {
    let mut manifest = parsed(
        "labels: { a: '${EVIL}' }
actors: ['${EVIL}']
capabilities: [{ builtin: '${EVIL}', binding_name: '${EVIL}' }]
bindings: [{ actor: '${EVIL}', capability: '${EVIL}', binding: '${EVIL}', values: { a: '${EVIL}', b: { secret: 'env:${EVIL}' } } }]
",
    );
    let evil = "x\nactors: [evil.wasm]\n# ${EVIL}";
    let unset = manifest.expand(|_| Some(evil.to_owned()));
    assert_eq!(unset, []);
    assert_eq!(manifest.labels["a"].value, evil);
    assert_eq!(manifest.actors.len(), 1);
    assert_eq!(manifest.actors[0].path.value, evil);
    let capability = &manifest.capabilities[0];
    assert_eq!(capability.source.value, Source::Builtin(evil.to_owned()));
    assert_eq!(capability.binding_name.value, evil);
    let binding = &manifest.bindings[0];
    for text in [&binding.actor, &binding.capability, &binding.name] {
        assert_eq!(text.value, evil);
    }
    assert_eq!(binding.values["a"].value, Value::Text(evil.to_owned()));
    let secret = SecretRef::Env(evil.to_owned());
    assert_eq!(binding.values["b"].value, Value::Secret(secret));
}

#[test]
fn variables_without_a_value_are_told_with_their_places() {
    let text = "actors: [a, '${A}']\nbindings: [{ actor: a, capability: c, values: { P: '${P:1} ${B}' } }]";
    let mut manifest = parsed(text);
    let unset = manifest.expand(|_| None);
    let unset: Vec<String> = unset
        .iter()
        .map(|name| format!("{} {}", name.position, name.value))
        .collect();
    assert_eq!(unset, ["1:13 A", "2:52 B"]);
    assert_eq!(manifest.actors[1].path.value, "${A}");
    assert_eq!(
        manifest.bindings[0].values["P"].value.as_text(),
        Some("1 ${B}")
    );
}

#[test]
fn keys_of_2021_are_replaced_by_those_of_today_x7() {
    let faults = [
        ("links: []", "1:1: unknown key `links`", "bindings"),
        (
            "capabilities: [{builtin: extras, link_name: a}]",
            "1:34: unknown key `link_name`",
            "binding_name",
        ),
        (
            "capabilities: [{image_ref: a}]",
            "1:17: unknown key `image_ref`",
            "path",
        ),
        (
            "bindings: [{actor: a, capability: c, link_name: d}]",
            "1:38: unknown key `link_name`",
            "binding",
        ),
        (
            "bindings: [{actor: a, contract_id: c}]",
            "1:23: unknown key `contract_id`",
            "capability",
        ),
    ];
    for (text, expected, replacement) in faults {
        let (error, help) = refused(text);
        assert_eq!(error, expected);
        let replaced = format!("write `{replacement}`, which replaces that key of 2021");
        assert_eq!(help.unwrap(), replaced);
    }
    let (error, _) = refused("capabilities: [wasmcloud.azurecr.io/httpserver:0.11.1]");
    let expected = "1:16: capabilities[0]: expected `path: FILE` or `builtin: NAME`";
    assert_eq!(error, expected);
}
