//! Providers that a manifest names by a file.

use super::builtin::Builtin;
use super::location::is_reference;
use super::provider::PlannedProvider;
use crate::admission::Judge;
use crate::error::Error;
use crate::place::Place;
use capwire_manifest::Capability;
use std::path::Path;

/// The libraries of the providers of 2020, by a part of their names, and the built-in provider of each.
const OF_2020: &[(&str, &str)] = &[
    ("libwascc_httpsrv", "http-server"),
    ("libwascc_redis", "keyvalue-redis"),
    ("libwascc_logging", "logging"),
    ("libwascc_nats", "messaging-nats"),
    ("libwascc_fs", "blobstore-local"),
    ("libwascc_s3", "blobstore-s3"),
    ("libwascc_http_client", "http-client"),
    ("libkeyvalue", "keyvalue-embedded"),
];

/// Returns the provider in the file that `capability` names by `path`.
pub(super) fn provider(
    manifest: &Path,
    place: &Place,
    path: &str,
    capability: &Capability,
    judge: &Judge,
) -> Result<PlannedProvider, Error> {
    if is_reference(path) {
        return Err(place
            .error(format_args!(
                "cannot load `{path}`: providers from a registry are not supported yet"
            ))
            .help("download the archive, and write the path of its file here"));
    }
    if let Some(builtin) = built_in(path) {
        return Err(place
            .error(format_args!(
                "cannot load `{path}`: libraries of 2020 have the interface of one compiler"
            ))
            .help(format!(
                "write `builtin: {builtin}` instead of `path: {path}`"
            )));
    }
    load(manifest, place, path, capability, judge)
}

/// Returns the provider of this binary that took the place of a library of 2020.
fn built_in(path: &str) -> Option<&'static str> {
    let file = Path::new(path).file_name()?.to_str()?;
    let found = OF_2020
        .iter()
        .find(|(library, _)| file.starts_with(library));
    found
        .map(|(_, name)| *name)
        .filter(|name| Builtin::named(name).is_some())
}

#[cfg(all(feature = "plugins", target_os = "linux"))]
fn load(
    manifest: &Path,
    place: &Place,
    path: &str,
    capability: &Capability,
    judge: &Judge,
) -> Result<PlannedProvider, Error> {
    let file = super::location::Folders::of(manifest).require(place, path)?;
    let issuer = capability.issuer.as_ref();
    let issuer = issuer.map(|key| (Place::of(manifest, key), key.value.as_str()));
    super::plugin::PluginFile::read(file, place, (issuer, capability.in_process), judge)
        .map(|plugin| PlannedProvider::Plugin(std::sync::Arc::new(plugin)))
}

#[cfg(not(all(feature = "plugins", target_os = "linux")))]
fn load(
    _: &Path,
    place: &Place,
    path: &str,
    _: &Capability,
    _: &Judge,
) -> Result<PlannedProvider, Error> {
    let names: Vec<&str> = Builtin::names().collect();
    Err(place
        .error(format_args!("cannot load `{path}`: this `capwire` loads no libraries"))
        .help(format!(
            "write `builtin: NAME` instead of `path`, with one of {}; or use a `capwire` with the feature `plugins`",
            names.join(", ")
        )))
}
