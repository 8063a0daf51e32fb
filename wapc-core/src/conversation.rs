//! The nine functions of waPC and AssemblyScript's `abort`, once, for every engine.

use crate::abi;
use crate::abort::Abort;
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

/// One side of the exchange between a host and one guest: what was asked, what was answered.
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
    /// Start functions run, or nothing does.
    Outside,
    Call,
}

impl Conversation {
    /// A conversation that has not begun, with a guest that sees `world`. Of `limits`,
    /// [`ResourceLimits::message_bytes`] is kept here.
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

    /// What the guest sees of the world, for WASI.
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

    /// Ends the call or the start in which the guest's code was stopped for `error`, and returns
    /// that with the guest's own error text, if it gave one before it trapped.
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

    /// `__guest_response`: takes the response out of guest memory, unless it is longer than a
    /// message may be. The last one counts.
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

    /// `__guest_error`: takes an error text out of guest memory. The last one counts; bytes that
    /// are not UTF-8 are replaced, since the text is for people, and what exceeds
    /// [`MAX_TEXT`](crate::MAX_TEXT) is cut off.
    ///
    /// # Errors
    /// If the span lies outside of memory, or no call is being made.
    pub fn guest_error(&mut self, memory: &[u8], error: Span) -> Result<(), ProtocolError> {
        self.in_call(abi::GUEST_ERROR.name)?;
        let error = memory::read(memory, error, "the guest's error")?;
        self.error = Some(bounded::prose(error).into_owned());
        Ok(())
    }

    /// `__host_call`: what the guest asks of the host, lent from its memory. The engine gets an
    /// answer for it, hands that to [`answer`](Self::answer) and returns what this says.
    ///
    /// `None` means that it is answered already, with an error: no host call is possible while
    /// the start functions run, or with a payload that is longer than a message may be. The
    /// engine returns 0.
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
        // No guest can read the last reply any more, and it may be large while the next takes long.
        self.reply = match (self.phase, self.too_long(call.payload)) {
            (Phase::Outside, _) => Some(Reply::error(NOT_DURING_START)),
            (Phase::Call, Some(most)) => Some(too_long("the payload", call.payload, most)),
            (Phase::Call, None) => None,
        };
        Ok(self.reply.is_none().then_some(call))
    }

    /// Stores the host's answer, or that it is longer than a message may be, and returns what
    /// `__host_call` returns: 1 for data, 0 for an error.
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

    /// `__console_log`: a line for the console. Bytes that are not UTF-8 are replaced, and what
    /// exceeds [`MAX_TEXT`](crate::MAX_TEXT) is cut off.
    ///
    /// # Errors
    /// If the span lies outside of memory.
    pub fn console_log(&self, memory: &[u8], line: Span) -> Result<(), ProtocolError> {
        let line = memory::read(memory, line, "a console line")?;
        self.world.console(&bounded::prose(line));
        Ok(())
    }

    /// AssemblyScript's `abort`: why the guest gives up. The engine stops it and turns this into a
    /// [`Trap`](crate::Trap).
    ///
    /// # Errors
    /// If message or file name lie outside of memory.
    pub fn abort(&self, memory: &[u8], arguments: [u32; 4]) -> Result<Abort, ProtocolError> {
        Abort::read(memory, arguments)
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

    /// The most bytes that a message may have, if this one has more.
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
        // Payloads may be secrets and megabytes.
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
    Reply::Error(format!(
        "{what} has {bytes} bytes, and {most} are the most that a message may have"
    ))
}

/// What is longer than a guest can address cannot be fetched, so its length does not matter.
fn length(data: &[u8]) -> u32 {
    u32::try_from(data.len()).unwrap_or(u32::MAX)
}
