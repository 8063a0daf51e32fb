//! Time as a parameter, and the validity period of a token.

use core::fmt;
use core::time::Duration;

/// Seconds since 1970-01-01T00:00:00Z, without leap seconds.
///
/// This crate has no clock: callers pass the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnixSeconds(pub u64);

impl UnixSeconds {
    /// Returns this time plus `duration` in whole seconds, or the last possible time if that
    /// overflows.
    #[must_use]
    pub const fn plus(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(duration.as_secs()))
    }
}

impl fmt::Display for UnixSeconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} s", self.0)
    }
}

/// A token is not valid at a time. Times are in seconds since the epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TimeError {
    /// The time is at or after `exp`.
    #[error(
        "the {token} token expired at {at} and it is {now} (since the epoch): have it signed again with a later expiry"
    )]
    Expired {
        /// The type of the token.
        token: &'static str,
        /// The token's `exp`.
        at: UnixSeconds,
        /// The time of the check.
        now: UnixSeconds,
    },
    /// The time is before `nbf`.
    #[error(
        "the {token} token is not valid before {from} and it is {now} (since the epoch): wait, or check the clock of this machine"
    )]
    NotYetValid {
        /// The type of the token.
        token: &'static str,
        /// The token's `nbf`.
        from: UnixSeconds,
        /// The time of the check.
        now: UnixSeconds,
    },
    /// The token is older than the verifier's policy allows.
    #[error(
        "the {token} token was issued at {issued} and it is {now} (since the epoch), older than the {max_age} s that the policy allows: have it signed again"
    )]
    TooOld {
        /// The type of the token.
        token: &'static str,
        /// The token's `iat`.
        issued: UnixSeconds,
        /// The most seconds that the policy allows.
        max_age: u64,
        /// The time of the check.
        now: UnixSeconds,
    },
    /// `iat` is in the future, so the token has no age.
    #[error(
        "the {token} token says it was issued at {issued} and it is {now} (since the epoch): check the clocks of the signer and of this machine"
    )]
    IssuedInFuture {
        /// The type of the token.
        token: &'static str,
        /// The token's `iat`.
        issued: UnixSeconds,
        /// The time of the check.
        now: UnixSeconds,
    },
}

/// The validity period of one token of a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Window {
    pub(crate) token: &'static str,
    pub(crate) issued: UnixSeconds,
    pub(crate) not_before: Option<UnixSeconds>,
    pub(crate) expires: Option<UnixSeconds>,
}

/// The tolerance and the age limit of a check.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct TimePolicy {
    pub(crate) skew: Duration,
    pub(crate) max_age: Option<Duration>,
}

impl Window {
    /// Checks a validity period at `now`. `exp` is the first second in which the token is no longer
    /// valid, `nbf` the first in which it is (RFC 7519, 4.1.4 and 4.1.5).
    pub(crate) fn check(&self, policy: TimePolicy, now: UnixSeconds) -> Result<(), TimeError> {
        let token = self.token;
        if let Some(at) = self.expires.filter(|at| at.plus(policy.skew) <= now) {
            return Err(TimeError::Expired { token, at, now });
        }
        let latest_start = now.plus(policy.skew);
        if let Some(from) = self.not_before.filter(|from| latest_start < *from) {
            return Err(TimeError::NotYetValid { token, from, now });
        }
        policy
            .max_age
            .map_or(Ok(()), |age| self.check_age(age, policy.skew, now))
    }

    fn check_age(
        &self,
        max_age: Duration,
        skew: Duration,
        now: UnixSeconds,
    ) -> Result<(), TimeError> {
        let (token, issued) = (self.token, self.issued);
        if now.plus(skew) < issued {
            return Err(TimeError::IssuedInFuture { token, issued, now });
        }
        if issued.plus(max_age).plus(skew) < now {
            let max_age = max_age.as_secs();
            return Err(TimeError::TooOld {
                token,
                issued,
                max_age,
                now,
            });
        }
        Ok(())
    }
}
