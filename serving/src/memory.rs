//! The memory for bodies, over all connections of a server.

use crate::Response;
use crate::peer::Sending;
use bytes::Bytes;
use hyper::StatusCode;
use hyper::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, TryAcquireError};

/// The unit in which memory is counted, in bytes.
const UNIT: usize = 1 << 10;

/// The memory for bodies. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Memory {
    free: Arc<Semaphore>,
    units: u32,
}

/// Memory that is in use, until it is dropped.
#[derive(Debug, Default)]
pub struct Hold {
    bytes: usize,
    permits: Option<OwnedSemaphorePermit>,
}

/// There is no memory for another body.
#[derive(Debug)]
pub struct Full;

impl Memory {
    pub(crate) fn new(bytes: usize) -> Self {
        let units = u32::try_from(bytes.div_ceil(UNIT)).unwrap_or(u32::MAX >> 1);
        Self {
            free: Arc::new(Semaphore::new(units as usize)),
            units,
        }
    }

    /// Extends `hold` to `bytes`, or fails at once. A body that is larger than all memory holds all
    /// of it.
    pub(crate) fn extend(&self, hold: &mut Hold, bytes: usize) -> Result<(), Full> {
        let wanted = u32::try_from(bytes.div_ceil(UNIT)).unwrap_or(u32::MAX);
        let wanted = wanted.min(self.units);
        let held = hold.permits.as_ref().map_or(0, |held| held.num_permits());
        let held = u32::try_from(held).unwrap_or(u32::MAX);
        if wanted > held {
            let more = Arc::clone(&self.free).try_acquire_many_owned(wanted - held);
            let more = more.map_err(|_: TryAcquireError| Full)?;
            match &mut hold.permits {
                Some(permits) => permits.merge(more),
                none => *none = Some(more),
            }
        }
        hold.bytes = hold.bytes.max(bytes);
        Ok(())
    }
}

impl Hold {
    /// Returns the number of bytes that are held.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bytes
    }
}

impl Full {
    /// Returns the response to a request for which there is no memory.
    #[must_use]
    pub fn response(self) -> Response {
        let text = Bytes::from_static(b"Busy, try again later");
        let mut response = Response::new(text.into());
        *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
        let headers = response.headers_mut();
        let plain = HeaderValue::from_static("text/plain; charset=utf-8");
        headers.insert(CONTENT_TYPE, plain);
        headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
        response
    }
}

/// A body that holds its memory until its last byte is sent.
pub(crate) struct Held {
    pub(crate) body: Vec<u8>,
    pub(crate) _hold: Hold,
    pub(crate) _sending: Option<Sending>,
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.body
    }
}
