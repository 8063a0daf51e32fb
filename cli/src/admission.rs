//! Admission of actors by the trust and policy files, for `run` and `check` alike.

use crate::args::TrustFiles;
use crate::data::DataDir;
use crate::error::Error;
use crate::policy_file::Policing;
use crate::swaps::Swaps;
use crate::trust::Trusting;
use capwire::wascap::{UnixSeconds, Verifier};
use capwire::{Host, PolicyRules};
use std::convert::Infallible;
use std::path::PathBuf;

/// The content of the files.
pub(crate) struct Admission {
    pub(crate) trust: Trusting,
    pub(crate) policy: Policing,
}

/// The verifier and policy that admit actors before they start, and the modules that continue.
pub(crate) struct Judge {
    pub(crate) now: UnixSeconds,
    pub(crate) verifier: Verifier,
    pub(crate) policy: PolicyRules,
    /// The modules that swaps put in place. `None` means that modules come from their files.
    pub(crate) swaps: Option<Swaps>,
    /// The trust in providers from files.
    pub(crate) plugins: PluginTrust,
}

/// The trust in providers from files, which do whatever the host can.
#[cfg_attr(
    not(all(feature = "plugins", target_os = "linux")),
    allow(
        dead_code,
        reason = "without the feature, no provider comes from a file"
    )
)]
pub(crate) struct PluginTrust {
    pub(crate) verifier: Verifier,
    /// `true` if providers may be loaded for which nobody vouches.
    pub(crate) unsigned: bool,
}

impl Admission {
    /// Reads the files. Errors in them are added to `faults`, and invalid files are ignored.
    pub(crate) fn read(
        trust: TrustFiles,
        policy: Option<PathBuf>,
        data: &DataDir,
        faults: &mut Vec<Error>,
    ) -> Self {
        Self {
            trust: right(Trusting::read(trust, data), faults),
            policy: right(Policing::read(policy), faults),
        }
    }

    /// Applies changes of the files to `host` while it runs.
    pub(crate) async fn follow(self, host: &Host) -> Infallible {
        tokio::select! {
            never = self.trust.follow(host) => never,
            never = self.policy.follow(host) => never,
        }
    }

    /// Returns the judge that these files define.
    pub(crate) fn judge(&self, now: UnixSeconds) -> Judge {
        let verifier = self.trust.verifier();
        Judge {
            now,
            verifier: verifier.clone(),
            policy: self.policy.limits().clone(),
            swaps: None,
            plugins: PluginTrust::of(verifier.clone()),
        }
    }
}

impl Judge {
    /// Returns a judge that trusts every valid signature.
    pub(crate) fn of_signatures(now: UnixSeconds) -> Self {
        Self {
            now,
            verifier: Verifier::new(),
            policy: PolicyRules::default(),
            swaps: None,
            plugins: PluginTrust::of(Verifier::new()),
        }
    }

    /// Returns the same judge, which also trusts providers for which nobody vouches, if `allowed`.
    pub(crate) fn trusting_unsigned_plugins(self, allowed: bool) -> Self {
        let plugins = PluginTrust {
            unsigned: allowed,
            ..self.plugins
        };
        Self { plugins, ..self }
    }

    /// Returns the same judge with another trust in providers from files.
    pub(crate) fn with_plugins(self, plugins: PluginTrust) -> Self {
        Self { plugins, ..self }
    }

    /// Returns the same judge, which prefers the modules of `swaps` to those in files.
    pub(crate) fn continuing(self, swaps: Swaps) -> Self {
        Self {
            swaps: Some(swaps),
            ..self
        }
    }
}

impl PluginTrust {
    /// Returns the trust in what `verifier` accepts, if it requires a chain up to an operator.
    pub(crate) fn of(verifier: Verifier) -> Self {
        Self {
            verifier,
            unsigned: false,
        }
    }
}

fn right<T: Default>(read: Result<T, Error>, faults: &mut Vec<Error>) -> T {
    read.unwrap_or_else(|fault| {
        faults.push(fault);
        T::default()
    })
}
