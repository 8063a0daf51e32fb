//! `capwire new`, `capwire build` and `capwire doctor`, as far as they need no tools of a language.
//! `testing/acceptance` builds and runs projects.

use crate::folder::{Folder, says};
use std::fs;
use std::path::Path;

#[test]
fn a_new_project_has_everything_but_keys() {
    let folder = Folder::new();
    let printed = folder.succeed("new hello");
    says(&printed, &["Created hello", "cd hello", "capwire dev"]);
    for file in [
        ".gitignore",
        "Cargo.toml",
        "capwire.yaml",
        "manifest.yaml",
        "src/lib.rs",
        "vendor/capwire/sdk-actor/src/lib.rs",
    ] {
        assert!(folder.path("hello").join(file).is_file(), "{file}");
    }
    assert!(!folder.path("hello/vendor/capwire/sdk-actor/tests").exists());
    says(
        &folder.succeed("new counter --lang assemblyscript --template counter"),
        &["an actor in assemblyscript"],
    );
    let package = String::from_utf8(folder.read("counter/package.json")).unwrap();
    says(
        &package,
        &[
            "\"name\": \"counter\"",
            "file:vendor/capwire/assemblyscript",
        ],
    );
    assert_eq!(folder.names(), ["counter", "hello"]);
}

#[test]
fn a_project_replaces_nothing() {
    let folder = Folder::new();
    fs::create_dir(folder.path("full")).unwrap();
    folder.write("full/notes.txt", "mine");
    says(
        &folder.fail("new full", 1),
        &["error: cannot create the project", "`full` is not empty"],
    );
    fs::create_dir(folder.path("empty")).unwrap();
    folder.succeed("new empty");
    for name in ["Hello", "1st", "up/..", "fn", "a.b", ""] {
        let ended = folder.run_words(&["new", name]);
        assert_eq!(ended.code, Some(2), "{name}: {ended:?}");
    }
    assert_eq!(folder.names(), ["empty", "full"]);
}

#[test]
fn the_faults_of_a_project_file_are_named_by_line() {
    let folder = Folder::new();
    says(
        &folder.fail("build", 2),
        &[
            "has a `capwire.yaml`",
            "help: create a project with `capwire new NAME`",
        ],
    );
    folder.write(
        "capwire.yaml",
        "name: Hello\nlanguage: cobol\ncapabilities: ['wascc:keyvalue[Gett]']\nversoin: 1\n",
    );
    says(
        &folder.fail("build", 1),
        &[
            "capwire.yaml:4:1: unknown key `versoin`",
            "did you mean `version`?",
        ],
    );
    folder.write(
        "capwire.yaml",
        "name: Hello\nlanguage: cobol\ncapabilities: ['wascc:keyvalue[Gett]']\n",
    );
    says(
        &folder.fail("build", 1),
        &[
            "capwire.yaml:1:7: `Hello` cannot be the name of a project",
            "capwire.yaml:2:11: `cobol` is not a language",
            "capwire.yaml:3:16: ",
            "no operation `Gett`",
        ],
    );
    folder.write("capwire.yaml", "# nothing\n");
    says(&folder.fail("build", 1), &["the project file is empty"]);
}

#[test]
fn the_doctor_names_each_missing_tool_and_its_remedy() {
    let folder = Folder::new();
    fs::create_dir(folder.path("none")).unwrap();
    let mut command = folder.command(&["doctor", "--json"]);
    command.env("PATH", folder.path("none"));
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let tools = report["tools"].as_array().unwrap();
    assert!(tools.iter().all(|tool| tool["found"].is_null()), "{report}");
    let target = tools
        .iter()
        .find(|tool| tool["tool"] == "wasm32-unknown-unknown");
    assert_eq!(
        target.unwrap()["remedy"],
        "rustup target add wasm32-unknown-unknown"
    );
    let tools_of_rust = folder.command(&["doctor", "rust"]).output().unwrap();
    let text = String::from_utf8_lossy(&tools_of_rust.stdout).into_owned();
    says(&text, &["rust: cargo: cargo 1."]);
    assert!(!text.contains("assemblyscript"), "{text}");
}

#[test]
fn a_build_without_its_tools_says_how_to_install_them() {
    let folder = Folder::new();
    folder.succeed("new hello");
    fs::create_dir(folder.path("none")).unwrap();
    let mut command = folder.command(&["build", "hello"]);
    command.env("PATH", folder.path("none"));
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    says(
        &error,
        &[
            "error: cannot build `hello`",
            "cannot run `cargo build",
            "help: install rustup",
        ],
    );
    assert!(!Path::new(&folder.path("hello/build")).exists());
}
