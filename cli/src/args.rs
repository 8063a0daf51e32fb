//! The command line, and nothing else.

use capwire::wascap::KeyKind;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Parser, Subcommand, ValueEnum};
use std::path::PathBuf;
use std::time::Duration;

/// Runs signed WebAssembly actors with the capabilities that their signatures grant.
#[derive(Debug, Parser)]
#[command(name = "capwire", version, after_help = EXIT_CODES)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXIT_CODES: &str = "\
Exit codes:
  0  done; the answer is yes
  1  it failed; the answer is no
  2  the command line is wrong, or a file that it names cannot be read";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make keys, and look at them
    #[command(subcommand)]
    Keys(Keys),
    /// Sign a module with the capabilities that it may use
    Sign(Sign),
    /// Show what a module claims and needs, without judging it
    Inspect(Inspect),
    /// Judge whether a module's claims are genuine and valid now
    ///
    /// Judges the container and the claims: the signature, the hash of the module, the times. It
    /// does not say that the module is a guest that a host can start.
    Verify(Verify),
    /// Run what a manifest names, until Ctrl-C or SIGTERM
    ///
    /// Prints a line `listening URL` for each server that is ready. Logs go to standard error;
    /// RUST_LOG sets how much.
    Run(Run),
}

#[derive(Debug, Subcommand)]
pub(crate) enum Keys {
    /// Make a new key pair
    Gen(KeysGen),
    /// Show the public key of a seed file
    Show {
        /// The seed file
        file: PathBuf,
    },
}

#[derive(Debug, clap::Args)]
pub(crate) struct KeysGen {
    /// What the key is for
    #[arg(value_parser = kinds())]
    pub(crate) kind: KeyKind,
    /// Write the seed to this file, readable by you alone, instead of printing it
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Replace the file if it is there: its key is lost
    #[arg(long, requires = "output")]
    pub(crate) force: bool,
}

fn kinds() -> impl TypedValueParser<Value = KeyKind> {
    PossibleValuesParser::new(KeyKind::ALL.map(KeyKind::name))
        .try_map(|name| name.parse::<KeyKind>())
}

#[derive(Debug, clap::Args)]
pub(crate) struct Sign {
    /// The module to sign
    pub(crate) input: PathBuf,
    /// Where the signed module goes
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: PathBuf,
    /// The seed file of the account that signs
    #[arg(long, value_name = "FILE")]
    pub(crate) issuer: PathBuf,
    /// The seed file of the module: its public key is the actor's identity
    #[arg(long, value_name = "FILE")]
    pub(crate) subject: PathBuf,
    /// The actor's name, for people
    #[arg(long)]
    pub(crate) name: String,
    /// A capability it may use, such as wascc:keyvalue, or an actor it may call by its key
    #[arg(long = "cap", value_name = "ID")]
    pub(crate) capabilities: Vec<String>,
    /// The version, for people
    #[arg(long = "ver", value_name = "VERSION")]
    pub(crate) version: Option<String>,
    /// The revision, which grows with each release
    #[arg(long = "rev", value_name = "NUMBER")]
    pub(crate) revision: Option<i32>,
    /// A tag, for finding it
    #[arg(long = "tag")]
    pub(crate) tags: Vec<String>,
    /// How long from now it is valid: 30d, 12h, 90m, 45s [default: for ever]
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    pub(crate) expires: Option<Duration>,
    /// How long from now until it becomes valid [default: at once]
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    pub(crate) not_before: Option<Duration>,
    /// The module is a capability provider
    #[arg(long)]
    pub(crate) prov: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Inspect {
    /// The module
    pub(crate) file: PathBuf,
    /// Print JSON, for scripts
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Verify {
    /// The module
    pub(crate) file: PathBuf,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Run {
    /// The manifest, YAML or JSON
    ///
    /// Files in it are looked for beside the manifest first, then in the working directory.
    pub(crate) manifest: PathBuf,
    /// What runs the actors
    #[arg(long, value_enum, default_value_t)]
    pub(crate) engine: EngineName,
    /// Where providers keep their data [default: .capwire beside the manifest]
    #[arg(long, value_name = "DIR")]
    pub(crate) data_dir: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(crate) enum EngineName {
    /// Compiles ahead: fastest
    #[default]
    Wasmtime,
    /// Interprets: starts at once
    Wasmi,
}
