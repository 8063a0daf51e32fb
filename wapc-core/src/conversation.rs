//! The nine functions of waPC, implemented once for all engines.

use crate::abi;
use crate::bounded;
use crate::error::{CallError, GuestError, LimitError, Misuse, ProtocolError};
use crate::limits::ResourceLimits;
use crate::memory::{self, Span};
use crate::message::{HostCall, Reply, Request};
use crate::world::World;
use bytes::Bytes;
use std::fmt;
use std::sync::Arc;

const NO_ERROR_MESSAGE: &str = "No error message set for call failure";
const NO_OUTCOME: &str = "No error message OR response set for call success";
const NOT_DURING_START: &str = "host calls are not available during start";

/// The host's side of the exchange with one guest: the current request, response, error and reply.
///
/// An engine owns one per instance. It calls [`begin_call`](Self::begin_call), then the guest's
/// `__guest_call`, forwards each import to the method of the same name together with the guest's
/// memory, and ends with [`finish`](Self::finish). Pointers and lengths are the guest's and are
/// checked here; no value of them panics.
pub struct Conversation {
    phase: Phase,
    operation: String,
    request: Bytes,
    response: Option<Result<Bytes, LimitError>>,
    error: Option<String>,
    reply: Option<Reply>,
    message_bytes: usize,
    world: Arc<dyn World>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// No call is being made: start functions run, or no code of the guest runs.
    Outside,
    Call,
}

impl Conversation {
    /// Returns a new conversation with a guest that uses `world`. Of `limits`, it enforces
    /// [`ResourceLimits::message_bytes`].
    #[must_use]
    pub fn new(world: Arc<dyn World>, limits: &ResourceLimits) -> Self {
        Self {
            phase: Phase::Outside,
            operation: String::new(),
            request: Bytes::new(),
            response: None,
            error: None,
            reply: None,
            message_bytes: limits.message_bytes,
            world,
        }
    }

    /// Returns the guest's console, clocks and randomness, for WASI.
    #[must_use]
    pub fn world(&self) -> &Arc<dyn World> {
        &self.world
    }

    /// Begins a call. Returns the two arguments of `__guest_call`: the lengths of operation and
    /// payload.
    ///
    /// # Errors
    /// [`Misuse::TooLarge`] if operation or payload is longer than a message may be.
    pub fn begin_call(&mut self, request: Request<'_>) -> Result<(u32, u32), Misuse> {
        let lengths = (
            self.length_of_request(request.operation.len())?,
            self.length_of_request(request.payload.len())?,
        );
        self.clear();
        self.phase = Phase::Call;
        self.operation.push_str(request.operation);
        self.request = request.payload;
        Ok(lengths)
    }

    /// Ends the call in which `__guest_call` returned `returned`.
    ///
    /// The rules are those of every waPC host since 0.10: 0 is an error; anything else is the
    /// response if there is one, else the error.
    ///
    /// # Errors
    /// [`CallError::Guest`] with the guest's own text, or the standard one if it gave none;
    /// [`LimitError::Message`] if its response was too long to be taken.
    pub fn finish(&mut self, returned: i32) -> Result<Bytes, CallError> {
        let response = self.response.take();
        let error = self.error.take();
        self.clear();
        match (returned, response) {
            (0, _) => Err(guest_error(error, NO_ERROR_MESSAGE)),
            (_, Some(response)) => Ok(response?),
            (_, None) => Err(guest_error(error, NO_OUTCOME)),
        }
    }

    /// Ends the call or the start in which `error` stopped the guest's code. Returns the error, with the
    /// guest's own error text if it gave one before it trapped.
    #[must_use]
    pub fn fail(&mut self, error: CallError) -> CallError {
        let text = self.error.take();
        self.clear();
        match (error, text) {
            (CallError::Trap(trap), Some(text)) => trap.saying(&text).into(),
            (error, _) => error,
        }
    }

