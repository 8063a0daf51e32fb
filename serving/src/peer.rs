//! The connection of a request, as the service sees it.

use crate::Response;
use crate::connection::{Activity, Connection};
use crate::memory::{Full, Held, Hold, Memory};
use crate::protocol::Protocol;
use crate::registry::{Registry, Share};
use bytes::Bytes;
use hyper::header::{CONNECTION, HeaderValue};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The connection of a request, from which the service takes memory for bodies.
#[derive(Debug)]
pub struct Peer {
    connection: Arc<Connection>,
    protocol: Protocol,
    share: Share,
    memory: Memory,
    /// `true` when the whole body has arrived.
    is_received: AtomicBool,
    is_answered: bool,
}

impl Peer {
    /// A request whose head has arrived.
    pub(crate) fn new(
        connection: Arc<Connection>,
        protocol: Protocol,
        share: Share,
        memory: Memory,
    ) -> Self {
        connection.change(None, Some(Activity::Receiving));
        Self {
            connection,
            protocol,
            share,
            memory,
            is_received: AtomicBool::new(false),
            is_answered: false,
        }
    }

    /// Returns the address of the other end of the connection, which is the client or a proxy.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.connection.address()
    }

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
        if !self.is_received.swap(true, Ordering::Relaxed) {
            let (receiving, working) = (Activity::Receiving, Activity::Working);
            self.connection.change(Some(receiving), Some(working));
        }
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
        let sending = match self.protocol {
            Protocol::Http1 => None,
            Protocol::Http2 => Some(Sending::begin(&self.connection)),
        };
        Ok(Bytes::from_owner(Held {
            body,
            _hold: hold,
            _sending: sending,
        }))
    }

    /// Reports that the service has answered, and returns the response as the client gets it. If the
    /// connection `closes`, an HTTP/1 client learns that from the response.
    pub(crate) fn answered(mut self, mut response: Response, closes: bool) -> Response {
        if closes {
            let close = HeaderValue::from_static("close");
            response.headers_mut().insert(CONNECTION, close);
        }
        if self.protocol == Protocol::Http2 {
            // It is illegal there, since it is about a whole HTTP/1 connection.
            response.headers_mut().remove(CONNECTION);
            self.connection.answered();
        }
        self.is_answered = true;
        response
    }

    pub(crate) fn protocol(&self) -> Protocol {
        self.protocol
    }

    fn activity(&self) -> Activity {
        match self.is_received.load(Ordering::Relaxed) {
            true => Activity::Working,
            false => Activity::Receiving,
        }
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // The stream of an HTTP/1 connection knows when its client has the response. That of HTTP/2
        // does not: there, a body ends with its last byte.
        let sends = self.is_answered && self.protocol == Protocol::Http1;
        let next = sends.then_some(Activity::Sending);
        self.connection.change(Some(self.activity()), next);
        if sends && !self.is_received.load(Ordering::Relaxed) {
            self.connection.leave_unread();
        }
        if !self.is_answered {
            self.connection.cancelled();
        }
    }
}

/// A response that the client of an HTTP/2 connection reads, until it is dropped.
#[derive(Debug)]
pub(crate) struct Sending(Arc<Connection>);

impl Sending {
    fn begin(connection: &Arc<Connection>) -> Self {
        connection.change(None, Some(Activity::Sending));
        Self(Arc::clone(connection))
    }
}

impl Drop for Sending {
    fn drop(&mut self) {
        self.0.change(Some(Activity::Sending), None);
    }
}
