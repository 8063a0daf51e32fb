//! The factory of a provider that is open already.

use capwire_contracts::core::CapabilityDescriptor;
use capwire_provider::{HandOver, Provider, ProviderError, ProviderFactory, async_trait};
use std::sync::Arc;

/// A provider that is open already. The host binds the same value again.
pub(crate) struct Ready(pub(crate) Arc<dyn Provider>);

#[async_trait]
impl ProviderFactory for Ready {
    fn descriptor(&self) -> CapabilityDescriptor {
        self.0.descriptor()
    }

    fn hand_over(&self) -> HandOver {
        self.0.hand_over()
    }

    async fn open(&self) -> Result<Arc<dyn Provider>, ProviderError> {
        if let Some(health) = self.0.health() {
            health.reset();
        }
        Ok(Arc::clone(&self.0))
    }
}
