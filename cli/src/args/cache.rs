//! The command line of compiled code.

use crate::help::{CACHE_VERIFY_EXAMPLES, LS_EXAMPLES, PRUNE_EXAMPLES};
use capwire::Unit;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub(crate) struct Compile {
    /// The modules, signed or not
    #[arg(required = true, value_name = "MODULE")]
    pub(crate) modules: Vec<PathBuf>,
    /// An option of wasmtime, as for `capwire run`; can be repeated
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) engine_option: Vec<String>,
    /// Print JSON, for scripts
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Cache {
    /// List the files in the cache, the last used one first
    #[command(after_help = LS_EXAMPLES)]
    Ls {
        /// Print JSON, for scripts
        #[arg(long)]
        json: bool,
    },
    /// Remove the files that were not used for longest
    #[command(after_help = PRUNE_EXAMPLES)]
    Prune {
        /// The size to which the cache shrinks, such as 100MiB; 0B removes everything
        #[arg(long, value_name = "SIZE", default_value = "0B", value_parser = size)]
        to: u64,
        /// Print JSON, for scripts
        #[arg(long)]
        json: bool,
    },
    /// Check every file under your key; exit code 1 means that one is damaged or another's
    ///
    /// Such a file is never loaded. The module is compiled again, and the file replaced.
    #[command(after_help = CACHE_VERIFY_EXAMPLES)]
    Verify {
        /// Print JSON, for scripts
        #[arg(long)]
        json: bool,
    },
}

impl Cache {
    pub(crate) fn json(&self) -> bool {
        match self {
            Self::Ls { json } | Self::Prune { json, .. } | Self::Verify { json } => *json,
        }
    }
}

fn size(text: &str) -> Result<u64, String> {
    let unit = Unit::Bytes;
    unit.parse(text)
        .ok_or_else(|| format!("expected a number of {}", unit.names()))
}
