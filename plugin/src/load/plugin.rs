//! The factory of the provider in a library.

use crate::error::PluginError;
use crate::load::instance::Instance;
use crate::load::library::Library;
use crate::load::provider::RemoteProvider;
use crate::load::requests::Requests;
use capwire_contracts::core::CapabilityDescriptor;
use capwire_provider::{HandOver, Provider, ProviderError, ProviderFactory, async_trait};
use std::sync::Arc;
use tokio::runtime::Handle;

/// Opens the provider of a library.
///
/// ```no_run
/// use capwire_plugin::Plugin;
/// # fn verified() -> Vec<u8> { Vec::new() }
///
/// let library: Vec<u8> = verified();
/// let plugin = Plugin::load(&library)?;
/// println!("{}", capwire_provider::ProviderFactory::descriptor(&plugin).id);
/// # Ok::<(), capwire_plugin::PluginError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Plugin {
    library: Arc<Library>,
}

impl Plugin {
    /// Loads the shared library `library` into this process and runs its constructors. Load only libraries whose
    /// signature was verified: the library can do whatever the host can.
    ///
    /// The target, the version of the interface and the other libraries that it needs are checked before. A library is
    /// never unloaded. The same bytes are loaded once, and opened as often as you like.
    ///
    /// # Errors
    /// Returns an error if the library is for another target or version, needs others, or is incomplete.
    pub fn load(library: &[u8]) -> Result<Self, PluginError> {
        Library::load(library).map(|library| Self { library })
    }
}

#[async_trait]
impl ProviderFactory for Plugin {
    fn descriptor(&self) -> CapabilityDescriptor {
        self.library.facts.descriptor.clone()
    }

    fn hand_over(&self) -> HandOver {
        self.library.facts.hand_over()
    }

    async fn open(&self) -> Result<Arc<dyn Provider>, ProviderError> {
        let requests = Requests::new(Handle::current());
        let (library, theirs) = (Arc::clone(&self.library), Arc::clone(&requests));
        let opened = tokio::task::spawn_blocking(move || Instance::open(library, &theirs)).await;
        let instance =
            opened.map_err(|error| ProviderError::unavailable("the provider", error))??;
        let facts = self.library.facts.clone();
        Ok(Arc::new(RemoteProvider::new(instance, requests, facts)))
    }
}
