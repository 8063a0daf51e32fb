//! Opens planned providers, each time that a host needs one.

use crate::error::Error;
use crate::plan::{Opening, PlannedProvider};
use capwire::BindingName;
use capwire::contracts::core::CapabilityDescriptor;
use capwire::provider::{HandOver, Provider, ProviderError, ProviderFactory, async_trait};
use std::sync::{Arc, Mutex, PoisonError};

/// Opens a planned provider under one name.
pub(crate) struct Opener {
    provider: PlannedProvider,
    name: BindingName,
    opening: Opening,
    /// The provider that is open already, until the host takes it.
    open: Mutex<Option<Arc<dyn Provider>>>,
}

impl Opener {
    /// Returns the factory of `provider`. Opens nothing.
    pub(crate) fn new(provider: PlannedProvider, name: BindingName, opening: Opening) -> Self {
        Self {
            provider,
            name,
            opening,
            open: Mutex::default(),
        }
    }

    /// Opens the provider now, so that the error is that of the command. The host takes it later.
    pub(crate) async fn opened(self) -> Result<Self, Error> {
        let open = Mutex::new(Some(self.make().await?));
        Ok(Self { open, ..self })
    }

    fn take(&self) -> Option<Arc<dyn Provider>> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.take()
    }

    /// Opens the provider on a thread that may block.
    async fn make(&self) -> Result<Arc<dyn Provider>, Error> {
        let (provider, name, opening) = (
            self.provider.clone(),
            self.name.clone(),
            self.opening.clone(),
        );
        let opening = tokio::task::spawn_blocking(move || provider.open(&name, &opening));
        match opening.await {
            Ok(opened) => opened,
            Err(error) => {
                let problem = format!("cannot load {}", self.provider.name());
                Err(Error::failure(problem).because(error))
            }
        }
    }
}

#[async_trait]
impl ProviderFactory for Opener {
    fn descriptor(&self) -> CapabilityDescriptor {
        self.provider.descriptor()
    }

    fn hand_over(&self) -> HandOver {
        self.provider.hand_over()
    }

    async fn open(&self) -> Result<Arc<dyn Provider>, ProviderError> {
        if let Some(open) = self.take() {
            return Ok(open);
        }
        let made = self.make().await;
        made.map_err(|error| ProviderError::unavailable("the provider", error.in_one_line()))
    }
}
