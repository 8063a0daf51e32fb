//! The command line of provider archives.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

#[derive(Debug, clap::Args)]
pub(crate) struct Archive {
    /// A library for a target, named by Rust's names of architecture and system: x86_64-linux=FILE
    #[arg(required = true, value_name = "TARGET=FILE")]
    pub(crate) libraries: Vec<Library>,
    /// The output file for the archive
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: PathBuf,
    /// The contract that the provider implements, such as wascc:keyvalue
    #[arg(long = "cap", value_name = "CAPABILITY")]
    pub(crate) contract: String,
    /// Accept a contract that is no known one, such as your own
    #[arg(long)]
    pub(crate) force: bool,
    /// The provider's vendor, for people
    #[arg(long)]
    pub(crate) vendor: String,
    /// The provider's name, for people [default: the archive file's name]
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// The seed file of the signing account [default: account.nk in your keys, created if missing]
    #[arg(long, value_name = "FILE")]
    pub(crate) issuer: Option<PathBuf>,
    /// The seed file of the provider (a service key), whose public key identifies it [default:
    /// providers/NAME.nk in your keys, created if missing]
    #[arg(long, value_name = "FILE")]
    pub(crate) subject: Option<PathBuf>,
    /// The version, for people
    #[arg(long = "ver", value_name = "VERSION")]
    pub(crate) version: Option<String>,
    /// The revision number, which must grow with each release
    #[arg(long = "rev", value_name = "NUMBER")]
    pub(crate) revision: Option<i32>,
    /// Time until the claims expire, such as 30d, 12h, 90m or 45s [default: never]
    #[arg(long, value_name = "DURATION", value_parser = capwire_manifest::time)]
    pub(crate) expires: Option<Duration>,
    /// Print JSON, for scripts
    #[arg(long)]
    pub(crate) json: bool,
}

/// A native library for one target.
#[derive(Clone, Debug)]
pub(crate) struct Library {
    pub(crate) target: String,
    pub(crate) file: PathBuf,
}

impl FromStr for Library {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once('=') {
            Some((target, file)) if !file.is_empty() => Ok(Self {
                target: target.to_owned(),
                file: file.into(),
            }),
            _ => Err("expected TARGET=FILE, such as x86_64-linux=libredis.so"),
        }
    }
}
