//! The command line of what a running host is asked.

use std::path::PathBuf;
use std::time::Duration;

/// Which of the running hosts is meant.
#[derive(Debug, clap::Args)]
pub(crate) struct Which {
    /// The host, by its process id or its socket [default: the only one that runs]
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
    /// The actor, by its key or its name
    pub(crate) actor: String,
    /// The signed module of the new version
    pub(crate) module: PathBuf,
    /// Let the new version claim more than the old one
    #[arg(long)]
    pub(crate) allow_wider: bool,
    /// Ask the new version for its health first, and go on only if it answers
    #[arg(long)]
    pub(crate) health_check: bool,
    /// How long calls of the old version may go on; those that take longer are dropped [default:
    /// 10s]
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
    /// The actor, by its key or its name [default: the whole host, which ends]
    pub(crate) actor: Option<String>,
    #[command(flatten)]
    pub(crate) which: Which,
    /// Print JSON, for scripts
    #[arg(long)]
    pub(crate) json: bool,
}
