//! `wascc:messaging`: messages and requests on subjects.
//!
//! ```
//! use capwire_actor::messaging::BrokerMessage;
//! use capwire_actor::prelude::*;
//!
//! actor! {
//!     message => greet,
//! }
//!
//! fn greet(message: BrokerMessage) -> Result<()> {
//!     let greeting = [b"Hello, ", &*message.body].concat();
//!     Ok(messaging::default().reply(&message, greeting)?)
//! }
//! # use capwire_actor::testing::FakeHost;
//! # let host = FakeHost::new().respond("wascc:messaging", "Publish", &());
//! # let message = BrokerMessage { subject: "greetings".into(), reply_to: "inbox.1".into(), body: b"Ada".into() };
//! # let message = capwire_actor::codec::encode(&message).unwrap();
//! # host.run(|| ACTOR.call("DeliverMessage", message)).unwrap();
//! # let sent: BrokerMessage = capwire_actor::codec::decode(&host.calls()[0].payload).unwrap();
//! # assert_eq!((&*sent.subject, &*sent.body), ("inbox.1", &b"Hello, Ada"[..]));
//! ```

use crate::target::{CallError, Target, capability};
use capwire_contracts::codec::{self, DecodeError};
use capwire_contracts::messaging::{self as contract, RequestMessage};
use core::time::Duration;

pub use capwire_contracts::messaging::{BrokerMessage, ErrorClass, OP_DELIVER_MESSAGE};

/// Returns the broker of the binding `default`.
///
/// ```
/// use capwire_actor::{messaging, testing::FakeHost};
///
/// let host = FakeHost::new().respond("wascc:messaging", "Publish", &());
/// host.run(|| messaging::default().publish("orders.new", "7")).unwrap();
/// ```
#[must_use]
pub fn default() -> Messaging {
    Messaging(capability(contract::CONTRACT))
}

/// Returns the broker of the binding `name`.
#[must_use]
pub fn named(name: &str) -> Messaging {
    Messaging(capability(contract::CONTRACT).named(name))
}

/// A client for a broker of messages.
///
/// Each method returns a [`CallError`] if the actor may not use the broker, the host cannot reach it,
/// or the broker refuses the message. [`class`] returns the class of such an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Messaging(Target);

/// The type describes the errors of all methods.
#[expect(clippy::missing_errors_doc, reason = "the type documents the errors")]
impl Messaging {
    /// Sends a message.
    pub fn publish(&self, subject: &str, body: impl Into<Vec<u8>>) -> Result<(), CallError> {
        self.publish_with(subject, "", body)
    }

    /// Sends a message whose receivers reply on the subject `reply_to`, unless that is empty.
    pub fn publish_with(
        &self,
        subject: &str,
        reply_to: &str,
        body: impl Into<Vec<u8>>,
    ) -> Result<(), CallError> {
        let message = BrokerMessage {
            subject: subject.to_owned(),
            reply_to: reply_to.to_owned(),
            body: body.into(),
        };
        match self.0.call(contract::OP_PUBLISH, &message) {
            Ok(()) => Ok(()),
            // Providers of 2020 send an empty answer.
            Err(CallError::Answer {
                source: DecodeError::Empty,
                ..
            }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Replies to a message. Does nothing if its sender expects no reply.
    pub fn reply(
        &self,
        message: &BrokerMessage,
        body: impl Into<Vec<u8>>,
    ) -> Result<(), CallError> {
        match message.reply_to.is_empty() {
            true => Ok(()),
            false => self.publish(&message.reply_to, body),
        }
    }

    /// Sends a message, and waits at most `timeout` for one reply, whose body it returns. No time
    /// stands for the maximum of the binding.
    pub fn request(
        &self,
        subject: &str,
        body: impl Into<Vec<u8>>,
        timeout: Duration,
    ) -> Result<Vec<u8>, CallError> {
        let request = RequestMessage {
            subject: subject.to_owned(),
            body: body.into(),
            timeout: i64::try_from(timeout.as_millis()).unwrap_or(i64::MAX),
        };
        let request = codec::encode(&request)?;
        self.0.call_raw(contract::OP_REQUEST, &request)
    }
}

/// Returns the class of the error of a broker, or `None` if the error is another one.
///
/// ```
/// use capwire_actor::messaging::{self, ErrorClass};
/// use capwire_actor::testing::FakeHost;
/// use std::time::Duration;
///
/// let nobody = "no responders: nobody subscribes to `prices`";
/// let host = FakeHost::new().refuse("wascc:messaging", "Request", nobody);
/// let request = || messaging::default().request("prices", "EUR", Duration::from_secs(1));
/// let error = host.run(request).unwrap_err();
/// assert_eq!(messaging::class(&error), Some(ErrorClass::NoResponders));
/// ```
#[must_use]
pub fn class(error: &CallError) -> Option<ErrorClass> {
    match error {
        CallError::Refused { reason, .. } => ErrorClass::of(reason),
        _ => None,
    }
}
