//! The store as a provider.

use crate::operations;
use crate::store::Store;
use bytes::Bytes;
use capwire_contracts::core::CapabilityDescriptor;
use capwire_contracts::keyvalue::{CONTRACT, OPERATIONS};
use capwire_provider::{Binding, BindingId, Bound, Call, Provider, ProviderError, async_trait};

#[async_trait]
impl Provider for Store {
    fn descriptor(&self) -> CapabilityDescriptor {
        CapabilityDescriptor::new(CONTRACT, "Store in Rust", OPERATIONS)
    }

    async fn bind(&self, binding: Binding) -> Result<Bound, ProviderError> {
        binding.config.only(&[])?;
        self.admit(binding.id);
        Ok(Bound::default())
    }

    async fn unbind(&self, binding: &BindingId) -> Result<(), ProviderError> {
        self.dismiss(binding);
        Ok(())
    }

    async fn call(&self, call: Call<'_>) -> Result<Bytes, ProviderError> {
        let mut values = self.values_of(call.binding)?;
        operations::serve(&call, &mut values)
    }
}
