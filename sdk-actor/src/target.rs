//! Calls that leave the actor.

use crate::host;
use capwire_contracts::codec::{self, DecodeError, EncodeError};
use serde::Serialize;
use serde::de::DeserializeOwned;

const DEFAULT_BINDING: &str = "default";

/// Another actor, by its public key (`M…`) or whatever else the host knows it by.
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

/// A capability without a client of its own here, by its contract.
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

/// Who is called: another actor, or a capability under one of its bindings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    binding: String,
    namespace: String,
}

impl Target {
    /// The same capability under the binding `name` instead of `default`. For actors it has no
    /// meaning.
    #[must_use]
    pub fn named(self, name: &str) -> Self {
        Self {
            binding: name.to_owned(),
            ..self
        }
    }

    /// Sends `message` and waits for the answer, both as MessagePack.
    ///
    /// # Errors
    /// If the host or the one who was called refuses, or the answer is no `R`.
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

    /// Sends `payload` as it is and waits for the answer's bytes.
    ///
    /// # Errors
    /// If the host or the one who was called refuses.
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

/// Why a call that left the actor failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CallError {
    /// The host did not allow or could not make the call, or the one who was called failed.
    #[error("{operation} of {target}: {reason}")]
    Refused {
        /// Who was called: an actor's key or a contract.
        target: String,
        /// What was asked.
        operation: String,
        /// The text that came back.
        reason: String,
    },
    /// The answer is not what the operation answers.
    #[error("the answer to {operation} of {target}")]
    Answer {
        /// Who was called: an actor's key or a contract.
        target: String,
        /// What was asked.
        operation: String,
        /// What is wrong with the answer.
        source: DecodeError,
    },
    /// The message cannot be written as MessagePack.
    #[error(transparent)]
    Message(#[from] EncodeError),
}
