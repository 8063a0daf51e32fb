//! What travels in a conversation: requests, host calls and replies.

use bytes::Bytes;
use std::fmt;

/// One call of a guest: an operation and its payload.
///
/// The payload is shared, never copied, until the guest asks for it.
#[derive(Clone)]
pub struct Request<'a> {
    /// The operation's name, e.g. `HandleRequest`.
    pub operation: &'a str,
    /// The message, in whatever encoding both sides agreed on.
    pub payload: Bytes,
}

impl<'a> Request<'a> {
    /// A request of `operation` with `payload`.
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

/// A call of the host by a guest, lent from guest memory while it is answered.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct HostCall<'a> {
    /// The binding's name; guests leave it empty for the default one.
    pub binding: &'a str,
    /// Which capability or actor is called, e.g. `wascc:keyvalue`.
    pub namespace: &'a str,
    /// The operation's name, e.g. `Add`.
    pub operation: &'a str,
    /// The message.
    pub payload: &'a [u8],
}

impl HostCall<'_> {
    /// The same call with data of its own.
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

/// A call of the host by a suspended guest.
///
/// It owns its data, so the host may wait, move it to another thread and keep it after the guest
/// is gone: the one copy of a host call's payload is made here.
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

    /// The binding's name; guests leave it empty for the default one.
    #[must_use]
    pub fn binding(&self) -> &str {
        self.names.get(..self.binding_end).unwrap_or_default()
    }

    /// Which capability or actor is called, e.g. `wascc:keyvalue`.
    #[must_use]
    pub fn namespace(&self) -> &str {
        self.names
            .get(self.binding_end..self.namespace_end)
            .unwrap_or_default()
    }

    /// The operation's name, e.g. `Add`.
    #[must_use]
    pub fn operation(&self) -> &str {
        self.names.get(self.namespace_end..).unwrap_or_default()
    }

    /// The message; cloning it copies no data.
    #[must_use]
    pub fn payload(&self) -> &Bytes {
        &self.payload
    }

    /// The call as a plain guest would lend it.
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
    /// It succeeded with this message, which may be empty.
    Data(Bytes),
    /// It failed; this text is all that the guest learns.
    Error(String),
}

impl Reply {
    /// A successful reply.
    pub fn data(data: impl Into<Bytes>) -> Self {
        Self::Data(data.into())
    }

    /// A failed reply with the text that the guest sees.
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

/// A message as logs may have it: messages are secrets, or megabytes.
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
