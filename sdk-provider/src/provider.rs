//! The trait that every provider implements.

use crate::config::Config;
use crate::dialect::Dialect;
use crate::error::{ActorError, ProviderError};
use crate::factory::HandOver;
use crate::health::Health;
use crate::trace::TraceContext;
use crate::work::{CallAuthority, CallLimits, WorkToken};
use async_trait::async_trait;
use bytes::Bytes;
use capwire_contracts::codec;
use capwire_contracts::core::CapabilityDescriptor;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::any::Any;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

/// Serves one contract to any number of actors.
///
/// The host authorises each call before the provider sees it, and makes calls concurrently. It
/// catches a panic and turns it into an error of that call.
#[async_trait]
pub trait Provider: Send + Sync + 'static {
    /// Returns the provider's contract and its operations.
    fn descriptor(&self) -> CapabilityDescriptor;

    /// Binds an actor. When this returns, the binding's resources are ready: ports are open and
    /// files are locked.
    ///
    /// # Errors
    /// Returns an error if the configuration is wrong or a resource is unavailable. The provider
    /// then keeps no part of the binding.
    async fn bind(&self, binding: Binding) -> Result<Bound, ProviderError>;

    /// Ends a binding: finishes the work in progress and closes the binding's resources. An unknown
    /// binding is not an error.
    ///
    /// # Errors
    /// Returns an error if a resource cannot be closed. The binding ends in any case.
    async fn unbind(&self, binding: &BindingId) -> Result<(), ProviderError>;

    /// Handles a call from a bound actor.
    ///
    /// # Errors
    /// Returns an error that the actor may see; see [`ProviderError`].
    async fn call(&self, call: Call<'_>) -> Result<Bytes, ProviderError>;

    /// Returns the way in which the provider is replaced by its successor. Default:
    /// [`HandOver::Overlapping`]. A provider that owns a file or a port must be
    /// [`HandOver::Exclusive`], unless its successor [inherits](Self::inherit) it.
    fn hand_over(&self) -> HandOver {
        HandOver::default()
    }

    /// Returns the resources that a successor can use beside this provider, such as listening sockets.
    /// Default: `None`.
    fn resources(&self) -> Option<Resources> {
        None
    }

    /// Takes over the resources of the provider that this one replaces. In an overlapping swap, the
    /// host calls this before it binds the first actor. Ignore resources of an unknown type, which
    /// come from another provider of the contract. Default: ignores all.
    fn inherit(&self, resources: Resources) {
        drop(resources);
    }

    /// Takes in no more work of its own, such as requests of clients, and finishes the work in
    /// progress within `time`. Returns the number of requests that it cut off, as far as it knows.
    ///
    /// The host calls this when a successor has all bindings, or is about to be opened. Meanwhile,
    /// actors may still call the provider; their bindings end afterwards. Default: does nothing.
    async fn drain(&self, time: Duration) -> usize {
        let _ = time;
        0
    }

    /// Returns the switch by which the provider reports that it is broken. The host asks once, when
    /// it opens the provider. Default: `None`, which means that it never reports.
    fn health(&self) -> Option<Health> {
        None
    }
}

/// The resources that a provider leaves to its successor. Only a provider of the same type knows their type.
pub type Resources = Arc<dyn Any + Send + Sync>;

type Answer<'f, T> = Pin<Box<dyn Future<Output = Result<T, ProviderError>> + Send + 'f>>;

/// A shared provider. Its methods return the inner future instead of wrapping it in another one.
impl<P: Provider + ?Sized> Provider for Arc<P> {
    fn descriptor(&self) -> CapabilityDescriptor {
        (**self).descriptor()
    }

    fn bind<'s: 'f, 'f>(&'s self, binding: Binding) -> Answer<'f, Bound>
    where
        Self: 'f,
    {
        (**self).bind(binding)
    }

    fn unbind<'s: 'f, 'b: 'f, 'f>(&'s self, binding: &'b BindingId) -> Answer<'f, ()>
    where
        Self: 'f,
    {
        (**self).unbind(binding)
    }

    fn call<'s: 'f, 'c: 'f, 'f>(&'s self, call: Call<'c>) -> Answer<'f, Bytes>
    where
        Self: 'f,
    {
        (**self).call(call)
    }

    fn hand_over(&self) -> HandOver {
        (**self).hand_over()
    }

    fn resources(&self) -> Option<Resources> {
        (**self).resources()
    }

    fn inherit(&self, resources: Resources) {
        (**self).inherit(resources);
    }

    fn drain<'s: 'f, 'f>(
        &'s self,
        time: Duration,
    ) -> Pin<Box<dyn Future<Output = usize> + Send + 'f>>
    where
        Self: 'f,
    {
        (**self).drain(time)
    }

    fn health(&self) -> Option<Health> {
        (**self).health()
    }
}

