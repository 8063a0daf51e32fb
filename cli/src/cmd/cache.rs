//! `capwire cache`

use crate::args::Cache;
use crate::error::Error;
use crate::table::table;
use crate::{code_cache, output, time};
use capwire::engine::wasmtime::{CacheError, CachedCode, CodeCache, Pruned};
use serde_json::json;
use std::time::UNIX_EPOCH;

pub(super) fn run(command: &Cache) -> Result<(), Error> {
    let cache = code_cache::needed()?;
    match command {
        Cache::Ls { json } => list(&cache, *json),
        Cache::Prune { to, json } => prune(&cache, *to, *json),
        Cache::Verify { json } => verify(&cache, *json),
    }
}

fn list(cache: &CodeCache, json: bool) -> Result<(), Error> {
    let all = cache.list().map_err(failed)?;
    let bytes: u64 = all.iter().map(|code| code.bytes).sum();
    if json {
        let files = all
            .iter()
            .map(|code| json!({ "name": code.name(), "bytes": code.bytes, "used": used(code) }));
        let files: Vec<_> = files.collect();
        return output::json(&json!({ "cache": cache.folder(), "bytes": bytes, "files": files }));
    }
    let rows = all
        .iter()
        .map(|code| [code.name(), code.bytes.to_string(), used(code)]);
    let rows: Vec<[String; 3]> = rows.collect();
    output::line(&table(["NAME", "BYTES", "USED"], &rows))?;
    let (count, folder) = (count(all.len()), cache.folder().display());
    output::line(&format!("\n{count}, {bytes} bytes in {folder}"))
}

fn prune(cache: &CodeCache, to: u64, json: bool) -> Result<(), Error> {
    let Pruned { files, bytes, .. } = cache.prune(to).map_err(failed)?;
    match json {
        true => output::json(&json!({ "files": files, "bytes": bytes })),
        false => {
            let files = count(usize::try_from(files).unwrap_or(usize::MAX));
            output::line(&format!("removed {files}, {bytes} bytes"))
        }
    }
}

fn verify(cache: &CodeCache, json: bool) -> Result<(), Error> {
    let mut refused = Vec::new();
    let all = cache.list().map_err(failed)?;
    for code in &all {
        match cache.verify(code) {
            Ok(()) => {}
            Err(error @ CacheError::NotOurs { .. }) => refused.push((code.name(), error)),
            Err(error) => return Err(failed(error)),
        }
    }
    if json {
        let refused: Vec<_> = refused.iter().map(|(name, _)| name).collect();
        output::json(&json!({ "files": all.len(), "refused": refused }))?;
    }
    let bad = refused.len();
    let Some((_, first)) = refused.into_iter().next() else {
        return match json {
            true => Ok(()),
            false => output::line(&format!("checked {}: all can be loaded", count(all.len()))),
        };
    };
    let error = Error::failure(format!("{bad} of {} cannot be loaded", count(all.len())))
        .because(first)
        .help("their modules are compiled again when they are needed; `capwire cache prune` removes all files");
    Err(if json { error.reported() } else { error })
}

fn count(files: usize) -> String {
    match files {
        1 => "1 file".to_owned(),
        files => format!("{files} files"),
    }
}

/// Returns the time of the last use.
fn used(code: &CachedCode) -> String {
    let since = code.used.duration_since(UNIX_EPOCH).unwrap_or_default();
    time::date(since.as_secs())
}

fn failed(error: CacheError) -> Error {
    Error::failure("cannot use the cache of compiled code").because(error)
}
