//! The connection of a request, as the service sees it.

use crate::connection::{Activity, Connection};
use crate::memory::{Full, Held, Hold, Memory};
use crate::registry::{Registry, Share};
use bytes::Bytes;
use std::sync::Arc;

/// The connection of a request, from which the service takes memory for bodies.
#[derive(Debug)]
pub struct Peer {
    pub(crate) connection: Arc<Connection>,
    pub(crate) share: Share,
    pub(crate) memory: Memory,
}

impl Peer {
    /// Extends `hold` to `bytes`, the size of the request's body so far. Other connections that hold
    /// memory and wait for their clients give way, if necessary.
    ///
    /// # Errors
    /// Returns [`Full`] if there is not enough memory.
    pub async fn hold(&self, hold: &mut Hold, bytes: usize) -> Result<(), Full> {
        self.connection.moved(bytes.saturating_sub(hold.bytes()));
        while let Err(full) = self.memory.extend(hold, bytes) {
            let registry = Registry::of_process();
            match registry.longest_stalled(self.share) {
                Some(stalled) if !Arc::ptr_eq(&stalled, &self.connection) => stalled.close().await,
                _ => return Err(full),
            }
        }
        Ok(())
    }

    /// Reports that the body has arrived, and that the connection does not wait for its client any
    /// more.
    pub fn received(&self) {
        self.connection.begin(Activity::Working);
    }

    /// Returns `body` as the body of a response. It holds memory until the client has read it.
    ///
    /// # Errors
    /// Returns [`Full`] if there is not enough memory.
    pub async fn body(&self, body: Vec<u8>) -> Result<Bytes, Full> {
        let mut hold = Hold::default();
        // The service computes; its client is not slow.
        self.received();
        self.hold(&mut hold, body.len()).await?;
        Ok(Bytes::from_owner(Held { body, _hold: hold }))
    }
}
