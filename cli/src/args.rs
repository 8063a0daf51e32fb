//! The command line.

mod archive;
#[cfg(unix)]
mod asking;
mod authority;
#[cfg(feature = "wasmtime")]
mod cache;
mod call;
mod check;
mod engine;
mod json;
mod keys;
mod project;
mod run;

pub(crate) use archive::Archive;
#[cfg(unix)]
pub(crate) use asking::{Apply, Bind, Events, Ps, Start, Stop, Swap, Unbind};
pub(crate) use authority::{
    Claims, Token, TokenAccount, TokenCommon, TokenOperator, TokenRevocations, TrustFiles, Why,
};
#[cfg(feature = "wasmtime")]
pub(crate) use cache::{Cache, Compile};
pub(crate) use call::{Call, HttpRequest};
pub(crate) use check::Check;
pub(crate) use engine::{EngineChoice, EngineName};
pub(crate) use keys::{Keys, KeysGen};
#[cfg(unix)]
pub(crate) use project::Dev;
pub(crate) use project::{Build, Doctor, New, Test};
pub(crate) use run::{LogFormat, Run};

#[cfg(feature = "wasmtime")]
use crate::help::COMPILE_EXAMPLES;
#[cfg(unix)]
use crate::help::{
    APPLY_EXAMPLES, BIND_EXAMPLES, DEV_EXAMPLES, EVENTS_EXAMPLES, PS_EXAMPLES, START_EXAMPLES,
    STOP_EXAMPLES, SWAP_EXAMPLES, UNBIND_EXAMPLES,
};
use crate::help::{
    ARCHIVE_EXAMPLES, BUILD_EXAMPLES, CALL_EXAMPLES, CHECK_EXAMPLES, COMPLETIONS_EXAMPLES,
    DOCTOR_EXAMPLES, EXIT_CODES, INSPECT_EXAMPLES, MAN_EXAMPLES, NEW_EXAMPLES, RUN_EXAMPLES,
    SCHEMA_EXAMPLES, SIGN_EXAMPLES, TEST_EXAMPLES, VERIFY_EXAMPLES, WHY_EXAMPLES,
};
use capwire::Permission;
use clap::{Parser, Subcommand};
use std::path::PathBuf;
use std::time::Duration;

