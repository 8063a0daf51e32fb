//! Admission of actors by the files of trust and policy, the same for `run` and `check`.

use crate::args::TrustFiles;
use crate::data::DataDir;
use crate::error::Error;
use crate::policy_file::Policing;
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

/// The verifier and policy that admit actors before they start.
pub(crate) struct Judge {
    pub(crate) now: UnixSeconds,
    pub(crate) verifier: Verifier,
    pub(crate) policy: PolicyRules,
}

impl Admission {
    /// Reads the files. What is wrong with them is added to `faults`, and then counts for nothing.
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

    /// Lets `host` follow the files while it runs.
    pub(crate) async fn follow(self, host: &Host) -> Infallible {
        tokio::select! {
            never = self.trust.follow(host) => never,
            never = self.policy.follow(host) => never,
        }
    }

    /// The judge who goes by them.
    pub(crate) fn judge(&self, now: UnixSeconds) -> Judge {
        Judge {
            now,
            verifier: self.trust.verifier().clone(),
            policy: self.policy.limits().clone(),
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
        }
    }
}

fn right<T: Default>(read: Result<T, Error>, faults: &mut Vec<Error>) -> T {
    read.unwrap_or_else(|fault| {
        faults.push(fault);
        T::default()
    })
}
