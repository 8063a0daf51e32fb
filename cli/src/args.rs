//! The command line, and nothing else.

mod archive;
#[cfg(unix)]
mod asking;
mod authority;
mod engine;

pub(crate) use archive::Archive;
#[cfg(unix)]
pub(crate) use asking::{Ps, Stop, Swap};
pub(crate) use authority::{
    Claims, Token, TokenAccount, TokenCommon, TokenOperator, TokenRevocations, TrustFiles, Why,
};
pub(crate) use engine::{EngineChoice, EngineName};

use crate::help::{
    ARCHIVE_EXAMPLES, CALL_EXAMPLES, CHECK_EXAMPLES, COMPLETIONS_EXAMPLES, EXIT_CODES,
    GEN_EXAMPLES, INSPECT_EXAMPLES, MAN_EXAMPLES, RUN_EXAMPLES, SCHEMA_EXAMPLES, SHOW_EXAMPLES,
    SIGN_EXAMPLES, VERIFY_EXAMPLES, WHY_EXAMPLES,
};
#[cfg(unix)]
use crate::help::{PS_EXAMPLES, STOP_EXAMPLES, SWAP_EXAMPLES};
use capwire::Permission;
use capwire::wascap::KeyKind;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Parser, Subcommand, ValueEnum};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// Runs signed WebAssembly actors with the capabilities that their signatures grant.
#[derive(Debug, Parser)]
#[command(name = "capwire", version, after_help = EXIT_CODES)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make keys, and look at them
    #[command(subcommand)]
    Keys(Keys),
    /// Sign a module with the capabilities that it may use
    #[command(after_help = SIGN_EXAMPLES)]
    Sign(Sign),
    /// Make a signed archive of a native provider's libraries
    #[command(after_help = ARCHIVE_EXAMPLES)]
    Archive(Archive),
    /// Show what a module or a provider archive claims, without judging it
    #[command(after_help = INSPECT_EXAMPLES)]
    Inspect(Inspect),
    /// Judge whether the claims of a module or a provider archive are genuine and valid now
    ///
    /// Judges the container and the claims: the signature, the hash of the module or of each
    /// library, the times. It does not say that a host can start what is in it.
    #[command(after_help = VERIFY_EXAMPLES)]
    Verify(Verify),
    /// Say whether an actor may do something, and which layer decides that
    ///
    /// The layers are the signed claims, the operator's policy and the bindings of the manifest.
    /// Exit code 0 is allowed, 1 is denied, with what would change that.
    #[command(after_help = WHY_EXAMPLES)]
    Why(Why),
    /// Make the tokens of operators and accounts, and revocation lists
    #[command(subcommand)]
    Token(Token),
    /// Show claims, and compare those of two releases
    #[command(subcommand)]
    Claims(Claims),
    /// Call one operation of a module, and show what it answers
    ///
    /// Without a manifest the module has no capabilities and need not be signed. With one it has
    /// the limits and bindings that the manifest gives to it, without servers; the module has to
    /// be signed, by the key of one of the manifest's actors. Data is the same as that of `capwire run`.
    ///
    /// The answer is shown as JSON if it is a list or map in MessagePack, or else as text, or
    /// else byte by byte. What the actor says on its console goes to standard error.
    #[command(after_help = CALL_EXAMPLES)]
    Call(Call),
    /// Find all that is wrong with a manifest, without starting anything
    ///
    /// Checks all that `capwire run` does not need to start something for: the text, files and
    /// their claims, whether modules are guests, the names, keys and values of bindings, ports
    /// that are taken twice, variables, secrets, and the data directory; with the files of trust
    /// and policy that `run` gets, also whether these let every actor and binding in.
    #[command(after_help = CHECK_EXAMPLES)]
    Check(Check),
    /// Print the JSON Schema of manifests, for editors
    #[command(after_help = SCHEMA_EXAMPLES)]
    Schema,
    /// Print a script that completes commands in a shell
    #[command(after_help = COMPLETIONS_EXAMPLES)]
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Write manual pages
    #[command(after_help = MAN_EXAMPLES)]
    Man {
        /// The folder for them, which is made if it is not there
        folder: PathBuf,
    },
    /// Run what a manifest names, until Ctrl-C or SIGTERM
    ///
    /// Prints a line `listening URL` for each server that is ready. Logs go to standard error;
    /// RUST_LOG sets how much.
    #[command(after_help = RUN_EXAMPLES)]
    Run(Run),
    /// Show what runs in a host of yours
    #[cfg(unix)]
    #[command(after_help = PS_EXAMPLES)]
    Ps(Ps),
    /// Swap a running actor for a newer version, while it serves
    ///
    /// The new module has the same key and issuer, a higher revision, and claims that are no
    /// wider. It is verified, compiled and started first; then new calls go to it, and those that
    /// run end in the old one. Prints how the calls meanwhile ended, and fails if one was dropped.
    /// If the new version is refused, the old one goes on.
    #[cfg(unix)]
    #[command(after_help = SWAP_EXAMPLES)]
    Swap(Swap),
    /// Stop an actor of a running host, or all of the host
    ///
    /// Calls that run may end first. Returns when all is stopped.
    #[cfg(unix)]
    #[command(after_help = STOP_EXAMPLES)]
    Stop(Stop),
}

