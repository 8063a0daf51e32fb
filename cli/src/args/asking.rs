//! The arguments of commands that talk to a running host.

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
    /// The time for calls in progress to finish in the old version; longer calls are dropped
    /// [default: 10s]
    #[arg(long, value_name = "DURATION", value_parser = capwire_manifest::time)]
    pub(crate) drain: Option<Duration>,
    #[command(flatten)]
    pub(crate) which: Which,
    /// Print JSON, for scripts
    #[arg(long)]
    pub(crate) json: bool,
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
