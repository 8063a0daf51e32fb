//! `capwire check`: all faults of a manifest, each at its place, and nothing is started.

use crate::folder::{Folder, pair, says};
use crate::modules::{expired, forged, guest, token_of, with_token};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// A folder with all modules that manifests of the tests name.
pub(crate) fn with_modules() -> Folder {
    let folder = Folder::new();
    let module = guest(b"");
    folder.signed(&module, "echo", "--cap wascc:http_server");
    let twin = folder.read("echo.wasm");
    folder.signed(&module, "client", "--cap wascc:http_client");
    let both = "--cap wascc:http_server --cap wascc:keyvalue";
    folder.signed(&module, "counter", both);
    folder.signed(&module, "accounts", "--cap wascc:eventstreams");
    folder.signed(&module, "guestbook", "--cap capwire:sql");
    folder.signed(&module, "images", "--cap wascc:blobstore");
    folder.signed(&module, "orders", "--cap wascc:messaging");
    folder.signed(&module, "report", "--cap capwire:timer");
    folder.signed(&module, "config", "--cap capwire:config");
    let noguest = wat::parse_str(r#"(module (memory (export "memory") 1))"#).unwrap();
    folder.signed(&noguest, "noguest", "");
    let large = wat::parse_str(format!("(module {})", "(func)".repeat(50_001))).unwrap();
    folder.signed(&large, "large", "");
    folder.key("module", "twin.nk");
    folder.succeed("sign echo.wasm -o twin.wasm --issuer account.nk --subject twin.nk --name echo --cap wascc:http_server");
    folder.write(
        "expired.wasm",
        expired(&module, &pair(&folder.path("account.nk"))),
    );
    let token = forged(&token_of(&twin), |claims| {
        claims["wascap"]["caps"] = serde_json::json!(["wascc:keyvalue"]);
    });
    folder.write("forged.wasm", with_token(&module, &token));
    folder.write("text.wasm", "plain text");
    folder
}

/// The committed wrong manifests, with those that are wrong in shape.
fn wrong_manifests() -> Vec<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = [
        here.join("tests/wrong"),
        here.join("../manifest/tests/wrong"),
    ];
    let files = folders.map(|folder| std::fs::read_dir(folder).unwrap());
    files
        .into_iter()
        .flatten()
        .map(|file| file.unwrap().path())
        .collect()
}

#[test]
fn each_fault_of_the_committed_set_is_found_at_its_place() {
    let folder = with_modules();
    let manifests = wrong_manifests();
    assert!(manifests.len() >= 30, "{}", manifests.len());
    for file in manifests {
        let text = std::fs::read_to_string(&file).unwrap();
        folder.write("m.yaml", &text);
        let ended = folder.run("check m.yaml --json");
        assert_eq!(ended.code, Some(1), "{}: {ended:?}", file.display());
        let report: Value = serde_json::from_str(&ended.stdout).unwrap();
        compare(&file, &text, report["faults"].as_array().unwrap());
    }
    let made = folder.names();
    assert!(!made.contains(&".capwire".to_owned()), "{made:?}");
}

#[test]
fn bindings_that_are_told_apart_share_a_port() {
    let folder = with_modules();
    folder.write(
        "m.yaml",
        "actors: [echo.wasm, counter.wasm, twin.wasm]
bindings:
  - { actor: echo.wasm, capability: wascc:http_server, values: { PATH: /api, METHODS: GET } }
  - { actor: twin.wasm, capability: wascc:http_server, values: { PATH: /api, METHODS: POST } }
  - { actor: counter.wasm, capability: wascc:http_server, values: { HOST: a.example } }
  - { actor: counter.wasm, capability: wascc:keyvalue }
",
    );
    folder.succeed("check m.yaml");
}

/// Compares what was found with the lines `# fault LINE:COLUMN: message` of the manifest.
fn compare(file: &Path, text: &str, found: &[Value]) {
    let expected = text
        .lines()
        .filter_map(|line| line.strip_prefix("# fault "));
    let expected: Vec<(&str, &str)> = expected
        .map(|line| line.split_once(": ").unwrap())
        .collect();
    let shown: Vec<String> = found.iter().map(in_a_line).collect();
    let file = file.display();
    assert_eq!(shown.len(), expected.len(), "{file}: {shown:#?}");
    for (place, message) in expected {
        let is_it = |fault: &&String| {
            fault.starts_with(&format!("{place}: "))
                && message.split("; ").all(|part| fault.contains(part))
        };
        assert!(
            shown.iter().any(|fault| is_it(&fault)),
            "{file}: {place}: {message}: {shown:#?}"
        );
    }
}

