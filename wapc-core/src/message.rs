//! The messages of a conversation: requests, host calls and replies.

use bytes::Bytes;
use std::fmt;

/// One call of a guest: an operation and its payload.
///
/// The payload is shared. It is only copied when the guest reads it.
#[derive(Clone)]
pub struct Request<'a> {
    /// The operation's name, e.g. `HandleRequest`.
    pub operation: &'a str,
    /// The message, in an encoding that both sides agree on.
    pub payload: Bytes,
}

impl<'a> Request<'a> {
    /// Returns a request of `operation` with `payload`.
    ///
    /// ```
    /// let request = capwire_wapc::Request::new("echo", &b"hello"[..]);
    /// assert_eq!(request.operation, "echo");
    /// ```
    pub fn new(operation: &'a str, payload: impl Into<Bytes>) -> Self {
        Self {
            operation,
            payload: payload.into(),
        }
    }
}

impl fmt::Debug for Request<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("operation", &self.operation)
            .field("payload", &Size(&self.payload))
            .finish()
    }
}

/// A host call of a plain guest. Its fields borrow guest memory until the host replies.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct HostCall<'a> {
    /// The binding's name; empty for the default binding.
    pub binding: &'a str,
    /// The capability or actor that is called, e.g. `wascc:keyvalue`.
    pub namespace: &'a str,
    /// The operation's name, e.g. `Add`.
    pub operation: &'a str,
    /// The message.
    pub payload: &'a [u8],
}

impl HostCall<'_> {
    /// Returns the same call with its own copy of the data.
    #[must_use]
    pub fn to_suspended(&self) -> SuspendedCall {
        SuspendedCall::new(self)
    }
}

impl fmt::Debug for HostCall<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HostCall")
            .field("binding", &self.binding)
            .field("namespace", &self.namespace)
            .field("operation", &self.operation)
            .field("payload", &Size(self.payload))
            .finish()
    }
}

/// A host call of a suspended guest.
///
/// It owns its data, so the host may wait, move it to another thread and keep it after the guest
/// is dropped. The payload of a host call is copied only here.
#[derive(Clone, PartialEq, Eq)]
pub struct SuspendedCall {
    names: Box<str>,
    binding_end: usize,
    namespace_end: usize,
    payload: Bytes,
}

impl SuspendedCall {
    fn new(call: &HostCall<'_>) -> Self {
        Self {
            names: [call.binding, call.namespace, call.operation]
                .concat()
                .into(),
            binding_end: call.binding.len(),
            namespace_end: call.binding.len() + call.namespace.len(),
            payload: Bytes::copy_from_slice(call.payload),
        }
    }

    /// Returns the binding's name, which is empty for the default binding.
    #[must_use]
    pub fn binding(&self) -> &str {
        self.names.get(..self.binding_end).unwrap_or_default()
    }

    /// Returns the capability or actor that is called, e.g. `wascc:keyvalue`.
    #[must_use]
    pub fn namespace(&self) -> &str {
        self.names
            .get(self.binding_end..self.namespace_end)
            .unwrap_or_default()
    }

    /// Returns the operation's name, e.g. `Add`.
    #[must_use]
    pub fn operation(&self) -> &str {
        self.names.get(self.namespace_end..).unwrap_or_default()
    }

    /// Returns the message; cloning it copies no data.
    #[must_use]
    pub fn payload(&self) -> &Bytes {
        &self.payload
    }

    /// Returns the call in the form that plain guests use.
    #[must_use]
    pub fn as_host_call(&self) -> HostCall<'_> {
        HostCall {
            binding: self.binding(),
            namespace: self.namespace(),
            operation: self.operation(),
            payload: &self.payload,
        }
    }
}

impl fmt::Debug for SuspendedCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.as_host_call(), f)
    }
}

/// The host's answer to a host call.
#[derive(Clone, PartialEq, Eq)]
pub enum Reply {
    /// The host call succeeded with this message, which may be empty.
    Data(Bytes),
    /// The host call failed. The guest gets only this text.
    Error(String),
}

impl Reply {
    /// Returns a successful reply.
    pub fn data(data: impl Into<Bytes>) -> Self {
        Self::Data(data.into())
    }

    /// Returns a failed reply with the text for the guest.
    pub fn error(text: impl Into<String>) -> Self {
        Self::Error(text.into())
    }
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Data(data) => f.debug_tuple("Data").field(&Size(data)).finish(),
            Self::Error(text) => f.debug_tuple("Error").field(text).finish(),
        }
    }
}

/// A message that is shown in logs by its size only, since it may be secret or large.
pub(crate) struct Size<'a>(pub(crate) &'a [u8]);

impl fmt::Debug for Size<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CALL: HostCall<'_> = HostCall {
        binding: "default",
        namespace: "wascc:keyvalue",
        operation: "Größe",
        payload: b"secret",
    };

    #[test]
    fn a_suspended_call_is_the_same_call() {
        let suspended = CALL.to_suspended();
        assert_eq!(suspended.as_host_call(), CALL);
        assert_eq!(suspended.clone(), suspended);
        let empty = HostCall {
            binding: "",
            namespace: "",
            operation: "",
            payload: b"",
        };
        assert_eq!(empty.to_suspended().as_host_call(), empty);
    }

    #[test]
    fn calls_are_told_apart_by_where_their_names_end() {
        let other = HostCall {
            binding: "defaultwascc:",
            namespace: "keyvalue",
            ..CALL
        };
        assert_ne!(CALL.to_suspended(), other.to_suspended());
    }

    #[test]
    fn messages_do_not_reach_logs() {
        let shown = format!(
            "{CALL:?} {:?} {:?} {:?}",
            CALL.to_suspended(),
            Request::new("Get", "secret"),
            Reply::data("secret"),
        );
        assert!(!shown.contains("secret"), "{shown}");
        assert!(shown.contains("6 bytes"), "{shown}");
    }
}
