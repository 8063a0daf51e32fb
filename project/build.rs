//! Collects the SDK sources that new projects carry.
//!
//! A published package has no SDKs beside it; then projects name the published SDK of the same version.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// The name in the source, the folder of the repository, and what a project needs of it.
const SETS: [(&str, &[&str]); 5] = [
    (
        "RUST",
        &[
            "Cargo.toml",
            "LICENSE",
            "sdk-actor/Cargo.toml",
            "sdk-actor/README.md",
            "sdk-actor/src",
            "contracts/Cargo.toml",
            "contracts/README.md",
            "contracts/src",
            "text/Cargo.toml",
            "text/README.md",
            "text/src",
        ],
    ),
    (
        "ASSEMBLYSCRIPT",
        &[
            "sdks/assemblyscript/package.json",
            "sdks/assemblyscript/README.md",
            "sdks/assemblyscript/assembly",
            "sdks/assemblyscript/testing",
        ],
    ),
    (
        "ZIG",
        &[
            "sdks/zig/README.md",
            "sdks/zig/build.zig",
            "sdks/zig/build.zig.zon",
            "sdks/zig/src",
        ],
    ),
    ("C", &["sdks/c/README.md", "sdks/c/include"]),
    (
        "GO",
        &[
            "sdks/go/README.md",
            "sdks/go/go.mod",
            "sdks/go/actor.go",
            "sdks/go/blobstore",
            "sdks/go/call.go",
            "sdks/go/capwireslog",
            "sdks/go/capwiretest",
            "sdks/go/core",
            "sdks/go/eventstreams",
            "sdks/go/extras",
            "sdks/go/guest_wasip1.go",
            "sdks/go/host.go",
            "sdks/go/host_native.go",
            "sdks/go/http",
            "sdks/go/httpjson",
            "sdks/go/keyvalue",
            "sdks/go/logging",
            "sdks/go/messaging",
            "sdks/go/msgpack",
            "sdks/go/sql",
        ],
    ),
];

fn main() -> io::Result<()> {
    let own = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let root = own.join("..");
    let there = root.join("sdk-actor/Cargo.toml").exists();
    let mut source = String::new();
    for (name, parts) in SETS {
        let mut files = Vec::new();
        for part in parts.iter().filter(|_| there) {
            println!("cargo:rerun-if-changed={}", root.join(part).display());
            collect(&root, part, &mut files)?;
        }
        files.sort();
        let _ = writeln!(source, "pub(crate) const {name}: &[(&str, &[u8])] = &[");
        for file in files {
            let path = root.join(&file).canonicalize()?;
            let _ = writeln!(source, "    ({file:?}, include_bytes!({path:?})),");
        }
        source.push_str("];\n");
    }
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    fs::write(out.join("carried.rs"), source)
}

/// The end of the names of tests that are beside what they test.
const TESTS: &str = "_test.go";

/// Adds the files of `part`, which is a file or a folder, with `/` in their paths. Tests are left out.
fn collect(root: &Path, part: &str, files: &mut Vec<String>) -> io::Result<()> {
    let path = root.join(part);
    if part.ends_with(TESTS) {
        return Ok(());
    }
    if path.is_file() {
        files.push(part.to_owned());
        return Ok(());
    }
    for entry in fs::read_dir(&path)? {
        let name = entry?.file_name();
        collect(root, &format!("{part}/{}", name.to_string_lossy()), files)?;
    }
    Ok(())
}
