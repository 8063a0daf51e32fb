//! `wascc:extras`: identifiers, random numbers and sequences.

use crate::target::{CallError, Target, capability};
use capwire_contracts::codec::DecodeError;
use capwire_contracts::extras::{self as contract, GeneratorRequest, GeneratorResult};
use std::ops::Range;

/// Returns the generator of the binding `default`. Hosts add this binding automatically if the
/// actor claims the capability.
///
/// ```
/// use capwire_actor::contracts::extras::GeneratorResult;
/// use capwire_actor::{extras, testing::FakeHost};
///
/// let four = GeneratorResult { random_number: 4, ..GeneratorResult::default() };
/// let host = FakeHost::new().respond("wascc:extras", "RequestRandom", &four);
/// assert_eq!(host.run(|| extras::default().random(1..7)).unwrap(), 4);
/// ```
#[must_use]
pub fn default() -> Extras {
    Extras(capability(contract::CONTRACT))
}

/// Returns the generator of the binding `name`.
#[must_use]
pub fn named(name: &str) -> Extras {
    Extras(capability(contract::CONTRACT).named(name))
}

/// A client for a generator in the host.
///
/// Each method returns a [`CallError`] if the actor may not use the generator or the host cannot
/// reach it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extras(Target);

/// The type describes the errors of all methods.
#[expect(clippy::missing_errors_doc, reason = "the type documents the errors")]
impl Extras {
    /// Returns a new UUID of version 4.
    pub fn guid(&self) -> Result<String, CallError> {
        let request = GeneratorRequest {
            guid: true,
            ..GeneratorRequest::default()
        };
        let answer = self.generate(contract::OP_REQUEST_GUID, &request)?;
        answer.guid.ok_or_else(|| CallError::Answer {
            target: contract::CONTRACT.to_owned(),
            operation: contract::OP_REQUEST_GUID.to_owned(),
            source: DecodeError::Mismatch("the answer contains no GUID".to_owned()),
        })
    }

    /// Returns a random number in `range`, or an error if the range is empty.
    pub fn random(&self, range: Range<u32>) -> Result<u32, CallError> {
        let request = GeneratorRequest {
            random: true,
            min: range.start,
            max: range.end,
            ..GeneratorRequest::default()
        };
        let answer = self.generate(contract::OP_REQUEST_RANDOM, &request)?;
        Ok(answer.random_number)
    }

    /// Returns the next number of a sequence that begins with 0 and is shared by all instances of
    /// the actor. The host does not store the sequence when it stops.
    pub fn sequence(&self) -> Result<u64, CallError> {
        let request = GeneratorRequest {
            sequence: true,
            ..GeneratorRequest::default()
        };
        let answer = self.generate(contract::OP_REQUEST_SEQUENCE, &request)?;
        Ok(answer.sequence_number)
    }

    fn generate(
        &self,
        operation: &str,
        request: &GeneratorRequest,
    ) -> Result<GeneratorResult, CallError> {
        self.0.call(operation, request)
    }
}
