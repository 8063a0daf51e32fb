//! The provider, with the sequence of each binding.

use crate::{early, late, random};
use bytes::Bytes;
use capwire_contracts::core::CapabilityDescriptor;
use capwire_contracts::extras::{
    self, GeneratorRequest, GeneratorResult, OP_REQUEST_GUID, OP_REQUEST_RANDOM,
    OP_REQUEST_SEQUENCE,
};
use capwire_provider::{Binding, BindingId, Bound, Call, Provider, ProviderError, async_trait};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

/// A provider of `wascc:extras`. See the [crate's documentation](crate).
#[derive(Debug, Default)]
pub struct Extras {
    /// The next number of each binding's sequence.
    sequences: RwLock<HashMap<BindingId, Arc<AtomicU64>>>,
}

impl Extras {
    /// Returns a provider without bindings.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn sequence(&self, binding: &BindingId) -> Result<Arc<AtomicU64>, ProviderError> {
        let sequences = self
            .sequences
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        sequences
            .get(binding)
            .cloned()
            .ok_or(ProviderError::NotBound)
    }
}

#[async_trait]
impl Provider for Extras {
    fn descriptor(&self) -> CapabilityDescriptor {
        CapabilityDescriptor {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            revision: 1,
            long_description: env!("CARGO_PKG_DESCRIPTION").to_owned(),
            ..CapabilityDescriptor::new(extras::CONTRACT, "Extras", extras::OPERATIONS)
        }
    }

    async fn bind(&self, binding: Binding) -> Result<Bound, ProviderError> {
        binding.config.only(&[])?;
        let mut sequences = self
            .sequences
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        sequences.entry(binding.id).or_default();
        Ok(Bound::default())
    }

    async fn unbind(&self, binding: &BindingId) -> Result<(), ProviderError> {
        let mut sequences = self
            .sequences
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        sequences.remove(binding);
        Ok(())
    }

    async fn call(&self, call: Call<'_>) -> Result<Bytes, ProviderError> {
        let sequence = self.sequence(call.binding)?;
        if early::is_request(call.payload) {
            let request: early::Request = call.message()?;
            let result = generate(&call, request.today(), &sequence)?;
            return call.reply(&request.reply(result));
        }
        match late::request(&call) {
            Some(request) => late::reply(&call, generate(&call, request, &sequence)?),
            None => call.reply(&generate(&call, call.message()?, &sequence)?),
        }
    }
}

fn generate(
    call: &Call<'_>,
    request: GeneratorRequest,
    sequence: &AtomicU64,
) -> Result<GeneratorResult, ProviderError> {
    let mut result = GeneratorResult::default();
    match call.operation {
        OP_REQUEST_GUID => result.guid = Some(random::guid()?),
        OP_REQUEST_SEQUENCE => result.sequence_number = sequence.fetch_add(1, Ordering::Relaxed),
        OP_REQUEST_RANDOM if request.random => {
            result.random_number = random::number(request.min..request.max)?;
        }
        OP_REQUEST_RANDOM => {}
        _ => return Err(call.unknown_operation()),
    }
    Ok(result)
}
