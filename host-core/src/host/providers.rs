//! The API of a host for its providers.

use super::{Host, detached};
use crate::error::Error;
use crate::id::{BindingName, ProviderId};
use crate::options::ProviderSwapOptions;
use crate::provider::{self, Ready};
use crate::report::ProviderSwapReport;
use capwire_provider::{Provider, ProviderFactory};
use std::sync::Arc;

impl Host {
    /// Adds a provider under the default binding name.
    ///
    /// An `Arc` of a provider is a provider, too, so the caller can keep a reference.
    ///
    /// # Errors
    /// Returns an error if the host already has a provider with this contract and name, or the
    /// descriptor has no valid contract.
    pub fn add_provider(&self, provider: impl Provider) -> Result<ProviderId, Error> {
        self.add_named_provider(BindingName::default(), provider)
    }

    /// Adds a provider under `name`. Bindings with that name refer to it.
    ///
    /// # Errors
    /// Returns the same errors as [`add_provider`](Self::add_provider).
    pub fn add_named_provider(
        &self,
        name: BindingName,
        provider: impl Provider,
    ) -> Result<ProviderId, Error> {
        let provider: Arc<dyn Provider> = Arc::new(provider);
        let source = Arc::new(Ready(Arc::clone(&provider)));
        provider::add(&self.0, name, source, provider)
    }

    /// Opens a provider and adds it under `name`. The host opens it again after a failure.
    ///
    /// # Errors
    /// Returns the error of the provider if it does not open, and the errors of
    /// [`add_provider`](Self::add_provider).
    pub async fn open_provider(
        &self,
        name: BindingName,
        factory: impl ProviderFactory,
    ) -> Result<ProviderId, Error> {
        provider::open(&self.0, name, Arc::new(factory)).await
    }

    /// Replaces a provider by another one of its contract, while actors use it. See
    /// [`swap_provider_with`](Self::swap_provider_with).
    ///
    /// ```
    /// # use bytes::Bytes;
    /// # use capwire_contracts::core::CapabilityDescriptor;
    /// # use capwire_engine_fake::Fake;
    /// # use capwire_host::Host;
    /// # use capwire_provider::{Binding, BindingId, Bound, Call, Provider, ProviderError, async_trait};
    /// # struct Dice;
    /// # #[async_trait]
    /// # impl Provider for Dice {
    /// #     fn descriptor(&self) -> CapabilityDescriptor {
    /// #         CapabilityDescriptor::new("acme:dice", "Dice", &[])
    /// #     }
    /// #     async fn bind(&self, _: Binding) -> Result<Bound, ProviderError> { Ok(Bound::default()) }
    /// #     async fn unbind(&self, _: &BindingId) -> Result<(), ProviderError> { Ok(()) }
    /// #     async fn call(&self, call: Call<'_>) -> Result<Bytes, ProviderError> {
    /// #         Err(call.unknown_operation())
    /// #     }
    /// # }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let host = Host::builder(Fake::new()).build()?;
    /// let dice = host.add_provider(Dice)?;
    /// let report = host.swap_provider(dice, Dice).await?;
    /// assert_eq!((report.generation, report.dropped()), (2, 0));
    /// # host.shutdown().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Returns the errors of [`swap_provider_with`](Self::swap_provider_with).
    pub async fn swap_provider(
        &self,
        id: ProviderId,
        new: impl Provider,
    ) -> Result<ProviderSwapReport, Error> {
        let (new, options) = (Ready(Arc::new(new)), ProviderSwapOptions::default());
        self.swap_provider_with(id, new, options).await
    }

    /// Replaces a provider by one that `new` opens, while actors use it.
    ///
    /// All bindings are made again with the new provider. If both providers are
    /// [overlapping](capwire_provider::HandOver), no call waits. Otherwise the old one is closed
    /// first, and calls wait, within the limits of [`HostOptions::providers`](crate::HostOptions::providers). Calls in progress
    /// finish in the old provider, within the drain time. The host keeps `new` to open the provider
    /// again after a failure.
    ///
    /// # Errors
    /// Returns an error if there is no such provider, the new one has another contract or lacks
    /// operations, or it cannot be opened or bound. The old provider then keeps serving, or is
    /// opened again if it had to be closed; the error says which.
    pub async fn swap_provider_with(
        &self,
        id: ProviderId,
        new: impl ProviderFactory,
        options: ProviderSwapOptions,
    ) -> Result<ProviderSwapReport, Error> {
        let swap = provider::swap(Arc::clone(&self.0), id, Arc::new(new), options);
        detached(swap).await
    }

    /// Removes a provider after all of its bindings.
    ///
    /// # Errors
    /// Returns an error if there is no such provider or it is already being removed.
    pub async fn remove_provider(&self, id: ProviderId) -> Result<(), Error> {
        let host = Arc::clone(self.shared());
        detached(async move { provider::remove(&host, id).await }).await
    }
}
