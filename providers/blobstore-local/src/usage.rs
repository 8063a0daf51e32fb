//! The room that the blobs of a folder take up.

use capwire_blobstore_common::Failure;
use capwire_contracts::blobstore::ErrorClass;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The quota of a binding.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Quota {
    /// The maximum size of all blobs in bytes.
    pub(crate) bytes: u64,
    /// The maximum number of blobs and containers.
    pub(crate) blobs: u64,
}

/// The bytes and the number of blobs and containers, with those of uploads in progress.
#[derive(Debug, Default)]
pub(crate) struct Usage(Mutex<Used>);

#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Used {
    pub(crate) bytes: u64,
    pub(crate) blobs: u64,
}

impl Usage {
    pub(crate) fn new(used: Used) -> Arc<Self> {
        Arc::new(Self(Mutex::new(used)))
    }

    fn lock(&self) -> MutexGuard<'_, Used> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reserves room for one more blob of so many bytes.
    pub(crate) fn reserve(self: &Arc<Self>, bytes: u64, quota: Quota) -> Result<Room, Failure> {
        let full = |text: String| Err(Failure::new(ErrorClass::Quota, text));
        let mut used = self.lock();
        if used.blobs >= quota.blobs {
            return full(format!(
                "`MAX_BLOBS` of the binding allows {} blobs and containers: remove some first",
                quota.blobs
            ));
        }
        let all = used.bytes.saturating_add(bytes);
        if all > quota.bytes {
            return full(format!(
                "the blobs would have {all} bytes, and `MAX_BYTES` of the binding allows {}: remove some first",
                quota.bytes
            ));
        }
        used.bytes = all;
        used.blobs += 1;
        Ok(Room {
            usage: Arc::clone(self),
            bytes,
            is_used: false,
        })
    }

    /// Gives the room of a blob or container back.
    pub(crate) fn release(&self, bytes: u64) {
        let mut used = self.lock();
        used.bytes = used.bytes.saturating_sub(bytes);
        used.blobs = used.blobs.saturating_sub(1);
    }
}

/// Room for a blob or container. Dropping the value gives it back, unless it is used.
pub(crate) struct Room {
    usage: Arc<Usage>,
    bytes: u64,
    is_used: bool,
}

impl Room {
    /// Keeps the room, because the blob exists.
    pub(crate) fn keep(mut self) {
        self.is_used = true;
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        if !self.is_used {
            self.usage.release(self.bytes);
        }
    }
}
