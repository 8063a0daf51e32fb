//! The listening sockets of a provider, which its successor takes over.

use crate::settings::Settings;
use capwire_provider::BindingId;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use tokio::net::TcpListener;

/// The sockets that are open, by the addresses that the bindings asked for.
#[derive(Debug, Default)]
pub(crate) struct Listeners(Mutex<HashMap<Key, Weak<TcpListener>>>);

#[derive(Debug, PartialEq, Eq, Hash)]
struct Key {
    address: SocketAddr,
    /// The binding, if the system chooses the port: then each binding has its own.
    binding: Option<BindingId>,
}

impl Key {
    fn of(binding: &BindingId, settings: &Settings) -> Self {
        let address = settings.listen;
        Self {
            address,
            binding: (address.port() == 0).then(|| binding.clone()),
        }
    }
}

impl Listeners {
    /// Remembers the socket of a binding, for as long as a server uses it.
    pub(crate) fn keep(
        &self,
        binding: &BindingId,
        settings: &Settings,
        listener: &Arc<TcpListener>,
    ) {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|_, listener| listener.strong_count() > 0);
        open.insert(Key::of(binding, settings), Arc::downgrade(listener));
    }

    /// Returns the open socket of a binding.
    pub(crate) fn of(&self, binding: &BindingId, settings: &Settings) -> Option<Arc<TcpListener>> {
        let open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        open.get(&Key::of(binding, settings))?.upgrade()
    }
}
