//! The arguments of `capwire run`.

use super::{EngineChoice, TrustFiles};
use clap::ValueEnum;
use std::net::SocketAddr;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub(crate) struct Run {
    /// The manifest, YAML or JSON, or a signed module
    ///
    /// Relative paths in a manifest are resolved against the manifest's directory first, then
    /// against the working directory.
    pub(crate) manifest: PathBuf,
    /// The port on which a module without a manifest serves HTTP; 0 selects any free port [default:
    /// 8080]
    #[arg(long, value_name = "PORT")]
    pub(crate) port: Option<u16>,
    #[command(flatten)]
    pub(crate) engine: EngineChoice,
    /// The directory for providers' data [default: .capwire beside the manifest]
    #[arg(long, value_name = "DIR")]
    pub(crate) data_dir: Option<PathBuf>,
    /// Forget earlier swaps: start the modules that the manifest names
    ///
    /// Without this flag, an actor continues with the module that `capwire swap` put in place, as
    /// long as the file that the manifest names for it is unchanged.
    #[arg(long)]
    pub(crate) fresh: bool,
    /// Leave out actors, providers and bindings that cannot start, with an error in the log
    ///
    /// Without this flag, the host names all of them and ends. An actor without one of its bindings gets no
    /// server. `capwire apply` tries again.
    #[arg(long)]
    pub(crate) keep_going: bool,
    /// The socket on which this host answers commands such as `capwire ps` and `apply` [default: a new
    /// socket in $XDG_RUNTIME_DIR/capwire or /tmp/capwire-UID]
    #[arg(long, value_name = "SOCKET")]
    pub(crate) control: Option<PathBuf>,
    /// The operator's policy file, which restricts what claims grant; the host follows changes to it
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) trust: TrustFiles,
    /// Load providers from libraries that nobody vouches for. Such a library can take over this process
    #[cfg(all(feature = "plugins", target_os = "linux"))]
    #[arg(long)]
    pub(crate) allow_unsigned_plugins: bool,
    /// Record the capabilities that actors use, as input for `capwire sign --derive`
    ///
    /// Writes one line of JSON for each distinct use: the operation and its resource (such as a
    /// key or a host), never message contents. A new file is readable only by you. An existing file
    /// is appended to and keeps its permissions.
    #[arg(long, value_name = "FILE")]
    pub(crate) record: Option<PathBuf>,
    /// Serve metrics for Prometheus at http://ADDRESS/metrics, and health at /livez and /readyz
    ///
    /// The host is ready when all actors and bindings of the manifest are up, no provider is broken,
    /// and no actor says that it is sick. Prints `metrics URL`. Port 0 selects any free port. Access is not restricted: anyone who can
    /// connect to the address can read the metrics.
    #[arg(long, value_name = "ADDRESS", value_parser = address)]
    pub(crate) metrics: Option<SocketAddr>,
    /// Send the details of an actor's failure to HTTP clients, in the body of the 500 response
    ///
    /// For development only: the details include function names and the actor's output. Also
    /// enables backtraces on every engine (see `--engine-option`).
    #[arg(long)]
    pub(crate) dev: bool,
    /// The format of log lines
    #[arg(long, value_enum, default_value_t)]
    pub(crate) log_format: LogFormat,
    /// Print one line of JSON for each server, for scripts
    #[arg(long)]
    pub(crate) json: bool,
}

impl Run {
    pub(crate) fn allows_unsigned_plugins(&self) -> bool {
        #[cfg(all(feature = "plugins", target_os = "linux"))]
        return self.allow_unsigned_plugins;
        #[cfg(not(all(feature = "plugins", target_os = "linux")))]
        false
    }
}

fn address(text: &str) -> Result<SocketAddr, &'static str> {
    let address = text.parse();
    address.map_err(|_| "expected an IP address and a port, such as 127.0.0.1:9100")
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(crate) enum LogFormat {
    /// Plain text, for people
    #[default]
    Text,
    /// One JSON object in each line, for programs
    Json,
}
