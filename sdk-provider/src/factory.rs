//! Providers that a host can open again: for a swap, and after a failure.

use crate::error::ProviderError;
use crate::provider::Provider;
use async_trait::async_trait;
use capwire_contracts::core::CapabilityDescriptor;
use std::sync::Arc;

/// The way in which a provider is replaced by its successor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HandOver {
    /// Both can be open at the same time. The host binds everything to the new provider, sends new
    /// calls to it, lets the calls in the old one finish, and then ends the bindings of the old
    /// one. No call waits. Both have all bindings for a moment, so a provider that delivers
    /// messages may deliver one twice.
    #[default]
    Overlapping,
    /// Only one can be open, because it owns a file, a port or the like. The host lets the calls
    /// in the old provider finish, ends its bindings and drops it, and only then opens the new one.
    /// Further calls wait meanwhile. If the new provider does not open, the host opens the old one
    /// again.
    Exclusive,
}

/// Opens a provider, each time that the host needs one: at first, after a failure, and to take back
/// a swap that did not succeed.
///
/// A [`Provider`] that needs nothing but its bindings can be added to a host as it is, and the host
/// then binds the same value again. A provider that owns a resource for all of its bindings, such as
/// a file or a process, needs a factory, so that dropping it frees the resource.
///
/// ```
/// use capwire_contracts::core::CapabilityDescriptor;
/// use capwire_provider::{HandOver, Provider, ProviderError, ProviderFactory, async_trait};
/// # use capwire_provider::{Binding, BindingId, Bound, Call};
/// use std::path::PathBuf;
/// use std::sync::Arc;
///
/// /// A store in one file.
/// struct Store(std::fs::File);
/// # #[async_trait]
/// # impl Provider for Store {
/// #     fn descriptor(&self) -> CapabilityDescriptor { CapabilityDescriptor::new("acme:store", "Store", &[]) }
/// #     async fn bind(&self, _: Binding) -> Result<Bound, ProviderError> { Ok(Bound::default()) }
/// #     async fn unbind(&self, _: &BindingId) -> Result<(), ProviderError> { Ok(()) }
/// #     async fn call(&self, call: Call<'_>) -> Result<bytes::Bytes, ProviderError> { Err(call.unknown_operation()) }
/// # }
///
/// struct StoreAt(PathBuf);
///
/// #[async_trait]
/// impl ProviderFactory for StoreAt {
///     fn descriptor(&self) -> CapabilityDescriptor {
///         CapabilityDescriptor::new("acme:store", "Store", &[])
///     }
///
///     fn hand_over(&self) -> HandOver {
///         HandOver::Exclusive
///     }
///
///     async fn open(&self) -> Result<Arc<dyn Provider>, ProviderError> {
///         let file = std::fs::File::open(&self.0);
///         let file = file.map_err(|error| ProviderError::unavailable("the file", error))?;
///         Ok(Arc::new(Store(file)))
///     }
/// }
/// ```
#[async_trait]
pub trait ProviderFactory: Send + Sync + 'static {
    /// Returns the description of the providers that [`open`](Self::open) returns, without opening
    /// one.
    fn descriptor(&self) -> CapabilityDescriptor;

    /// Returns the way in which its providers replace others and are replaced. Default:
    /// [`HandOver::Overlapping`].
    fn hand_over(&self) -> HandOver {
        HandOver::default()
    }

    /// Opens a provider without bindings.
    ///
    /// # Errors
    /// Returns an error if a resource is unavailable.
    async fn open(&self) -> Result<Arc<dyn Provider>, ProviderError>;
}
