//! The chain of three actors in three languages, which `actors/chain` describes.

use crate::languages::{self, Language};
use crate::shell::root;
use crate::{build, demo};
use anyhow::{Context, Result};
use std::fs;
use std::path::Path;

const LANGUAGES: [Language; 2] = [Language::AssemblyScript, Language::Zig];

/// The actors, from the last one to the first one, with their capabilities. Each may call the one
/// before it.
const ACTORS: [(&str, &[&str]); 3] = [
    ("back", &["wascc:keyvalue"]),
    ("middle", &[]),
    ("front", &["wascc:http_server"]),
];

/// Builds the actors that are not in Rust into `guests`, if `languages` has their languages.
pub(crate) fn build(languages: &[Language], guests: &Path) -> Result<()> {
    if !LANGUAGES.iter().all(|needed| languages.contains(needed)) {
        return Ok(());
    }
    languages::assemblyscript::build("../../actors/chain/front")?;
    let front = root().join("actors/chain/front/build/front.wasm");
    fs::copy(&front, guests.join("chain_front.wasm"))
        .with_context(|| format!("cannot copy {}", front.display()))?;
    let back = guests.join("chain_back.wasm");
    languages::zig::build("../../actors/chain/back/src/main.zig", &back)
}

/// Builds, signs and runs the chain.
pub(crate) fn demonstrate(options: &demo::Options) -> Result<()> {
    for language in LANGUAGES {
        language.install()?;
    }
    let guests = build::actors()?;
    build(&LANGUAGES, &guests)?;
    let capwire = build::capwire()?;
    let folder = build::state().join("chain");
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let mut next: Option<String> = None;
    for (name, capabilities) in ACTORS {
        let module = guests.join(format!("chain_{name}.wasm"));
        let mut granted: Vec<&str> = capabilities.to_vec();
        granted.extend(next.as_deref());
        next = Some(demo::sign_as(&capwire, &folder, &module, name, &granted)?);
    }
    let manifest = folder.join("manifest.yaml");
    let port = options.port();
    let text = format!(
        "actors:\n  - front.signed.wasm\n  - {{ path: middle.signed.wasm, alias: middle }}\n  \
         - {{ path: back.signed.wasm, alias: back }}\nbindings:\n  - actor: front\n    \
         capability: wascc:http_server\n    values: {{ PORT: \"{port}\" }}\n  - actor: back\n    \
         capability: wascc:keyvalue\n"
    );
    fs::write(&manifest, text).with_context(|| format!("cannot write {}", manifest.display()))?;
    demo::serve(&capwire, &folder, &manifest, options)
}
