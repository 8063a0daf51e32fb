//! `capwire compile`, `capwire cache`, and what `capwire call` keeps.

use crate::folder::{Folder, says};
use crate::modules::echo;
use serde_json::Value;
use std::path::PathBuf;

/// A folder with an echo module, whose commands have a cache of their own.
fn with_cache() -> Folder {
    let mut folder = Folder::new();
    folder.write("echo.wasm", echo());
    folder.set("CAPWIRE_CACHE", "code");
    folder.set("CAPWIRE_CACHE_KEY", "cache.key");
    folder
}

fn json(folder: &Folder, line: &str) -> Value {
    serde_json::from_str(&folder.succeed(line)).unwrap()
}

/// The files in the cache.
fn files(folder: &Folder) -> Vec<PathBuf> {
    let listed = json(folder, "cache ls --json");
    let files = listed["files"].as_array().unwrap().iter();
    let names = files.map(|file| file["name"].as_str().unwrap().to_owned());
    names.map(|name| folder.path("code").join(name)).collect()
}

#[test]
fn what_a_command_compiles_is_there_for_the_next_one() {
    let folder = with_cache();
    assert!(files(&folder).is_empty());
    folder.succeed("call echo.wasm Any --engine wasmtime");
    assert_eq!(files(&folder).len(), 1);
    let told = folder.succeed("compile echo.wasm");
    assert_eq!(told, "echo.wasm: was compiled before\n");
    says(&folder.succeed("cache ls"), &["NAME", "\n1 file, "]);
}

#[test]
fn what_is_compiled_ahead_is_listed_and_removed() {
    let folder = with_cache();
    assert_eq!(folder.succeed("compile echo.wasm"), "echo.wasm: compiled\n");
    let told = json(&folder, "compile echo.wasm --json");
    assert_eq!(told["modules"][0]["was_there"], true);
    let listed = json(&folder, "cache ls --json");
    assert_eq!(listed["bytes"], listed["files"][0]["bytes"]);
    assert_eq!(json(&folder, "cache prune --to 1GiB --json")["files"], 0);
    let removed = json(&folder, "cache prune --json");
    assert_eq!(
        (&removed["files"], &removed["bytes"]),
        (&Value::from(1), &listed["bytes"])
    );
    assert!(files(&folder).is_empty());
    says(
        &folder.fail("cache prune --to 5", 2),
        &["expected a number of B, KiB, MiB or GiB"],
    );
}

#[test]
fn a_damaged_file_is_found_and_replaced() {
    let folder = with_cache();
    folder.succeed("compile echo.wasm");
    assert_eq!(
        folder.succeed("cache verify"),
        "checked 1 file: all can be loaded\n"
    );
    let [file] = &files(&folder)[..] else {
        panic!("not one file");
    };
    let mut bytes = std::fs::read(file).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    std::fs::write(file, bytes).unwrap();
    let error = folder.fail("cache verify", 1);
    says(
        &error,
        &["1 of 1 file cannot", "is damaged", "compiled again"],
    );
    let ended = folder.run("cache verify --json");
    assert_eq!(ended.code, Some(1));
    let found: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(found["refused"].as_array().unwrap().len(), 1);
    assert_eq!(folder.succeed("compile echo.wasm"), "echo.wasm: compiled\n");
    folder.succeed("cache verify");
}

#[test]
fn who_wants_no_cache_has_none() {
    let mut folder = with_cache();
    folder.succeed("call echo.wasm Any --engine wasmtime --engine-option cache=off");
    assert!(files(&folder).is_empty());
    folder.set("CAPWIRE_CACHE", "off");
    folder.succeed("call echo.wasm Any --engine wasmtime");
    let error = folder.fail("cache ls", 1);
    says(&error, &["there is no cache", "set CAPWIRE_CACHE"]);
    assert_eq!(folder.fail("compile echo.wasm", 1), error);
}

#[test]
fn a_directory_that_was_asked_for_must_be_usable() {
    let mut folder = with_cache();
    folder.set("CAPWIRE_CACHE", "echo.wasm");
    let error = folder.fail("call echo.wasm Any --engine wasmtime", 2);
    says(&error, &["cache of compiled code", "echo.wasm", "`off`"]);
}

#[test]
fn a_module_that_cannot_be_compiled_is_named() {
    let folder = with_cache();
    folder.write("text.wasm", "text");
    let error = folder.fail("compile text.wasm", 1);
    says(&error, &["cannot compile `text.wasm`"]);
}
