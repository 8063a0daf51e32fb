//! The command line of `capwire check`.

use super::{EngineName, TrustFiles};
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub(crate) struct Check {
    /// The manifest, YAML or JSON
    pub(crate) manifest: PathBuf,
    /// Compile modules with this engine [default: the safe engine that compiles fastest]
    ///
    /// A module that one engine refuses as too expensive to compile may be accepted by another.
    #[arg(long, value_enum)]
    pub(crate) engine: Option<EngineName>,
    /// Allow wasm3, an engine that a hostile module can exploit to take over this process
    #[arg(long, requires = "engine")]
    pub(crate) allow_unsafe_engine: bool,
    /// The directory for providers' data [default: .capwire beside the manifest]
    #[arg(long, value_name = "DIR")]
    pub(crate) data_dir: Option<PathBuf>,
    /// The operator's policy file
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) trust: TrustFiles,
    /// Load providers from libraries that nobody vouches for. Such a library can take over this process
    #[cfg(all(feature = "plugins", target_os = "linux"))]
    #[arg(long)]
    pub(crate) allow_unsigned_plugins: bool,
    /// Print JSON, for scripts
    #[arg(long)]
    pub(crate) json: bool,
}

impl Check {
    pub(crate) fn allows_unsigned_plugins(&self) -> bool {
        #[cfg(all(feature = "plugins", target_os = "linux"))]
        return self.allow_unsigned_plugins;
        #[cfg(not(all(feature = "plugins", target_os = "linux")))]
        false
    }
}