/// Run signed WebAssembly actors with exactly the capabilities that their signed claims grant.
#[derive(Debug, Parser)]
#[command(name = "capwire", version, after_help = EXIT_CODES)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Create a project: an actor's source, its tests, and a manifest to run it
    ///
    /// Uses no network. The project contains the SDK of its language.
    #[command(after_help = NEW_EXAMPLES)]
    New(New),
    /// Build a project's actor with the tools of its language, and sign it
    ///
    /// Writes build/NAME.wasm in the project's folder. The project file capwire.yaml says what the
    /// actor may do. The revision grows with each build that changes anything. Keys are created when
    /// they are first needed. What the actor may do more than after the build before is shown.
    #[command(after_help = BUILD_EXAMPLES)]
    Build(Build),
    /// Build and run a project, and replace the running actor whenever a file changes
    ///
    /// The old version goes on while the new one does not build or does not start. A change of
    /// manifest.yaml starts the host again. Clients of HTTP servers see how the actor fails.
    #[cfg(unix)]
    #[command(after_help = DEV_EXAMPLES)]
    Dev(Dev),
    /// Run a project's own tests, and the cases in tests/*.yaml
    ///
    /// A case calls the built actor, answers the actor's own calls, and compares the answer. See
    /// docs/projects.md.
    #[command(after_help = TEST_EXAMPLES)]
    Test(Test),
    /// Report which tools of a language are missing, and how to install them
    #[command(after_help = DOCTOR_EXAMPLES)]
    Doctor(Doctor),
    /// Create and show keys
    #[command(subcommand)]
    Keys(Keys),
    /// Sign a module and grant it capabilities
    #[command(after_help = SIGN_EXAMPLES)]
    Sign(Sign),
    /// Create a signed archive of a native provider's libraries
    #[command(after_help = ARCHIVE_EXAMPLES)]
    Archive(Archive),
    /// Show the claims of a module or provider archive, without verifying them
    #[command(after_help = INSPECT_EXAMPLES)]
    Inspect(Inspect),
    /// Verify the signature and claims of a module or provider archive
    ///
    /// Checks the container, the signature, the hash of the module or of each library, and the
    /// validity period. Does not check whether a host can start the module or provider.
    #[command(after_help = VERIFY_EXAMPLES)]
    Verify(Verify),
    /// Explain why an actor may or may not use a capability
    ///
    /// The signed claims, the operator's policy and the manifest's bindings must all allow the
    /// use. If it is denied, the message names the source that denies it and suggests a change.
    /// Exit code 0 means allowed, 1 means denied.
    #[command(after_help = WHY_EXAMPLES)]
    Why(Why),
    /// Create tokens for operators and accounts, and revocation lists
    #[command(subcommand)]
    Token(Token),
    /// Show claims, or compare the claims of two releases
    #[command(subcommand)]
    Claims(Claims),
    /// Compile modules for wasmtime ahead of time, into your cache of compiled code
    ///
    /// `capwire run` and `capwire call` keep what they compile, too: this makes their first start fast, for
    /// example in a container's image. The code is for this machine's processor and this version.
    #[cfg(feature = "wasmtime")]
    #[command(after_help = COMPILE_EXAMPLES)]
    Compile(Compile),
    /// List, remove and check compiled code
    ///
    /// Only wasmtime compiles. The cache has at most 512 MiB, and what was not used for longest goes first.
    /// Each file is authenticated under a key of yours before it is loaded.
    #[cfg(feature = "wasmtime")]
    #[command(subcommand)]
    Cache(Cache),
    /// Call one operation of a module and print its answer
    ///
    /// Without `--manifest`, the module has no capabilities and need not be signed. With
    /// `--manifest`, the module gets the limits and bindings that the manifest gives it, except
    /// servers, and uses the same data as `capwire run`; it must be signed and have the key of one
    /// of the manifest's actors.
    ///
    /// The answer is printed as JSON if it is a MessagePack list or map, as text if it is valid
    /// text, and as a hex dump otherwise. The actor's console output goes to standard error.
    #[command(after_help = CALL_EXAMPLES)]
    Call(Call),
    /// Report every error in a manifest, without starting anything
    ///
    /// Checks the syntax, the files and their claims, that each module is a waPC guest, the names,
    /// keys and values of bindings, ports, variables, secrets, and the data directory. Given the
    /// trust and policy files of `capwire run`, also checks that they admit every actor and
    /// binding.
    #[command(after_help = CHECK_EXAMPLES)]
    Check(Check),
    /// Print the JSON Schema of manifests, for editors
    #[command(after_help = SCHEMA_EXAMPLES)]
    Schema,
    /// Print a completion script for a shell
    #[command(after_help = COMPLETIONS_EXAMPLES)]
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Write manual pages
    #[command(after_help = MAN_EXAMPLES)]
    Man {
        /// The output directory, created if it does not exist
        folder: PathBuf,
    },
    /// Serve the library that a host sends over standard input. Hosts start such processes themselves
    #[cfg(all(feature = "plugins", target_os = "linux"))]
    #[command(hide = true)]
    PluginProcess,
    /// Run the actors and providers of a manifest, or one module, until Ctrl-C or SIGTERM
    ///
    /// A signed module without a manifest is bound to the built-in provider of each capability that
    /// it claims, with the default limits. Its data is in .capwire beside it.
    ///
    /// Prints `listening URL` for each server when it is ready. Logs go to standard error;
    /// RUST_LOG sets the log level.
    #[command(after_help = RUN_EXAMPLES)]
    Run(Run),
    /// Show the actors, bindings and providers of a running host
    #[cfg(unix)]
    #[command(after_help = PS_EXAMPLES)]
    Ps(Ps),
    /// Change a running host to what a manifest says, without touching anything else
    ///
    /// The host reads the manifest as a whole, and compares it with what runs. With one fault in it,
    /// nothing changes. New providers are opened, and new versions of actors compiled and started,
    /// before the first change takes effect. Actors are replaced as by `capwire swap`, and a binding
    /// with other values is made again while the calls of its actor wait. Prints a line for each
    /// change, and fails if calls were dropped. SIGHUP does the same with the manifest that the host runs.
    #[cfg(unix)]
    #[command(after_help = APPLY_EXAMPLES)]
    Apply(Apply),
    /// Replace a running actor with a newer version, or a provider, while it serves
    ///
    /// The new module of an actor needs the same key and issuer, a higher revision, and claims that are no
    /// wider. The host verifies, compiles and starts it first. Then new calls go to the new
    /// version, and calls in progress finish in the old one. Prints how the calls ended, and fails
    /// if any was dropped. If the new version is refused, the old one keeps running.
    ///
    /// With --canary, the new version gets only a share of the calls at first. If too many of them fail,
    /// or none meets it, the old version serves all again, and the command fails.
    ///
    /// Without a module, replaces a provider. The host reads its manifest again, opens the provider
    /// anew, and binds the running actors to it with the values that the manifest has now, such as
    /// another port. Calls wait while a provider that owns a file or a port is closed and the new
    /// one opens. If that fails, the host opens the old one again, with the old values.
    #[cfg(unix)]
    #[command(after_help = SWAP_EXAMPLES)]
    Swap(Swap),
    /// Start an actor in a running host, without bindings
    ///
    /// The host verifies the module, compiles and starts it. It has the default limits. The next
    /// `capwire apply` stops it, unless the manifest names it.
    #[cfg(unix)]
    #[command(after_help = START_EXAMPLES)]
    Start(Start),
    /// Bind an actor of a running host to a provider, or give its binding other values
    ///
    /// A built-in provider is opened if nobody provides the contract yet. The next `capwire apply` ends the
    /// binding, unless the manifest names it.
    #[cfg(unix)]
    #[command(after_help = BIND_EXAMPLES)]
    Bind(Bind),
    /// End a binding of a running host
    #[cfg(unix)]
    #[command(after_help = UNBIND_EXAMPLES)]
    Unbind(Unbind),
    /// Print what happens in a running host, until Ctrl-C or until the host ends
    ///
    /// Actors and providers that start, change, fail and stop, bindings, and denied calls. A reader that is
    /// too slow is told how many events it has missed.
    #[cfg(unix)]
    #[command(after_help = EVENTS_EXAMPLES)]
    Events(Events),
    /// Stop an actor of a running host, or the whole host
    ///
    /// Calls in progress may finish first. Returns when everything has stopped.
    #[cfg(unix)]
    #[command(after_help = STOP_EXAMPLES)]
    Stop(Stop),
}