    /// `__guest_request`: writes operation and payload into guest memory.
    ///
    /// # Errors
    /// If a target lies outside of memory, or no call is being made.
    pub fn guest_request(
        &self,
        memory: &mut [u8],
        operation: u32,
        payload: u32,
    ) -> Result<(), ProtocolError> {
        self.in_call(abi::GUEST_REQUEST.name)?;
        memory::write(memory, payload, &self.request, "the request's payload")?;
        memory::write(
            memory,
            operation,
            self.operation.as_bytes(),
            "the request's operation",
        )
    }

    /// `__guest_response`: reads the response from guest memory, unless it is longer than a message
    /// may be. The last one counts.
    ///
    /// # Errors
    /// If the span lies outside of memory, or no call is being made.
    pub fn guest_response(&mut self, memory: &[u8], response: Span) -> Result<(), ProtocolError> {
        self.in_call(abi::GUEST_RESPONSE.name)?;
        let response = memory::read(memory, response, "the guest's response")?;
        self.response = Some(match self.too_long(response) {
            Some(most) => Err(LimitError::Message {
                bytes: response.len(),
                most,
            }),
            None => Ok(Bytes::copy_from_slice(response)),
        });
        Ok(())
    }

    /// `__guest_error`: reads an error text from guest memory. The last one counts. Bytes that are
    /// not UTF-8 are replaced, since the text is for people, and the text is cut after
    /// [`MAX_TEXT`](crate::MAX_TEXT).
    ///
    /// # Errors
    /// If the span lies outside of memory, or no call is being made.
    pub fn guest_error(&mut self, memory: &[u8], error: Span) -> Result<(), ProtocolError> {
        self.in_call(abi::GUEST_ERROR.name)?;
        let error = memory::read(memory, error, "the guest's error")?;
        self.error = Some(bounded::prose(error).into_owned());
        Ok(())
    }

