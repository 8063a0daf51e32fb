//! Calls from the actor to other actors and to capabilities.

use crate::host;
use capwire_contracts::codec::{self, DecodeError, EncodeError};
use serde::Serialize;
use serde::de::DeserializeOwned;

const DEFAULT_BINDING: &str = "default";

/// Returns the target for another actor, named by its public key (`M…`) or by another name that the
/// host knows.
///
/// ```
/// use capwire_actor::prelude::*;
/// # use capwire_actor::testing::FakeHost;
///
/// # let host = FakeHost::new().respond("MADDER", "Sum", &3);
/// # let call = || -> Result<()> {
/// let sum: i64 = actor("MADDER").call("Sum", &[1, 2])?;
/// # assert_eq!(sum, 3);
/// # Ok(())
/// # };
/// # host.run(call).unwrap();
/// ```
#[must_use]
pub fn actor(key: &str) -> Target {
    Target::new(key)
}

/// Returns the target for a capability that has no client in this crate, named by its contract.
///
/// ```
/// use capwire_actor::prelude::*;
/// # use capwire_actor::testing::FakeHost;
///
/// # let host = FakeHost::new().respond("acme:thermostat", "Read", &21.5);
/// # let call = || -> Result<()> {
/// let degrees: f64 = capability("acme:thermostat").named("kitchen").call("Read", &())?;
/// # assert_eq!(degrees, 21.5);
/// # Ok(())
/// # };
/// # host.run(call).unwrap();
/// ```
#[must_use]
pub fn capability(contract: &str) -> Target {
    Target::new(contract)
}

/// The target of a call: another actor, or a binding of a capability.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    binding: String,
    namespace: String,
}

impl Target {
    /// Selects the binding `name` instead of `default`. It has no effect for actors.
    #[must_use]
    pub fn named(self, name: &str) -> Self {
        Self {
            binding: name.to_owned(),
            ..self
        }
    }

    /// Sends `message` as MessagePack, waits for the answer, and decodes it.
    ///
    /// # Errors
    /// Returns an error if the host refuses the call, the target fails, or the answer is not an
    /// `R`.
    pub fn call<T, R>(&self, operation: &str, message: &T) -> Result<R, CallError>
    where
        T: Serialize + ?Sized,
        R: DeserializeOwned,
    {
        let payload = codec::encode(message)?;
        let answer = self.call_raw(operation, &payload)?;
        codec::decode(&answer).map_err(|source| CallError::Answer {
            target: self.namespace.clone(),
            operation: operation.to_owned(),
            source,
        })
    }

    /// Sends `payload` without encoding it, and returns the answer's bytes.
    ///
    /// # Errors
    /// Returns an error if the host refuses the call or the target fails.
    pub fn call_raw(&self, operation: &str, payload: &[u8]) -> Result<Vec<u8>, CallError> {
        host::call(&self.binding, &self.namespace, operation, payload).map_err(|reason| {
            CallError::Refused {
                target: self.namespace.clone(),
                operation: operation.to_owned(),
                reason,
            }
        })
    }

    fn new(namespace: &str) -> Self {
        Self {
            binding: DEFAULT_BINDING.to_owned(),
            namespace: namespace.to_owned(),
        }
    }
}

/// The error of a call to an actor or capability.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CallError {
    /// The host refused the call or could not make it, or the target failed.
    #[error("{operation} of {target}: {reason}")]
    Refused {
        /// The target: an actor's key or a contract.
        target: String,
        /// The operation.
        operation: String,
        /// The text of the error.
        reason: String,
    },
    /// The answer does not have the expected type.
    #[error("cannot read the answer to {operation} of {target}")]
    Answer {
        /// The target: an actor's key or a contract.
        target: String,
        /// The operation.
        operation: String,
        /// The decoding error.
        source: DecodeError,
    },
    /// The message cannot be encoded as MessagePack.
    #[error(transparent)]
    Message(#[from] EncodeError),
}