/// The identity of a binding: its actor and its name.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BindingId {
    /// The actor's public key, 56 characters.
    pub actor: String,
    /// The binding's name, `default` unless the manifest says otherwise.
    pub name: String,
}

/// A binding of an actor to a provider.
#[derive(Clone)]
pub struct Binding {
    /// The identity of the binding.
    pub id: BindingId,
    /// The configured values.
    pub config: Config,
    /// The handle of the actor.
    pub actor: Arc<dyn ActorHandle>,
}

impl fmt::Debug for Binding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Binding")
            .field("id", &self.id)
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}

/// The result of a binding: its endpoints.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Bound {
    /// The URLs at which the binding listens, such as `http://127.0.0.1:8081`.
    pub endpoints: Vec<String>,
}

impl Bound {
    /// Returns the result of a binding that listens at `endpoint`.
    pub fn listening(endpoint: impl Into<String>) -> Self {
        Self {
            endpoints: vec![endpoint.into()],
        }
    }
}

/// A call from a bound actor to its provider. `Debug` shows only the size of the payload, which may
/// be secret.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct Call<'a> {
    /// The binding under which the actor calls.
    pub binding: &'a BindingId,
    /// The operation.
    pub operation: &'a str,
    /// The message, borrowed for the duration of the call.
    pub payload: &'a [u8],
    /// The trace of the call, if the host traces calls.
    pub trace: Option<&'a TraceContext>,
    limits: Option<&'a dyn CallLimits>,
    authority: Option<&'a dyn CallAuthority>,
}

impl<'a> Call<'a> {
    /// Returns a call of `operation` under `binding`.
    #[must_use]
    pub fn new(binding: &'a BindingId, operation: &'a str, payload: &'a [u8]) -> Self {
        Self {
            binding,
            operation,
            payload,
            trace: None,
            limits: None,
            authority: None,
        }
    }

    /// Sets the trace of the call.
    #[must_use]
    pub fn traced(mut self, trace: &'a TraceContext) -> Self {
        self.trace = Some(trace);
        self
    }

    /// Sets the limits of the call. Without them, it has no deadline and no budget.
    #[must_use]
    pub fn limited(mut self, limits: &'a dyn CallLimits) -> Self {
        self.limits = Some(limits);
        self
    }

    /// Sets the authority of the caller. Without it, the caller may use everything.
    #[must_use]
    pub fn authorized(mut self, authority: &'a dyn CallAuthority) -> Self {
        self.authority = Some(authority);
        self
    }

    /// Returns true if the caller may use `operation` on `resource`, in the form of
    /// [`capwire_contracts::resource`].
    ///
    /// The host has checked the operation and the resources of the message. A provider that uses
    /// another resource on behalf of the caller, such as the target of a redirect, asks here first.
    #[must_use]
    pub fn may_use(&self, operation: &str, resource: &str) -> bool {
        self.authority
            .is_none_or(|authority| authority.may_use(operation, resource))
    }

    /// Returns the time until the deadline of the call, or `None` if there is no deadline. At the
    /// deadline, the host drops the future that handles the call.
    #[must_use]
    pub fn time_left(&self) -> Option<Duration> {
        self.limits?.time_left()
    }

    /// Returns true if nobody waits for the answer any more.
    #[must_use]
    pub fn is_given_up(&self) -> bool {
        self.limits.is_some_and(CallLimits::is_given_up)
    }

    /// Returns a token for work on other threads, which outlives the future that handles the call.
    /// See [`BlockingPool`](crate::BlockingPool).
    #[must_use]
    pub fn token(&self) -> WorkToken {
        WorkToken::new(self.limits.map(CallLimits::shared))
    }

    /// Decodes the message in the payload.
    ///
    /// # Errors
    /// Returns [`ProviderError::BadMessage`] if the payload is not an `M`.
    pub fn message<M: DeserializeOwned>(&self) -> Result<M, ProviderError> {
        codec::decode(self.payload).map_err(|error| ProviderError::BadMessage {
            operation: self.operation.to_owned(),
            reason: error.to_string(),
        })
    }

