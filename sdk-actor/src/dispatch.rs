//! From an operation to the function that handles it.

use crate::error::{Error, Result};
use capwire_contracts::codec;
use capwire_contracts::core::OP_HEALTH_REQUEST;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Declares the actor: which function handles which operation.
///
/// ```
/// use capwire_actor::contracts::{core::HealthRequest, messaging};
/// use capwire_actor::prelude::*;
///
/// actor! {
///     http => answer,                                   // requests of wascc:http_server
///     op("Sum") => sum,                                 // typed: MessagePack in and out
///     op(messaging::OP_DELIVER_MESSAGE) => on_message,
///     raw("Reverse") => reverse,                        // any bytes in and out
///     health => check,                                  // instead of the default, which is "well"
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
/// It defines `ACTOR`, a static [`Actor`] that tests can call, and on WebAssembly the export that
/// a host calls. A crate has one.
#[macro_export]
macro_rules! actor {
    ($($kind:ident $(($operation:expr))? => $handler:expr),+ $(,)?) => {
        /// The actor of this crate.
        pub static ACTOR: $crate::Actor = $crate::Actor::new(&[
            $($crate::__handler!($kind $(($operation))? => $handler)),+
        ]);
        $crate::__export!(ACTOR);
    };
}

/// One line of [`actor!`].
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
            "expected `http`, `health`, `op(\"Name\")` or `raw(\"Name\")` before `=>`"
        )
    };
}

/// Handles one operation: payload in, answer out.
pub type Handler = fn(Vec<u8>) -> Result<Vec<u8>>;

/// The operations that an actor handles. Made by [`actor!`].
pub struct Actor {
    handlers: &'static [(&'static str, Handler)],
}

impl Actor {
    /// An actor that handles these operations, and says that it is well if they do not include
    /// `HealthRequest`. If an operation is there twice, the first handler counts.
    #[must_use]
    pub const fn new(handlers: &'static [(&'static str, Handler)]) -> Self {
        Self { handlers }
    }

    /// Handles one call, as a host makes it.
    ///
    /// # Errors
    /// The handler's error, or one that names the operation if there is no handler for it.
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

/// Runs a handler between decoding and encoding.
///
/// # Errors
/// If the payload is not a `T`, or the handler fails.
pub fn typed<T, R>(payload: &[u8], handler: impl FnOnce(T) -> Result<R>) -> Result<Vec<u8>>
where
    T: DeserializeOwned,
    R: Serialize,
{
    let answer = handler(codec::decode(payload)?)?;
    Ok(codec::encode(&answer)?)
}