    /// `__host_call`: returns the guest's host call, lent from its memory. The engine gets a reply for
    /// it, passes that to [`answer`](Self::answer), and returns the result of `answer` to the guest.
    ///
    /// `None` means that the reply is an error already: the start functions run, or the payload is
    /// longer than a message may be. The engine then returns 0 to the guest.
    ///
    /// # Errors
    /// If a span lies outside of memory, or a name is not UTF-8 or longer than
    /// [`MAX_TEXT`](crate::MAX_TEXT).
    pub fn host_call<'m>(
        &mut self,
        memory: &'m [u8],
        [binding, namespace, operation, payload]: [Span; 4],
    ) -> Result<Option<HostCall<'m>>, ProtocolError> {
        let call = HostCall {
            binding: name(memory, binding, "the host call's binding")?,
            namespace: name(memory, namespace, "the host call's namespace")?,
            operation: name(memory, operation, "the host call's operation")?,
            payload: memory::read(memory, payload, "the host call's payload")?,
        };
        // The guest cannot read the last reply any more. It is dropped now, since it may be large.
        self.reply = match (self.phase, self.too_long(call.payload)) {
            (Phase::Outside, _) => Some(Reply::error(NOT_DURING_START)),
            (Phase::Call, Some(most)) => Some(too_long("the payload", call.payload, most)),
            (Phase::Call, None) => None,
        };
        Ok(self.reply.is_none().then_some(call))
    }

    /// Stores the host's reply, or an error if the reply is longer than a message may be. Returns the
    /// result of `__host_call`: 1 for data, 0 for an error.
    pub fn answer(&mut self, reply: Reply) -> i32 {
        let reply = match reply {
            Reply::Data(data) if let Some(most) = self.too_long(&data) => {
                too_long("the reply", &data, most)
            }
            reply => reply,
        };
        let returned = i32::from(matches!(reply, Reply::Data(_)));
        self.reply = Some(reply);
        returned
    }

    /// `__host_response_len`: the length of the last reply's data, 0 if there is none.
    #[must_use]
    pub fn host_response_len(&self) -> u32 {
        length(self.reply_data())
    }

    /// `__host_response`: writes the last reply's data into guest memory.
    ///
    /// # Errors
    /// If the target lies outside of memory.
    pub fn host_response(&self, memory: &mut [u8], target: u32) -> Result<(), ProtocolError> {
        memory::write(memory, target, self.reply_data(), "the host's response")
    }

    /// `__host_error_len`: the length of the last reply's error text, 0 if there is none.
    #[must_use]
    pub fn host_error_len(&self) -> u32 {
        length(self.reply_error())
    }

    /// `__host_error`: writes the last reply's error text into guest memory.
    ///
    /// # Errors
    /// If the target lies outside of memory.
    pub fn host_error(&self, memory: &mut [u8], target: u32) -> Result<(), ProtocolError> {
        memory::write(memory, target, self.reply_error(), "the host's error")
    }

    /// `__console_log`: writes a line to the console. Bytes that are not UTF-8 are replaced, and the
    /// line is cut after [`MAX_TEXT`](crate::MAX_TEXT).
    ///
    /// # Errors
    /// If the span lies outside of memory.
    pub fn console_log(&self, memory: &[u8], line: Span) -> Result<(), ProtocolError> {
        let line = memory::read(memory, line, "a console line")?;
        self.world.console(&bounded::prose(line));
        Ok(())
    }

    /// Returns true if the guest may be suspended now: it handles a call, and does not start.
    #[must_use]
    pub fn may_sleep(&self) -> bool {
        self.phase == Phase::Call
    }

    fn clear(&mut self) {
        self.phase = Phase::Outside;
        self.operation.clear();
        self.request = Bytes::new();
        self.response = None;
        self.error = None;
        self.reply = None;
    }

    fn length_of_request(&self, bytes: usize) -> Result<u32, Misuse> {
        let most = self.message_bytes.min(u32::MAX as usize);
        match u32::try_from(bytes) {
            Ok(length) if bytes <= most => Ok(length),
            _ => Err(Misuse::TooLarge { bytes, most }),
        }
    }

    /// Returns the maximum length of a message in bytes if this one is longer.
    fn too_long(&self, message: &[u8]) -> Option<usize> {
        (message.len() > self.message_bytes).then_some(self.message_bytes)
    }

    fn in_call(&self, import: &'static str) -> Result<(), ProtocolError> {
        match self.phase {
            Phase::Call => Ok(()),
            Phase::Outside => Err(ProtocolError::WrongOrder { import }),
        }
    }

    fn reply_data(&self) -> &[u8] {
        match &self.reply {
            Some(Reply::Data(data)) => data,
            _ => &[],
        }
    }

    fn reply_error(&self) -> &[u8] {
        match &self.reply {
            Some(Reply::Error(text)) => text.as_bytes(),
            _ => &[],
        }
    }
}

impl fmt::Debug for Conversation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Payloads may be secret or large.
        f.debug_struct("Conversation")
            .field("phase", &self.phase)
            .field("operation", &self.operation)
            .finish_non_exhaustive()
    }
}

fn name<'m>(memory: &'m [u8], span: Span, what: &'static str) -> Result<&'m str, ProtocolError> {
    bounded::name(memory::read(memory, span, what)?, what)
}

fn guest_error(error: Option<String>, otherwise: &str) -> CallError {
    CallError::Guest(GuestError {
        message: error.unwrap_or_else(|| otherwise.to_owned()),
    })
}

fn too_long(what: &str, message: &[u8], most: usize) -> Reply {
    let bytes = message.len();
    Reply::Error(format!("{what} has {bytes} bytes, message limit {most}"))
}

/// Returns the length as the guest sees it. Longer data saturates: a guest could not fetch it anyway.
fn length(data: &[u8]) -> u32 {
    u32::try_from(data.len()).unwrap_or(u32::MAX)
}
