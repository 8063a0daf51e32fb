//! What travels in a conversation: requests, host calls and replies.

use bytes::Bytes;
use std::fmt;

/// One call of a guest: an operation and its payload.
///
/// The payload is shared, never copied, until the guest asks for it.
#[derive(Clone, Debug)]
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

/// A call of the host by a guest, lent from guest memory while it is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
#[derive(Clone, Debug, PartialEq, Eq)]
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
