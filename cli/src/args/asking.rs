//! The arguments of commands that talk to a running host.

use capwire::Proportion;
use std::path::PathBuf;
use std::time::Duration;

/// Selects one of the running hosts.
#[derive(Debug, clap::Args)]
pub(crate) struct Which {
    /// The host's process id or socket [default: the only running host]
    #[arg(long, value_name = "PID|SOCKET")]
    pub(crate) host: Option<String>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Ps {
    #[command(flatten)]
    pub(crate) which: Which,
    /// Print JSON, for scripts
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Swap {
    /// The actor's key, alias or name; or, without MODULE, a provider: its contract, such as
    /// wascc:http_server, or CONTRACT/NAME if the manifest gives it a name
    #[arg(value_name = "ACTOR|PROVIDER")]
    pub(crate) target: String,
    /// The signed module of the actor's new version
    pub(crate) module: Option<PathBuf>,
    /// Allow the new version to claim more than the old one
    #[arg(long, requires = "module")]
    pub(crate) allow_wider: bool,
    /// Send the new version a health request first, and swap only if it answers
    #[arg(long, requires = "module")]
    pub(crate) health_check: bool,
    /// Give the new version only this share of the calls at first, such as 10% or 0.5%; the old version
    /// stays if too many of them fail
    #[arg(long, value_name = "PERCENT", requires = "module")]
    pub(crate) canary: Option<Proportion>,
    /// The time until a canary takes over
    #[arg(
        long = "for",
        value_name = "DURATION",
        requires = "canary",
        default_value = "30s",
        value_parser = capwire_manifest::time
    )]
    pub(crate) time: Duration,
    /// The greatest share of a canary's calls that may fail
    #[arg(
        long,
        value_name = "PERCENT",
        requires = "canary",
        default_value = "1%"
    )]
    pub(crate) max_errors: Proportion,
    /// Withdraw the actor's new version that is a canary, instead of a swap; its own command fails
    #[arg(long, conflicts_with = "module")]
    pub(crate) withdraw: bool,
    /// The time for calls in progress to finish in the old version; longer calls are dropped
    /// [default: 8s]
    #[arg(long, value_name = "DURATION", value_parser = capwire_manifest::time)]
    pub(crate) drain: Option<Duration>,
    #[command(flatten)]
    pub(crate) which: Which,
    /// Print JSON, for scripts
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Apply {
    /// The manifest [default: the one that the host runs]
    ///
    /// The host reads it, with its own environment and working directory.
    pub(crate) manifest: Option<PathBuf>,
    /// Show what would change, and change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Allow new versions of actors to claim more than the old ones
    #[arg(long)]
    pub(crate) allow_wider: bool,
    /// Allow versions of actors with the same or a lower revision, to go back to an earlier release
    #[arg(long)]
    pub(crate) allow_older: bool,
    /// Send each new version of an actor a health request first, and change nothing if one fails
    #[arg(long)]
    pub(crate) health_check: bool,
    /// The time for calls in progress to finish in old versions; longer calls are dropped
    /// [default: 8s]
    #[arg(long, value_name = "DURATION", value_parser = capwire_manifest::time)]
    pub(crate) drain: Option<Duration>,
    #[command(flatten)]
    pub(crate) which: Which,
    /// Print JSON, for scripts
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Start {
    /// The signed module
    pub(crate) module: PathBuf,
    #[command(flatten)]
    pub(crate) which: Which,
    /// Print JSON, for scripts
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Bind {
    /// The actor's key, alias or name
    pub(crate) actor: String,
    /// The provider: its contract, such as wascc:keyvalue, or CONTRACT/NAME if it has a name
    pub(crate) provider: String,
    /// The values of the binding. Other users of this machine can see them: secrets belong in a
    /// manifest
    #[arg(value_name = "KEY=VALUE", value_parser = key_and_value)]
    pub(crate) values: Vec<(String, String)>,
    #[command(flatten)]
    pub(crate) which: Which,
    /// Print JSON, for scripts
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Unbind {
    /// The actor's key, alias or name
    pub(crate) actor: String,
    /// The provider: its contract, such as wascc:keyvalue, or CONTRACT/NAME if it has a name
    pub(crate) provider: String,
    #[command(flatten)]
    pub(crate) which: Which,
    /// Print JSON, for scripts
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Events {
    #[command(flatten)]
    pub(crate) which: Which,
    /// Print a line of JSON for each event, for scripts
    #[arg(long)]
    pub(crate) json: bool,
}

fn key_and_value(text: &str) -> Result<(String, String), &'static str> {
    let (key, value) = text.split_once('=').ok_or("expected KEY=VALUE")?;
    Ok((key.to_owned(), value.to_owned()))
}

#[derive(Debug, clap::Args)]
pub(crate) struct Stop {
    /// The actor's key, alias or name [default: stop the whole host]
    pub(crate) actor: Option<String>,
    #[command(flatten)]
    pub(crate) which: Which,
    /// Print JSON, for scripts
    #[arg(long)]
    pub(crate) json: bool,
}
