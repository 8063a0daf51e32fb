//! Providers in shared libraries, and the signatures that vouch for them.

use crate::admission::Judge;
use crate::error::Error;
use crate::files;
use crate::place::Place;
use capwire::contracts::core::CapabilityDescriptor;
use capwire::contracts::{canonical_contract, http};
use capwire::plugin::{IsolatedPlugin, Plugin};
use capwire::provider::{HandOver, Provider, ProviderFactory};
use capwire::wascap::{PublicKey, VerifiedArchive};
use std::fmt;
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Arc, OnceLock};

const ELF: &[u8] = b"\x7FELF";
const ALLOW: &str = "--allow-unsigned-plugins";

/// A provider in a shared library whose signature was verified, or that the operator allowed without.
pub(crate) struct PluginFile {
    file: PathBuf,
    name: String,
    contract: String,
    library: Vec<u8>,
    /// True if it runs in a process of its own.
    in_process: bool,
    loaded: OnceLock<Box<dyn ProviderFactory>>,
}

impl PluginFile {
    /// Reads the archive or library in `file`, which the manifest names at `place`. `issuer` is the key of the account
    /// that must have signed it. Runs none of its code, unless it is a bare library.
    pub(super) fn read(
        file: PathBuf,
        place: &Place,
        (issuer, in_process): (Option<(Place, &str)>, bool),
        judge: &Judge,
    ) -> Result<Self, Error> {
        let bytes = files::read(&file).map_err(|error| error.at(place))?;
        if bytes.starts_with(ELF) {
            return Self::bare(file, bytes, in_process, place, judge);
        }
        let archive = judge
            .plugins
            .verifier
            .verify_archive(&bytes, judge.now)
            .map_err(|error| {
                place
                    .error(format_args!(
                        "the provider archive `{}` is not valid",
                        file.display()
                    ))
                    .because(error)
            })?;
        vouched(&archive, &file, place, issuer, judge)?;
        let target = target();
        let library = archive.library(&target).ok_or_else(|| {
            let targets: Vec<&str> = archive.libraries().map(|(target, _)| target).collect();
            place
                .error(format_args!(
                    "`{}` has no library for {target}",
                    file.display()
                ))
                .help(format!("it has libraries for {}", targets.join(", ")))
        })?;
        let metadata = &archive.claims().metadata;
        let contract = metadata.capid.as_deref().ok_or_else(|| {
            let problem = format_args!("the claims of `{}` name no contract", file.display());
            place
                .error(problem)
                .help("sign it again with `capwire archive --cap CONTRACT`")
        })?;
        Ok(Self {
            name: metadata.name.clone().unwrap_or_else(|| shown(&file)),
            contract: canonical_contract(contract).to_owned(),
            library: library.to_vec(),
            in_process,
            file,
            loaded: OnceLock::new(),
        })
    }

    /// Reads a library that nobody signed. Only its code knows the contract.
    fn bare(
        file: PathBuf,
        library: Vec<u8>,
        in_process: bool,
        place: &Place,
        judge: &Judge,
    ) -> Result<Self, Error> {
        if !judge.plugins.unsigned {
            return Err(place
                .error(format_args!(
                    "nobody signed the library `{}`",
                    file.display()
                ))
                .help(format!(
                    "sign it with `capwire archive {}=FILE -o FILE.par --cap CONTRACT`, or run with {ALLOW}",
                    target()
                )));
        }
        let mut bare = Self {
            name: shown(&file),
            contract: String::new(),
            library,
            in_process,
            file,
            loaded: OnceLock::new(),
        };
        let loaded = bare.load().map_err(|error| error.at(place))?;
        bare.contract = canonical_contract(&loaded.descriptor().id).to_owned();
        bare.loaded = loaded.into();
        Ok(bare)
    }

    /// Loads the library.
    fn load(&self) -> Result<Box<dyn ProviderFactory>, Error> {
        if self.in_process {
            let loaded = IsolatedPlugin::load(self.library.clone(), process);
            return match loaded {
                Ok(plugin) => Ok(Box::new(plugin)),
                Err(error) => Err(unusable(&self.file, error)),
            };
        }
        match Plugin::load(&self.library) {
            Ok(plugin) => Ok(Box::new(plugin)),
            Err(error) => Err(unusable(&self.file, error)),
        }
    }