    /// Encodes the answer to this call in the caller's [`Dialect`].
    ///
    /// # Errors
    /// Returns [`ProviderError::Refused`] if MessagePack cannot express the message. This never
    /// happens for the messages of `capwire-contracts`.
    pub fn reply<M: Serialize + ?Sized>(&self, message: &M) -> Result<Bytes, ProviderError> {
        Dialect::of(self.payload)
            .encode(message)
            .map(Bytes::from)
            .map_err(|error| ProviderError::Refused(format!("{}: {error}", self.operation)))
    }

    /// Returns the error for an operation that the provider does not support.
    #[must_use]
    pub fn unknown_operation(&self) -> ProviderError {
        ProviderError::UnknownOperation {
            operation: self.operation.to_owned(),
        }
    }
}

impl fmt::Debug for Call<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("binding", self.binding)
            .field("operation", &self.operation)
            .field("payload", &format_args!("{} bytes", self.payload.len()))
            .finish()
    }
}

/// A call from a provider to an actor. `Debug` shows only the size of the payload, which may be
/// secret.
#[derive(Clone)]
#[non_exhaustive]
pub struct ActorCall<'a> {
    /// The operation.
    pub operation: &'a str,
    /// The message.
    pub payload: Bytes,
    /// The trace of the message that caused the call, if it has one.
    pub trace: Option<&'a TraceContext>,
    /// True if the provider repeats the call in another dialect should the actor not read this one.
    /// The host does not count a call that is repeated.
    pub repeats: bool,
}

impl<'a> ActorCall<'a> {
    /// Returns a call of `operation` with the message `payload`.
    #[must_use]
    pub fn new(operation: &'a str, payload: impl Into<Bytes>) -> Self {
        Self {
            operation,
            payload: payload.into(),
            trace: None,
            repeats: false,
        }
    }

    /// Sets the trace of the call.
    #[must_use]
    pub fn traced(mut self, trace: &'a TraceContext) -> Self {
        self.trace = Some(trace);
        self
    }
}

impl fmt::Debug for ActorCall<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ActorCall")
            .field("operation", &self.operation)
            .field("payload", &format_args!("{} bytes", self.payload.len()))
            .finish_non_exhaustive()
    }
}

/// A handle with which a provider calls the actor of one of its bindings.
#[async_trait]
pub trait ActorHandle: Send + Sync {
    /// Calls the actor.
    ///
    /// # Errors
    /// Returns an error if the actor is busy, stopped, too slow, or fails. The error is
    /// [`ActorError::Unreadable`] if the actor does not read the dialect of the message.
    async fn call(&self, call: ActorCall<'_>) -> Result<Bytes, ActorError>;

    /// Returns the maximum size of a message to the actor in bytes. By default, there is none. A
    /// longer message is an [`ActorError::TooLong`].
    fn max_message(&self) -> usize {
        usize::MAX
    }
}

#[cfg(test)]
mod tests {
    use super::{BindingId, Call};
    use crate::error::ProviderError;
    use capwire_contracts::keyvalue::CountResponse;

    #[test]
    fn a_malformed_message_is_refused_with_its_operation() {
        let id = id();
        let call = Call::new(&id, "Add", &[]);
        let error = call.message::<String>().unwrap_err();
        assert!(matches!(error, ProviderError::BadMessage { .. }));
        assert!(error.to_string().contains("`Add`"), "{error}");
    }

    #[test]
    fn an_answer_is_in_the_dialect_of_the_question() {
        let (id, count) = (id(), CountResponse { new_count: 5 });
        let answer = |question| Call::new(&id, "Push", question).reply(&count).unwrap();
        assert_eq!(
            answer(b"\x82\xa3key\xa1k\xa5value\xa1v"),
            b"\x81\xa8newCount\x05"[..]
        );
        let both = b"\x82\xa8newCount\x05\xa9new_count\x05";
        assert_eq!(answer(b"\x92\xa1k\xa1v"), both[..]);
    }

    #[test]
    fn debug_shows_no_payload() {
        let id = id();
        let shown = format!("{:?}", Call::new(&id, "Set", b"hunter2"));
        assert!(
            shown.contains("7 bytes") && !shown.contains("104"),
            "{shown}"
        );
    }

    fn id() -> BindingId {
        BindingId {
            actor: "MACTOR".to_owned(),
            name: "default".to_owned(),
        }
    }
}
