//! The arguments for tokens, trust and policy.

use crate::help::{
    ACCOUNT_EXAMPLES, CLAIMS_SHOW_EXAMPLES, DIFF_EXAMPLES, OPERATOR_EXAMPLES, REVOCATIONS_EXAMPLES,
};
use capwire::wascap::{Hash, PublicKey};
use clap::Subcommand;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::{Duration, UNIX_EPOCH};

/// The operators that a command trusts.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct TrustFiles {
    /// Trust the operator whose token or public key is in this file; can be repeated. Modules then
    /// need a chain of tokens up to a trusted operator
    #[arg(long = "trust", value_name = "FILE")]
    pub(crate) operators: Vec<PathBuf>,
    /// The directory of the accounts' tokens; all its files with the extension .jwt are read
    #[arg(long, value_name = "DIR", requires = "operators")]
    pub(crate) accounts: Option<PathBuf>,
    /// Apply this revocation list, signed by a trusted operator; can be repeated
    #[arg(long, value_name = "FILE", requires = "operators")]
    pub(crate) revocations: Vec<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Why {
    /// The actor's key, name or file
    pub(crate) actor: String,
    /// A contract, such as wascc:keyvalue, or the key or alias of another actor
    pub(crate) capability: String,
    /// The operation [default: any operation]
    pub(crate) operation: Option<String>,
    /// The operation's resource: a key, a host, a subject or a container
    pub(crate) resource: Option<String>,
    /// An actor for which the actor acts, by its key, name or file; can be repeated, with the first actor
    /// of the chain first
    #[arg(long, value_name = "ACTOR")]
    pub(crate) chain: Vec<String>,
    /// The manifest, YAML or JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) manifest: PathBuf,
    /// The operator's policy file
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) trust: TrustFiles,
    /// Print JSON, for scripts
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Token {
    /// Create an operator's token, signed by the operator itself
    #[command(after_help = OPERATOR_EXAMPLES)]
    Operator(TokenOperator),
    /// Create an account's token, signed by an operator
    #[command(after_help = ACCOUNT_EXAMPLES)]
    Account(TokenAccount),
    /// Create an operator's revocation list
    ///
    /// A list replaces the previous one, so repeat everything that stays revoked.
    #[command(after_help = REVOCATIONS_EXAMPLES)]
    Revocations(TokenRevocations),
}

/// The arguments that all tokens share.
#[derive(Debug, clap::Args)]
pub(crate) struct TokenCommon {
    /// The output file for the token
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: PathBuf,
    /// The seed file of the signing operator [default: operator.nk in your keys, created if
    /// missing]
    #[arg(long, value_name = "FILE")]
    pub(crate) key: Option<PathBuf>,
    /// Time until the token expires, such as 365d or 12h [default: never]
    #[arg(long, value_name = "DURATION", value_parser = capwire_manifest::time)]
    pub(crate) expires: Option<Duration>,
    /// Time until the token becomes valid [default: at once]
    #[arg(long, value_name = "DURATION", value_parser = capwire_manifest::time)]
    pub(crate) not_before: Option<Duration>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct TokenOperator {
    #[command(flatten)]
    pub(crate) common: TokenCommon,
    /// The operator's name, for people
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// Another key that may sign for the operator; can be repeated
    #[arg(long = "signer", value_name = "KEY")]
    pub(crate) signers: Vec<PublicKey>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct TokenAccount {
    #[command(flatten)]
    pub(crate) common: TokenCommon,
    /// The account's name, for people
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// The account's public key [default: that of account.nk in your keys, created if missing]
    #[arg(long, value_name = "KEY")]
    pub(crate) account: Option<PublicKey>,
    /// Another key that may sign for the account; can be repeated
    #[arg(long = "signer", value_name = "KEY")]
    pub(crate) signers: Vec<PublicKey>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct TokenRevocations {
    #[command(flatten)]
    pub(crate) common: TokenCommon,
    /// The list's number, higher than that of the previous list
    #[arg(long)]
    pub(crate) number: u64,
    /// Revoke all tokens issued by or for this key; can be repeated
    #[arg(long = "revoke-key", value_name = "KEY")]
    pub(crate) keys: Vec<PublicKey>,
    /// Revoke the token with this id (`jti`); can be repeated
    #[arg(long = "revoke-token", value_name = "ID")]
    pub(crate) tokens: Vec<String>,
    /// Revoke the module or library with this hash, whoever signed it; can be repeated
    #[arg(long = "revoke-module", value_name = "HASH")]
    pub(crate) modules: Vec<Hash>,
    /// Revoke the tokens issued by or for this key before this UTC time; can be repeated
    ///
    /// Examples: KEY=2026-03-01, KEY=2026-03-01T12:30:00Z. Do not rely on this for a stolen key,
    /// because a thief can backdate tokens: revoke the key itself with `--revoke-key`.
    #[arg(long = "revoke-before", value_name = "KEY=TIME")]
    pub(crate) before: Vec<Before>,
}

/// A key, and the time before which its tokens are revoked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Before {
    pub(crate) key: PublicKey,
    /// Seconds since the Unix epoch.
    pub(crate) time: u64,
}

impl FromStr for Before {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (key, time) = text
            .split_once('=')
            .ok_or("expected KEY=TIME, such as A...=2026-03-01")?;
        let key = key.parse().map_err(|error| format!("{error}"))?;
        let time = match time.contains('T') {
            true => humantime::parse_rfc3339(time),
            false => humantime::parse_rfc3339(&format!("{time}T00:00:00Z")),
        };
        let time = time.map_err(|error| error.to_string())?;
        let time = time.duration_since(UNIX_EPOCH);
        let time = time.map_err(|_| "the time is before 1970")?.as_secs();
        Ok(Self { key, time })
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Claims {
    /// Show the claims of a module, provider archive or token, without verifying them
    #[command(after_help = CLAIMS_SHOW_EXAMPLES)]
    Show {
        /// A module, an archive or a token file
        file: PathBuf,
    },
    /// Print what a new release may do that the old one may not; the exit code is 3 if there is anything
    #[command(after_help = DIFF_EXAMPLES)]
    Diff {
        /// The old module
        old: PathBuf,
        /// The new module
        new: PathBuf,
        /// Print JSON, for scripts
        #[arg(long)]
        json: bool,
    },
}
