//! Addresses of host names.

use async_trait::async_trait;
use std::io;
use std::net::{IpAddr, ToSocketAddrs};
use std::sync::Arc;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

/// The number of look-ups that may block a thread at once. A look-up goes on when its request is
/// given up, so that many slow ones would take the threads of other providers.
const LOOKUPS: usize = 8;

/// Finds the addresses of host names.
///
/// The client checks each address before it connects to it, and connects to no other address. A
/// resolver that changes its answers therefore cannot lead a request elsewhere.
#[async_trait]
pub trait Resolve: Send + Sync + 'static {
    /// Returns the addresses of `host`, a name in lower case without a dot at its end, in the order
    /// in which they are tried.
    ///
    /// # Errors
    /// Returns an error if the name has no address, or no name server answers.
    async fn resolve(&self, host: &str) -> io::Result<Vec<IpAddr>>;
}

/// The resolver of the operating system.
#[derive(Debug)]
pub(crate) struct SystemResolver {
    lookups: Arc<Semaphore>,
}

impl Default for SystemResolver {
    fn default() -> Self {
        let lookups = Arc::new(Semaphore::new(LOOKUPS));
        Self { lookups }
    }
}

#[async_trait]
impl Resolve for SystemResolver {
    async fn resolve(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        let permit = Arc::clone(&self.lookups).acquire_owned().await;
        let permit = permit.map_err(io::Error::other)?;
        let host = host.to_owned();
        let found = spawn_blocking(move || {
            let found = (host.as_str(), 0).to_socket_addrs();
            drop(permit);
            found.map(|addresses| addresses.map(|address| address.ip()).collect())
        });
        found.await.map_err(io::Error::other)?
    }
}