    /// Returns `true` if both are the same library, in the same kind of process.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.in_process == other.in_process && self.library == other.library
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn contract(&self) -> &str {
        &self.contract
    }

    /// Returns `true` if a binding makes the actor reachable for clients.
    pub(super) fn opens_actors(&self) -> bool {
        self.contract == http::CONTRACT
    }

    /// Returns the description, of a library that is [loaded](Self::loaded).
    pub(super) fn descriptor(&self) -> CapabilityDescriptor {
        match self.loaded() {
            Ok(plugin) => plugin.descriptor(),
            // Opening it fails with the reason.
            Err(_) => CapabilityDescriptor::new(&self.contract, &self.name, &[]),
        }
    }

    pub(super) fn hand_over(&self) -> HandOver {
        self.loaded()
            .map(ProviderFactory::hand_over)
            .unwrap_or_default()
    }

    /// Opens the provider. Blocks.
    pub(super) fn open(&self) -> Result<Arc<dyn Provider>, Error> {
        let plugin = self.loaded()?;
        let opened = tokio::runtime::Handle::current().block_on(plugin.open());
        opened.map_err(|error| unusable(&self.file, error))
    }

    /// Loads the library, unless it is loaded already. Blocks.
    pub(super) fn loaded(&self) -> Result<&dyn ProviderFactory, Error> {
        if let Some(plugin) = self.loaded.get() {
            return Ok(&**plugin);
        }
        let plugin = self.load()?;
        let serves = plugin.descriptor().id;
        if canonical_contract(&serves) != self.contract {
            let (file, claimed) = (self.file.display(), &self.contract);
            let problem =
                format!("the provider in `{file}` serves {serves}, and its claims say {claimed}");
            return Err(
                Error::failure(problem).help("sign it again with the contract that it serves")
            );
        }
        Ok(&**self.loaded.get_or_init(|| plugin))
    }
}

impl fmt::Debug for PluginFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PluginFile")
            .field("file", &self.file)
            .field("contract", &self.contract)
            .finish_non_exhaustive()
    }
}

/// Refuses an archive for which neither the manifest's issuer nor a trusted operator vouches. Anybody can make a key
/// and sign with it.
fn vouched(
    archive: &VerifiedArchive<'_>,
    file: &std::path::Path,
    place: &Place,
    issuer: Option<(Place, &str)>,
    judge: &Judge,
) -> Result<(), Error> {
    let (claims, file) = (archive.claims(), file.display());
    if let Some((place, key)) = issuer {
        let wanted: PublicKey = key.parse().map_err(|error| {
            place
                .error("`issuer` is not the public key of an account")
                .because(error)
        })?;
        return match claims.issuer == wanted {
            true => Ok(()),
            false => Err(place
                .error(format_args!(
                    "`{file}` was signed by {}, not by this key",
                    claims.issuer
                ))
                .help(
                    "correct the key if you trust that issuer; otherwise, do not use the archive",
                )),
        };
    }
    if !claims.chain().is_empty() || judge.plugins.unsigned {
        return Ok(());
    }
    Err(place
        .error(format_args!("nobody vouches for `{file}`, and a provider can do whatever the host can"))
        .help(format!(
            "if you trust the issuer, write `issuer: {}` beside `path`; or trust its operator with --trust, or run with {ALLOW}",
            claims.issuer
        )))
}

fn unusable(
    file: &std::path::Path,
    error: impl std::error::Error + Send + Sync + 'static,
) -> Error {
    Error::failure(format!("cannot load the provider `{}`", file.display())).because(error)
}

/// Returns the program of the process of a provider: this one, even if its file was replaced.
fn process() -> Command {
    let mut command = Command::new("/proc/self/exe");
    command.arg("plugin-process");
    command
}

/// Returns the target of this host, in the form of archives.
fn target() -> String {
    format!("{}-{}", std::env::consts::ARCH, std::env::consts::OS)
}

fn shown(file: &std::path::Path) -> String {
    let name = file.file_name().unwrap_or(file.as_os_str());
    name.to_string_lossy().into_owned()
}
