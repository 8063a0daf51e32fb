//! The SDK sources that a project carries as long as the SDKs are not published.

use crate::Language;

include!(concat!(env!("OUT_DIR"), "/carried.rs"));

/// Returns the folder of a project in which the sources are. Go expects a list of packages in a folder
/// with the name `vendor`, and then builds with the packages in that folder only.
pub(crate) fn folder(language: Language) -> &'static str {
    match language {
        Language::Go => "third_party/capwire",
        _ => "vendor/capwire",
    }
}

/// The packages of the Rust SDK. They are a workspace of their own, because their manifests inherit
/// from one.
const RUST_MEMBERS: &str = r#"["sdk-actor", "contracts", "text"]"#;

/// Returns true if projects in `language` can name an SDK: one that they carry, or a published one.
pub(crate) fn is_available(language: Language) -> bool {
    match language {
        Language::Rust | Language::AssemblyScript => true,
        Language::Zig => !ZIG.is_empty(),
        Language::C => !C.is_empty(),
        Language::Go => !GO.is_empty(),
    }
}

/// Returns the sources of a language's SDK with their paths below [`folder`]. There are none if this
/// crate was built from its published package.
pub(crate) fn sources(language: Language) -> Vec<(String, Vec<u8>)> {
    let (sources, prefix) = match language {
        Language::Rust => (RUST, ""),
        Language::AssemblyScript => (ASSEMBLYSCRIPT, "sdks/"),
        Language::Zig => (ZIG, "sdks/"),
        Language::C => (C, "sdks/"),
        Language::Go => (GO, "sdks/"),
    };
    let sources = sources.iter().map(|(path, content)| {
        let path = path.strip_prefix(prefix).unwrap_or(path);
        let content = match (language, path) {
            (Language::Rust, "Cargo.toml") => workspace(&String::from_utf8_lossy(content)),
            _ => content.to_vec(),
        };
        (path.to_owned(), content)
    });
    sources.collect()
}

/// Returns what members inherit from the workspace in `manifest`, as the manifest of a workspace
/// that has only the SDK. What no member inherits is left out: a package that is not there, too.
fn workspace(manifest: &str) -> Vec<u8> {
    let mut kept = format!(
        "# The packages of capwire's SDK.\n[workspace]\nresolver = \"3\"\nmembers = {RUST_MEMBERS}\n"
    );
    let mut inside = false;
    for line in manifest.lines() {
        if line.starts_with('[') {
            inside = line.starts_with("[workspace.");
        }
        if inside {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    kept.into_bytes()
}
