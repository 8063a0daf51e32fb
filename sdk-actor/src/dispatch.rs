//! Dispatch of calls to handlers.

use crate::error::{Error, Result};
use capwire_contracts::codec;
use capwire_contracts::core::OP_HEALTH_REQUEST;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Declares the actor by its operations and their handlers.
///
/// ```
/// use capwire_actor::contracts::core::HealthRequest;
/// use capwire_actor::prelude::*;
///
/// actor! {
///     http => answer,                                   // requests of wascc:http_server
///     op("Sum") => sum,                                 // typed: MessagePack in and out
///     message => on_message,                            // messages of wascc:messaging
///     event => on_event,                                // events of wascc:eventstreams
///     timer => on_time,                                 // calls of capwire:timer
///     chunk => on_chunk,                                // downloads of wascc:blobstore
///     raw("Reverse") => reverse,                        // any bytes in and out
///     health => check,                                  // replaces the default: healthy
/// }
///
/// fn answer(_: http::Request) -> Result<http::Response> {
///     Ok(http::Response::text("hello"))
/// }
///
/// fn sum(numbers: Vec<i64>) -> Result<i64> {
///     Ok(numbers.iter().sum())
/// }
///
/// fn on_message(message: messaging::BrokerMessage) -> Result<()> {
///     console_log!("{} bytes on {}", message.body.len(), message.subject);
///     Ok(())
/// }
///
/// fn on_event(event: eventstreams::Event) -> Result<()> {
///     console_log!("event {} of {}", event.event_id, event.stream);
///     Ok(())
/// }
///
/// fn on_time(firing: timer::Firing) -> Result<()> {
///     console_log!("{} is due", firing.name);
///     Ok(())
/// }
///
/// fn on_chunk(chunk: blobstore::FileChunk) -> Result<()> {
///     console_log!("chunk {} of {}", chunk.sequence_no, chunk.id);
///     Ok(())
/// }
///
/// fn reverse(mut bytes: Vec<u8>) -> Result<Vec<u8>> {
///     bytes.reverse();
///     Ok(bytes)
/// }
///
/// fn check(_: HealthRequest) -> Result<()> {
///     keyvalue::default().key_exists("config").map(drop).map_err(Error::from)
/// }
/// ```
///
/// The macro defines `ACTOR`, a static [`Actor`] that tests can call. On WebAssembly it also
/// defines the export that a host calls. Use it once per crate.
#[macro_export]
macro_rules! actor {
    ($($kind:ident $(($operation:expr))? => $handler:expr),+ $(,)?) => {
        /// This crate's actor.
        pub static ACTOR: $crate::Actor = $crate::Actor::new(&[
            $($crate::__handler!($kind $(($operation))? => $handler)),+
        ]);
        $crate::__export!(ACTOR);
    };
}

/// Expands one line of [`actor!`].
#[doc(hidden)]
#[macro_export]
macro_rules! __handler {
    (http => $handler:expr) => {
        ($crate::http::OP_HANDLE_REQUEST, |payload| {
            $crate::__private::typed::<$crate::http::Request, $crate::http::Response>(
                &payload, $handler,
            )
        })
    };
    (message => $handler:expr) => {
        ($crate::messaging::OP_DELIVER_MESSAGE, |payload| {
            $crate::__private::typed::<$crate::messaging::BrokerMessage, ()>(&payload, $handler)
        })
    };
    (event => $handler:expr) => {
        ($crate::eventstreams::OP_DELIVER_EVENT, |payload| {
            $crate::__private::typed::<$crate::eventstreams::Event, ()>(&payload, $handler)
        })
    };
    (timer => $handler:expr) => {
        ($crate::timer::OP_FIRE, |payload| {
            $crate::__private::typed::<$crate::timer::Firing, ()>(&payload, $handler)
        })
    };
    (chunk => $handler:expr) => {
        ($crate::blobstore::OP_RECEIVE_CHUNK, |payload| {
            $crate::__private::typed::<$crate::blobstore::FileChunk, ()>(&payload, $handler)
        })
    };
    (health => $handler:expr) => {
        ($crate::contracts::core::OP_HEALTH_REQUEST, |payload| {
            $crate::__private::typed::<$crate::contracts::core::HealthRequest, ()>(
                &payload, $handler,
            )
        })
    };
    (op($operation:expr) => $handler:expr) => {
        ($operation, |payload| {
            $crate::__private::typed(&payload, $handler)
        })
    };
    (raw($operation:expr) => $handler:expr) => {
        ($operation, $handler)
    };
    ($kind:ident $(($operation:expr))? => $handler:expr) => {
        ::core::compile_error!(
            "expected `http`, `message`, `event`, `timer`, `chunk`, `health`, `op(\"Name\")` or `raw(\"Name\")` before `=>`"
        )
    };
}

/// A handler of an operation, which takes the payload and returns the answer.
pub type Handler = fn(Vec<u8>) -> Result<Vec<u8>>;

/// An actor: its operations and their handlers. [`actor!`] creates it.
pub struct Actor {
    handlers: &'static [(&'static str, Handler)],
}

impl Actor {
    /// Returns an actor with these handlers. Without a handler for `HealthRequest`, the actor
    /// answers that it is healthy. If an operation has several handlers, the first one counts.
    #[must_use]
    pub const fn new(handlers: &'static [(&'static str, Handler)]) -> Self {
        Self { handlers }
    }

    /// Handles one call, as if a host made it.
    ///
    /// # Errors
    /// Returns the handler's error, or an error that names the operation if it has no handler.
    pub fn call(&self, operation: &str, payload: Vec<u8>) -> Result<Vec<u8>> {
        match self.handlers.iter().find(|(name, _)| *name == operation) {
            Some((_, handler)) => handler(payload),
            None if operation == OP_HEALTH_REQUEST => Ok(codec::encode(&())?),
            None => Err(self.unknown(operation)),
        }
    }

    fn unknown(&self, operation: &str) -> Error {
        let known: Vec<_> = self.handlers.iter().map(|(name, _)| *name).collect();
        Error::msg(format!(
            "no handler for operation `{operation}`; this actor handles {}",
            known.join(", ")
        ))
    }
}

/// Decodes the payload, runs the handler, and encodes the answer.
///
/// # Errors
/// Returns an error if the payload is not a `T` or the handler fails.
pub fn typed<T, R>(payload: &[u8], handler: impl FnOnce(T) -> Result<R>) -> Result<Vec<u8>>
where
    T: DeserializeOwned,
    R: Serialize,
{
    let answer = handler(codec::decode(payload)?)?;
    Ok(codec::encode(&answer)?)
}
