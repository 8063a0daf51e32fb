//! The other side of a provider that is not a part of the host: a library, or a process.

use bytes::Bytes;
use capwire_provider::BindingId;
use std::time::Duration;

/// The other side. Each request begins here, and its outcome comes to [`Requests`](super::requests::Requests).
pub(crate) trait Remote: Send + Sync {
    /// Begins to bind an actor.
    fn bind(&self, request: u64, binding: &Bind);

    /// Begins to end a binding.
    fn unbind(&self, request: u64, binding: u64);

    /// Begins a call.
    fn call(
        &self,
        request: u64,
        binding: u64,
        operation: &str,
        message: &[u8],
        left: Option<Duration>,
    );

    /// Tells that nobody waits for the answer to `request`.
    fn cancel(&self, request: u64);

    /// Gives the outcome of a call of an actor.
    fn answered(&self, number: u64, status: u32, message: &Bytes);

    /// Begins to finish the work in progress. Returns false if the provider has no such work.
    fn drain(&self, request: u64, time: Duration) -> bool;
}

/// A binding that begins.
pub(crate) struct Bind {
    pub(crate) number: u64,
    pub(crate) id: BindingId,
    /// Maps of texts to texts, in MessagePack.
    pub(crate) values: Vec<u8>,
    pub(crate) claims: Vec<u8>,
    pub(crate) max_message: usize,
}
