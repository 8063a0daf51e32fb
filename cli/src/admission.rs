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
        Judge {
            now,
            verifier: self.trust.verifier().clone(),
            policy: self.policy.limits().clone(),
            swaps: None,
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
        }
    }

    /// Returns the same judge, which prefers the modules of `swaps` to those in files.
    pub(crate) fn continuing(self, swaps: Swaps) -> Self {
        Self {
            swaps: Some(swaps),
            ..self
        }
    }
}

fn right<T: Default>(read: Result<T, Error>, faults: &mut Vec<Error>) -> T {
    read.unwrap_or_else(|fault| {
        faults.push(fault);
        T::default()
    })
}
