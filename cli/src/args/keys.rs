//! The command line of keys.

use crate::help::{GEN_EXAMPLES, SHOW_EXAMPLES};
use capwire::wascap::KeyKind;
use clap::Subcommand;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(crate) enum Keys {
    /// Create a key pair
    #[command(after_help = GEN_EXAMPLES)]
    Gen(KeysGen),
    /// Show the public key of a seed file
    #[command(after_help = SHOW_EXAMPLES)]
    Show {
        /// The seed file
        file: PathBuf,
        /// Print JSON, for scripts
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, clap::Args)]
pub(crate) struct KeysGen {
    /// The kind of key
    #[arg(value_parser = kinds())]
    pub(crate) kind: KeyKind,
    /// Write the seed to this file, readable only by you, instead of printing it
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Replace an existing file; the key in it is lost
    #[arg(long, requires = "output")]
    pub(crate) force: bool,
    /// Print JSON, for scripts
    #[arg(long)]
    pub(crate) json: bool,
}

fn kinds() -> impl TypedValueParser<Value = KeyKind> {
    PossibleValuesParser::new(KeyKind::ALL.map(KeyKind::name))
        .try_map(|name| name.parse::<KeyKind>())
}