fn in_a_line(fault: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let causes: Vec<String> = fault["causes"]
        .as_array()
        .unwrap()
        .iter()
        .map(text)
        .collect();
    format!(
        "{}:{}: {}: {}; {}",
        fault["line"],
        fault["column"],
        text(&fault["message"]),
        causes.join(": "),
        text(&fault["help"])
    )
}

#[test]
fn people_get_all_faults_in_the_order_of_the_text() {
    let folder = with_modules();
    let error = {
        folder.write("m.yaml", "actors: [none.wasm]\nbindngs: []\n");
        folder.fail("check m.yaml", 1)
    };
    let places: Vec<&str> = error
        .lines()
        .filter_map(|line| line.strip_prefix("error: m.yaml:"))
        .map(|line| line.split(": ").next().unwrap())
        .collect();
    assert_eq!(places, ["1:10", "2:1"], "{error}");
    assert_eq!(folder.fail("run m.yaml", 1), error, "`run` tells the same");
}

#[test]
fn check_prints_a_table_and_writes_no_files() {
    let folder = with_modules();
    folder.write(
        "m.yaml",
        "labels: { zone: attic }
actors: [counter.wasm, echo.wasm]
capabilities: [{ builtin: keyvalue-embedded, binding_name: hits }]
bindings:
  - { actor: counter, capability: 'wascc:keyvalue', binding: hits }
  - { actor: counter, capability: 'wascc:http_server', values: { PORT: 8081 } }
  - { actor: echo, capability: 'wascc:http_server', values: { PORT: '${CAPWIRE_TEST_PORT:8082}' } }
",
    );
    let before = folder.names();
    let table = folder.succeed("check m.yaml");
    assert_eq!(
        table,
        "m.yaml: no faults, 2 actors

ACTOR    CAPABILITY         BINDING  PROVIDER
counter  wascc:keyvalue     hits     keyvalue-embedded
counter  wascc:http_server  default  http-server
echo     wascc:http_server  default  http-server
"
    );
    let report: Value = serde_json::from_str(&folder.succeed("check m.yaml --json")).unwrap();
    assert_eq!(report["faults"], serde_json::json!([]));
    assert_eq!(folder.names(), before);
}

#[test]
fn a_data_directory_that_cannot_be_used_is_told() {
    let folder = with_modules();
    folder.write(
        "m.yaml",
        "actors: [counter.wasm]\nbindings: [{ actor: counter, capability: 'wascc:keyvalue' }]\n",
    );
    folder.write("data", "not a directory");
    for data in ["data", "data/deeper"] {
        let error = folder.fail(&format!("check m.yaml --data-dir {data}"), 1);
        says(&error, &["data directory `data`", "--data-dir"]);
    }
    folder.succeed("check m.yaml --data-dir new/folder");
    assert!(!folder.path("new").exists());
}

#[test]
fn check_exits_with_2_for_a_missing_manifest() {
    says(&Folder::new().fail("check none.yaml", 2), &["none.yaml"]);
}

#[test]
fn secrets_are_read_and_never_shown() {
    let folder = with_modules();
    folder.write("port.secret", "hunter2\n");
    folder.write(
        "m.yaml",
        "actors: [echo.wasm]
bindings:
  - actor: echo
    capability: wascc:http_server
    values:
      PORT: { secret: 'file:port.secret' }
      ADDRESS: { secret: 'env:CAPWIRE_TEST_ADDRESS' }
",
    );
    for line in ["check m.yaml", "check m.yaml --json", "run m.yaml"] {
        let words: Vec<&str> = line.split(' ').collect();
        let mut command = folder.command(&words);
        command.env("CAPWIRE_TEST_ADDRESS", "127.0.0.1");
        command.env("RUST_LOG", "trace");
        let ended = command.output().unwrap();
        let shown = format!("{ended:?}");
        assert_eq!(ended.status.code(), Some(1), "{shown}");
        says(&shown, &["PORT", "must be a number"]);
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}
