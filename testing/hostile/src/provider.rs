//! The capability that hostile guests and their neighbours call.

use crate::wall::Wall;
use bytes::Bytes;
use capwire::contracts::core::CapabilityDescriptor;
use capwire::provider::{Binding, BindingId, Bound, Call, Provider, ProviderError, async_trait};
use std::time::Duration;

/// Its contract.
pub const CONTRACT: &str = "test:hostile";

/// The wall-clock time for which a guest waits.
const NAP: Duration = Duration::from_secs(2);

/// `Take` answers at once with what it got, `Wait` never, `Pause` when others had their turn, and
/// `Nap` two seconds later by the clock on the wall.
pub(crate) struct Helper(pub(crate) Wall);

#[async_trait]
impl Provider for Helper {
    fn descriptor(&self) -> CapabilityDescriptor {
        CapabilityDescriptor::new(CONTRACT, "hostile", &[])
    }

    async fn bind(&self, _: Binding) -> Result<Bound, ProviderError> {
        Ok(Bound::default())
    }

    async fn unbind(&self, _: &BindingId) -> Result<(), ProviderError> {
        Ok(())
    }

    async fn call(&self, call: Call<'_>) -> Result<Bytes, ProviderError> {
        match call.operation {
            "Wait" => std::future::pending().await,
            "Pause" => tokio::task::yield_now().await,
            "Nap" => {
                tokio::task::yield_now().await;
                self.0.pass(NAP);
            }
            _ => {}
        }
        Ok(Bytes::copy_from_slice(call.payload))
    }
}