#[derive(Debug, clap::Args)]
pub(crate) struct Sign {
    /// The module to sign
    pub(crate) input: PathBuf,
    /// The output file for the signed module
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: PathBuf,
    /// The seed file of the signing account [default: account.nk in your keys, created if missing]
    #[arg(long, value_name = "FILE")]
    pub(crate) issuer: Option<PathBuf>,
    /// The seed file of the module, whose public key identifies the actor [default:
    /// modules/NAME.nk in your keys, created if missing]
    #[arg(long, value_name = "FILE")]
    pub(crate) subject: Option<PathBuf>,
    /// The actor's name, for people [default: the file's name]
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// A capability that the actor may use, such as wascc:keyvalue, or the key of an actor that it
    /// may call; can be repeated
    ///
    /// Brackets narrow a capability: 'wascc:keyvalue[Get,KeyExists]' to two operations,
    /// 'wascc:keyvalue[Get on session:*,user:*]' to one operation on some resources, and
    /// 'wascc:http_client[on api.example.com]' to all operations on one resource. Several values
    /// for one capability add up.
    #[arg(long = "cap", value_name = "CAPABILITY")]
    pub(crate) capabilities: Vec<Permission>,
    /// Propose capabilities from the names found in the module, and ask before granting them
    #[arg(long)]
    pub(crate) derive: bool,
    /// Propose the narrowest capabilities that cover this record of `capwire run --record`; can be
    /// repeated
    #[arg(long, value_name = "FILE", requires = "derive")]
    pub(crate) recorded: Vec<PathBuf>,
    /// Grant the proposed capabilities without asking
    #[arg(long, requires = "derive")]
    pub(crate) yes: bool,
    /// Accept capabilities and operations that are no known ones, such as those of your own provider
    #[arg(long)]
    pub(crate) force: bool,
    /// The version, for people
    #[arg(long = "ver", value_name = "VERSION")]
    pub(crate) version: Option<String>,
    /// The revision number, which must grow with each release
    #[arg(long = "rev", value_name = "NUMBER")]
    pub(crate) revision: Option<i32>,
    /// A tag for searches; can be repeated
    #[arg(long = "tag")]
    pub(crate) tags: Vec<String>,
    /// Time until the claims expire, such as 30d, 12h, 90m or 45s [default: never]
    #[arg(long, value_name = "DURATION", value_parser = capwire_manifest::time)]
    pub(crate) expires: Option<Duration>,
    /// Time until the claims become valid [default: at once]
    #[arg(long, value_name = "DURATION", value_parser = capwire_manifest::time)]
    pub(crate) not_before: Option<Duration>,
    /// The module is a capability provider
    #[arg(long)]
    pub(crate) prov: bool,
    /// Re-encode the module in the form that the tools of 2020 accept
    ///
    /// Those tools reject any other encoding as a modification. They support only the first
    /// version of WebAssembly, so a module with later features is refused.
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
