//! Compares output word by word with `tests/cmd/*.md` and the documents of the project.
//!
//! `TRYCMD=overwrite cargo test -p capwire-cli --test cmd` updates these files.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "tests")]

use std::os::unix::fs::symlink;
use std::path::Path;

const REQUEST: &str = r#"{ "name": "Ada", "photo": { "$bytes": "iVBORw==" } }"#;

const MANIFEST: &str = "actors: [echo.signed.wasm]
bindings:
  - actor: echo
    capability: wascc:http_server
";

const WRONG: &str = "actors:
  - ecko.signed.wasm
bindings:
  - actor: ech
    capability: wascc:http_server
    vals: { PORT: 8081 }
";

#[test]
fn recorded_commands_print_the_recorded_output() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = tempfile::tempdir().unwrap();
    let cases = trycmd::TestCases::new();
    cases
        .env("COLUMNS", "100")
        .env("RUST_LOG", "")
        .env("CAPWIRE_CACHE", "off");
    for folder in ["tests/cmd", "../docs"] {
        for file in std::fs::read_dir(here.join(folder)).unwrap() {
            let file = file.unwrap().path().canonicalize().unwrap();
            if file.extension().is_some_and(|extension| extension == "md") {
                prepare(root.path(), &file);
            }
        }
    }
    cases.case(root.path().join("*.md"));
    cases.run();
}

/// Puts `file` where it is run, beside the folder that it is run in.
fn prepare(root: &Path, file: &Path) {
    let name = file.file_stem().unwrap().to_str().unwrap();
    symlink(file, root.join(format!("{name}.md"))).unwrap();
    let folder = root.join(format!("{name}.in"));
    std::fs::create_dir(&folder).unwrap();
    let files: [(&str, &[u8]); 6] = [
        (
            "shop.wasm",
            &wat::parse_str(include_str!("shop.wat")).unwrap(),
        ),
        (
            "echo.wasm",
            &wat::parse_str(capwire_conformance::guests::ECHO).unwrap(),
        ),
        ("libredis.so", b"\x7FELF"),
        ("request.json", REQUEST.as_bytes()),
        ("manifest.yaml", MANIFEST.as_bytes()),
        ("wrong.yaml", WRONG.as_bytes()),
    ];
    for (name, content) in files {
        std::fs::write(folder.join(name), content).unwrap();
    }
}
