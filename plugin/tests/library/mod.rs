//! The libraries under test.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    dead_code,
    reason = "tests; each uses a part"
)]

pub(crate) mod caller;

use capwire_contracts_suite::keyvalue::Subject;
use capwire_plugin::{IsolatedPlugin, Plugin};
use capwire_provider::ProviderFactory as _;
use std::io::ErrorKind;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

/// Returns the program that serves libraries, which cargo builds with the tests.
pub(crate) fn served() -> Command {
    let test = std::env::current_exe().unwrap();
    Command::new(test.ancestors().nth(2).unwrap().join("examples/served"))
}

/// Returns the provider of `library` in a process of its own, for the cases of the contract.
pub(crate) async fn isolated(library: Vec<u8>) -> Subject {
    let plugin = IsolatedPlugin::load(library, served).unwrap();
    let provider = plugin.open().await.unwrap();
    Subject::new(
        provider,
        |_| panic!("the core has no case in which time passes"),
        (),
    )
}

/// Returns the library `name` in Rust, which cargo builds with the tests.
pub(crate) fn built(name: &str) -> Vec<u8> {
    let test = std::env::current_exe().unwrap();
    let built = test
        .ancestors()
        .nth(2)
        .unwrap()
        .join(format!("examples/lib{name}.so"));
    std::fs::read(&built).unwrap_or_else(|error| {
        panic!(
            "{}: {error}; run `cargo build -p capwire-plugin --examples` before a single test",
            built.display()
        )
    })
}

/// Returns the example in C.
pub(crate) fn c() -> Vec<u8> {
    static BUILT: OnceLock<Vec<u8>> = OnceLock::new();
    BUILT
        .get_or_init(|| compile(&["examples/c/keyvalue.c"], &[]))
        .clone()
}

/// Returns the example in Zig, or `None` without a compiler.
pub(crate) fn zig() -> Option<Vec<u8>> {
    let folder = tempfile::tempdir().unwrap();
    let plugin = Path::new(env!("CARGO_MANIFEST_DIR"));
    for file in ["keyvalue.zig", "store.zig"] {
        std::fs::copy(
            plugin.join("examples/zig").join(file),
            folder.path().join(file),
        )
        .unwrap();
    }
    let zig = |arguments: &str| {
        let mut zig = Command::new("zig");
        zig.current_dir(folder.path()).args(arguments.split(' '));
        zig
    };
    let mut translate = zig("translate-c -lc -I");
    translate
        .arg(plugin.join("include"))
        .arg(plugin.join("include/capwire_msgpack.h"));
    let translated = match translate.output() {
        Err(error) if error.kind() == ErrorKind::NotFound => return None,
        translated => translated.unwrap(),
    };
    assert!(translated.status.success(), "{translated:?}");
    std::fs::write(folder.path().join("capwire.zig"), translated.stdout).unwrap();
    let built = zig("build-lib -dynamic -lc -OReleaseSafe -fstrip keyvalue.zig")
        .output()
        .unwrap();
    assert!(built.status.success(), "{built:?}");
    Some(std::fs::read(folder.path().join("libkeyvalue.so")).unwrap())
}

/// Compiles C with all warnings as errors, as a shared library.
pub(crate) fn compile(sources: &[&str], options: &[&str]) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let library = folder.path().join("library.so");
    let mut cc = Command::new("cc");
    cc.current_dir(env!("CARGO_MANIFEST_DIR"));
    cc.args(
        "-std=c11 -O1 -Wall -Wextra -Werror -pedantic -fPIC -shared -pthread -I include -o"
            .split(' '),
    );
    cc.arg(&library).args(sources).args(options);
    let compiled = cc.status().expect("these tests need a C compiler as `cc`");
    assert!(compiled.success(), "{cc:?}");
    std::fs::read(library).unwrap()
}

/// Returns the provider of `library`, for the cases of the contract. No case of the core waits for time to pass.
pub(crate) async fn subject(library: Vec<u8>) -> Subject {
    let plugin = Plugin::load(&library).unwrap();
    let provider = plugin.open().await.unwrap();
    Subject::new(
        provider,
        |_| panic!("the core has no case in which time passes"),
        (),
    )
}