#[derive(Debug, Subcommand)]
pub(crate) enum Keys {
    /// Make a new key pair
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
    /// What the key is for
    #[arg(value_parser = kinds())]
    pub(crate) kind: KeyKind,
    /// Write the seed to this file, readable by you alone, instead of printing it
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Replace the file if it is there: its key is lost
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

#[derive(Debug, clap::Args)]
pub(crate) struct Sign {
    /// The module to sign
    pub(crate) input: PathBuf,
    /// Where the signed module goes
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: PathBuf,
    /// The seed file of the account that signs [default: account.nk in your keys, made if it is
    /// not there]
    #[arg(long, value_name = "FILE")]
    pub(crate) issuer: Option<PathBuf>,
    /// The seed file of the module: its public key is the actor's identity [default: that of the
    /// name in your keys, made if it is not there]
    #[arg(long, value_name = "FILE")]
    pub(crate) subject: Option<PathBuf>,
    /// The actor's name, for people [default: that of the file]
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// A capability it may use, such as wascc:keyvalue, or an actor it may call by its key
    ///
    /// Narrower: 'wascc:keyvalue[Get,KeyExists]' for these operations, 'wascc:keyvalue[Get on
    /// session:*,user:*]' for one operation on these resources, 'wascc:http_client[on
    /// api.example.com]' for all operations on one. Several for one capability add up.
    #[arg(long = "cap", value_name = "CAPABILITY")]
    pub(crate) capabilities: Vec<Permission>,
    /// Propose capabilities by what is in the module, and ask
    #[arg(long)]
    pub(crate) derive: bool,
    /// Propose what `capwire run --record` wrote down of the actor, as narrow as that allows
    #[arg(long, value_name = "FILE", requires = "derive")]
    pub(crate) recorded: Vec<PathBuf>,
    /// Grant what is proposed without asking
    #[arg(long, requires = "derive")]
    pub(crate) yes: bool,
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
    #[arg(long, value_name = "DURATION", value_parser = capwire_manifest::time)]
    pub(crate) expires: Option<Duration>,
    /// How long from now until it becomes valid [default: at once]
    #[arg(long, value_name = "DURATION", value_parser = capwire_manifest::time)]
    pub(crate) not_before: Option<Duration>,
    /// The module is a capability provider
    #[arg(long)]
    pub(crate) prov: bool,
    /// Encode the module as the tools of 2020 do, which take any other encoding for a change
    ///
    /// They know only the first version of WebAssembly; a module with later features is refused.
    #[arg(long)]
    pub(crate) legacy: bool,
    /// Print JSON, for scripts
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Inspect {
    /// The module or archive
    pub(crate) file: PathBuf,
    /// Print JSON, for scripts
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Verify {
    /// The module or archive
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) trust: TrustFiles,
    /// Print JSON, for scripts
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Run {
    /// The manifest, YAML or JSON
    ///
    /// Files in it are looked for beside the manifest first, then in the working directory.
    pub(crate) manifest: PathBuf,
    #[command(flatten)]
    pub(crate) engine: EngineChoice,
    /// Where providers keep their data [default: .capwire beside the manifest]
    #[arg(long, value_name = "DIR")]
    pub(crate) data_dir: Option<PathBuf>,
    /// Where `capwire ps`, `swap` and `stop` reach this host [default: a socket of its own in
    /// $XDG_RUNTIME_DIR/capwire, or in /tmp/capwire-UID]
    #[arg(long, value_name = "SOCKET")]
    pub(crate) control: Option<PathBuf>,
    /// Take away from what claims grant, by this file, which may change while the host runs
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) trust: TrustFiles,
    /// Write down what actors use, a line of JSON for each distinct use, for `capwire sign --derive`
    ///
    /// Operations and what they are about, such as keys and hosts; no messages. Only you can read a
    /// file that is made for it; one that is there is added to, and stays open to whom it was.
    #[arg(long, value_name = "FILE")]
    pub(crate) record: Option<PathBuf>,
    /// Count calls, and show the numbers to Prometheus at http://ADDRESS/metrics
    ///
    /// Prints a line `metrics URL`. Port 0 is any free one. Whoever can connect can read them.
    #[arg(long, value_name = "ADDRESS", value_parser = address)]
    pub(crate) metrics: Option<SocketAddr>,
    /// Tell clients of HTTP servers how an actor failed, in the body of the 500
    ///
    /// Names of functions and what the actor said are no strangers' business: for development only.
    /// Every engine names the functions then, see `--engine-option backtraces`.
    #[arg(long)]
    pub(crate) dev: bool,
    /// How lines of the log are written
    #[arg(long, value_enum, default_value_t)]
    pub(crate) log_format: LogFormat,
    /// Print a line of JSON for each server, for scripts
    #[arg(long)]
    pub(crate) json: bool,
}

fn address(text: &str) -> Result<SocketAddr, &'static str> {
    let address = text.parse();
    address.map_err(|_| "it takes an IP address and a port, such as 127.0.0.1:9100")
}

#[derive(Debug, clap::Args)]
pub(crate) struct Call {
    /// The module
    pub(crate) file: PathBuf,
    /// The operation
    pub(crate) operation: String,
    /// The file with the payload; `-` is standard input [default: no payload]
    #[arg(long, value_name = "FILE")]
    pub(crate) payload: Option<PathBuf>,
    /// The payload and the answer are MessagePack: read and write them as JSON
    #[arg(long, conflicts_with = "raw")]
    pub(crate) json: bool,
    /// Write the bytes of the answer, and nothing else
    #[arg(long)]
    pub(crate) raw: bool,
    #[command(flatten)]
    pub(crate) engine: EngineChoice,
    /// Give the actor the bindings that this manifest gives to it
    #[arg(long, value_name = "FILE")]
    pub(crate) manifest: Option<PathBuf>,
    /// Where providers keep their data [default: .capwire beside the manifest]
    #[arg(long, value_name = "DIR", requires = "manifest")]
    pub(crate) data_dir: Option<PathBuf>,
    /// Write down what the actor uses, as `capwire run --record` does
    #[arg(long, value_name = "FILE", requires = "manifest")]
    pub(crate) record: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Check {
    /// The manifest, YAML or JSON
    pub(crate) manifest: PathBuf,
    /// Compile modules with this engine, as `capwire run` does [default: the one that is quickest
    /// at it]
    ///
    /// What its compiler would take too long for, another one may take.
    #[arg(long, value_enum)]
    pub(crate) engine: Option<EngineName>,
    /// Take an engine that a hostile module can break, and this process with it: wasm3
    #[arg(long, requires = "engine")]
    pub(crate) allow_unsafe_engine: bool,
    /// Where providers would keep their data [default: .capwire beside the manifest]
    #[arg(long, value_name = "DIR")]
    pub(crate) data_dir: Option<PathBuf>,
    /// The operator's policy file
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) trust: TrustFiles,
    /// Print JSON, for scripts
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(crate) enum LogFormat {
    /// For people
    #[default]
    Text,
    /// An object in each line, for programs
    Json,
}
