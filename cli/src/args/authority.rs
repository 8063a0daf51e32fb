//! The command line of keys, tokens, trust and policy.

use crate::help::{
    ACCOUNT_EXAMPLES, CLAIMS_SHOW_EXAMPLES, DIFF_EXAMPLES, OPERATOR_EXAMPLES, REVOCATIONS_EXAMPLES,
};
use capwire::wascap::{Hash, PublicKey};
use clap::Subcommand;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::{Duration, UNIX_EPOCH};

/// Whom a command believes.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct TrustFiles {
    /// Trust this operator: a file with its token or public key. Modules then need a chain up to
    /// a trusted operator
    #[arg(long = "trust", value_name = "FILE")]
    pub(crate) operators: Vec<PathBuf>,
    /// The folder of the accounts' tokens: all files in it that end in .jwt
    #[arg(long, value_name = "DIR", requires = "operators")]
    pub(crate) accounts: Option<PathBuf>,
    /// Believe nothing that this revocation list of a trusted operator takes back
    #[arg(long, value_name = "FILE", requires = "operators")]
    pub(crate) revocations: Vec<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Why {
    /// The actor, by its key, its name or its file
    pub(crate) actor: String,
    /// A contract such as wascc:keyvalue, or the key of another actor
    pub(crate) capability: String,
    /// The operation [default: any at all]
    pub(crate) operation: Option<String>,
    /// What the operation is about: a key, a host, a subject or a container
    pub(crate) resource: Option<String>,
    /// The manifest, YAML or JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) manifest: PathBuf,
    /// The operator's policy file
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) trust: TrustFiles,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Token {
    /// Make the token of an operator, signed by itself
    #[command(after_help = OPERATOR_EXAMPLES)]
    Operator(TokenOperator),
    /// Make the token of an account, signed by an operator
    #[command(after_help = ACCOUNT_EXAMPLES)]
    Account(TokenAccount),
    /// Make the revocation list of an operator
    #[command(after_help = REVOCATIONS_EXAMPLES)]
    Revocations(TokenRevocations),
}

/// What all tokens have.
#[derive(Debug, clap::Args)]
pub(crate) struct TokenCommon {
    /// Where the token goes
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: PathBuf,
    /// The seed file of the operator that signs [default: operator.nk in your keys, made if it is
    /// not there]
    #[arg(long, value_name = "FILE")]
    pub(crate) key: Option<PathBuf>,
    /// How long from now it is valid: 365d, 12h [default: for ever]
    #[arg(long, value_name = "DURATION", value_parser = capwire_manifest::time)]
    pub(crate) expires: Option<Duration>,
    /// How long from now until it becomes valid [default: at once]
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
    /// Another key that may sign for the operator
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
    /// The account's public key [default: that of account.nk in your keys, made if it is not there]
    #[arg(long, value_name = "KEY")]
    pub(crate) account: Option<PublicKey>,
    /// Another key that may sign for the account
    #[arg(long = "signer", value_name = "KEY")]
    pub(crate) signers: Vec<PublicKey>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct TokenRevocations {
    #[command(flatten)]
    pub(crate) common: TokenCommon,
    /// The number of the list, higher than that of the one before
    #[arg(long)]
    pub(crate) number: u64,
    /// Take back all tokens by or about this key
    #[arg(long = "revoke-key", value_name = "KEY")]
    pub(crate) keys: Vec<PublicKey>,
    /// Take back the token with this id (`jti`)
    #[arg(long = "revoke-token", value_name = "ID")]
    pub(crate) tokens: Vec<String>,
    /// Take back the module with this hash, whoever signed it
    #[arg(long = "revoke-module", value_name = "HASH")]
    pub(crate) modules: Vec<Hash>,
    /// Take back the tokens by or about this key that were issued before this time
    ///
    /// Such as KEY=2026-03-01, or KEY=2026-03-01T12:30:00Z, in UTC. Whoever stole the key can write
    /// any time into a token: take such a key back.
    #[arg(long = "revoke-before", value_name = "KEY=TIME")]
    pub(crate) before: Vec<Before>,
}

/// Of which key the older tokens are taken back.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Before {
    pub(crate) key: PublicKey,
    /// In seconds since the epoch.
    pub(crate) time: u64,
}

impl FromStr for Before {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (key, time) = text
            .split_once('=')
            .ok_or("a key and a time are given as KEY=TIME, such as A...=2026-03-01")?;
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
    /// Show what a module, a provider archive or a token says, without judging it
    #[command(after_help = CLAIMS_SHOW_EXAMPLES)]
    Show {
        /// A module, an archive, or a file with a token
        file: PathBuf,
    },
    /// Print what a release may do that the one before may not; exit code 3 if there is anything
    #[command(after_help = DIFF_EXAMPLES)]
    Diff {
        /// The module before
        old: PathBuf,
        /// The module after
        new: PathBuf,
    },
}
