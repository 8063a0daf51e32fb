//! Compares the conversation with a simple model: for any arguments in any order, each answer and the
//! guest's memory must equal the model's.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "tests"
)]

use capwire_wapc::{
    CallError, Conversation, EmptyWorld, LimitError, Misuse, ProtocolError, Reply, Request,
    ResourceLimits, Span,
};
use proptest::prelude::*;
use std::sync::Arc;

const MEMORY: usize = 64;
/// Maximum length of a message in bytes.
const MOST: usize = 24;

/// One action of a guest or its host.
#[derive(Clone, Debug)]
enum Act {
    Begin(String, Vec<u8>),
    Finish(i32),
    GuestRequest(u32, u32),
    GuestResponse(Span),
    GuestError(Span),
    HostCall([Span; 4], Reply),
    HostResponse(u32),
    HostError(u32),
    ConsoleLog(Span),
}

/// A slow and simple implementation of the protocol.
struct Model {
    memory: Vec<u8>,
    request: Option<(String, Vec<u8>)>,
    response: Option<Result<Vec<u8>, usize>>,
    error: Option<String>,
    data: Vec<u8>,
    text: String,
}

/// The result of an action: nothing, a number, bytes, an error, or a broken protocol.
#[derive(Debug, PartialEq)]
enum Answer {
    Nothing,
    Number(i32),
    Bytes(Vec<u8>),
    GuestError(String),
    TooLong(usize),
    Broken,
}

impl Model {
    fn new() -> Self {
        Self {
            memory: (0..MEMORY).map(|byte| byte as u8 + 96).collect(),
            request: None,
            response: None,
            error: None,
            data: Vec::new(),
            text: String::new(),
        }
    }

    fn act(&mut self, act: &Act) -> Answer {
        self.try_act(act).unwrap_or(Answer::Broken)
    }

    /// Runs the action. Returns `None` if it breaks the protocol.
    fn try_act(&mut self, act: &Act) -> Option<Answer> {
        match act {
            Act::Begin(operation, payload) => {
                let lengths = [operation.len(), payload.len()];
                if let Some(bytes) = lengths.into_iter().find(|bytes| *bytes > MOST) {
                    return Some(Answer::TooLong(bytes));
                }
                let memory = std::mem::take(&mut self.memory);
                *self = Self::new();
                self.memory = memory;
                self.request = Some((operation.clone(), payload.clone()));
            }
            Act::Finish(returned) => return Some(self.finish(*returned)),
            Act::GuestRequest(operation_at, payload_at) => {
                let (operation, payload) = self.request.clone()?;
                self.write(*payload_at, &payload)?;
                self.write(*operation_at, operation.as_bytes())?;
            }
            Act::GuestResponse(span) => {
                self.request.as_ref()?;
                let response = self.read(*span)?;
                let fits = response.len() <= MOST;
                self.response = Some(if fits {
                    Ok(response)
                } else {
                    Err(response.len())
                });
            }
            Act::GuestError(span) => {
                self.request.as_ref()?;
                self.error = Some(self.read_lossy(*span)?);
            }
            Act::HostCall(spans, reply) => return self.host_call(spans, reply),
            Act::HostResponse(at) => self.write(*at, &self.data.clone())?,
            Act::HostError(at) => self.write(*at, self.text.clone().as_bytes())?,
            Act::ConsoleLog(span) => drop(self.read(*span)?),
        }
        Some(Answer::Nothing)
    }

    fn finish(&mut self, returned: i32) -> Answer {
        let (response, error) = (self.response.take(), self.error.take());
        let memory = std::mem::take(&mut self.memory);
        *self = Self::new();
        self.memory = memory;
        if returned != 0
            && let Some(response) = response
        {
            return response.map_or_else(Answer::TooLong, Answer::Bytes);
        }
        Answer::GuestError(error.unwrap_or_else(|| match returned {
            0 => "No error message set for call failure".to_owned(),
            _ => "No error message OR response set for call success".to_owned(),
        }))
    }

    fn host_call(&mut self, spans: &[Span; 4], reply: &Reply) -> Option<Answer> {
        for name in &spans[..3] {
            String::from_utf8(self.read(*name)?).ok()?;
        }
        let payload = self.read(spans[3])?;
        (self.data, self.text) = (Vec::new(), String::new());
        if self.request.is_none() {
            self.text = "host calls are not available during start".to_owned();
            return Some(Answer::Number(0));
        }
        if payload.len() > MOST {
            self.text = too_long("payload", &payload);
            return Some(Answer::Number(0));
        }
        Some(Answer::Number(match reply {
            Reply::Data(data) if data.len() > MOST => {
                self.text = too_long("reply", data);
                0
            }
            Reply::Data(data) => {
                self.data = data.to_vec();
                1
            }
            Reply::Error(text) => {
                self.text.clone_from(text);
                0
            }
        }))
    }

    fn read(&self, span: Span) -> Option<Vec<u8>> {
        let (start, length) = (u64::from(span.pointer), u64::from(span.length));
        match length {
            0 => Some(Vec::new()),
            _ if start + length > MEMORY as u64 => None,
            _ => Some(self.memory[start as usize..(start + length) as usize].to_vec()),
        }
    }

    fn read_lossy(&self, span: Span) -> Option<String> {
        Some(String::from_utf8_lossy(&self.read(span)?).into_owned())
    }

    fn write(&mut self, at: u32, data: &[u8]) -> Option<()> {
        let end = u64::from(at) + data.len() as u64;
        if data.is_empty() {
            return Some(());
        }
        if end > MEMORY as u64 {
            return None;
        }
        self.memory[at as usize..end as usize].copy_from_slice(data);
        Some(())
    }
}

fn too_long(what: &str, message: &[u8]) -> String {
    let bytes = message.len();
    format!("the {what} has {bytes} bytes, message limit {MOST}")
}

/// Runs the action on the real conversation.
fn real(conversation: &mut Conversation, memory: &mut [u8], act: &Act) -> Answer {
    let result = match act {
        Act::Begin(operation, payload) => {
            let lengths = conversation.begin_call(Request::new(operation, payload.clone()));
            let expected = (operation.len() as u32, payload.len() as u32);
            match lengths {
                Err(Misuse::TooLarge { bytes, most: MOST }) => return Answer::TooLong(bytes),
                lengths => assert_eq!(lengths, Ok(expected)),
            }
            Ok(())
        }
        Act::Finish(returned) => return finish(conversation, *returned),
        Act::GuestRequest(operation, payload) => {
            conversation.guest_request(memory, *operation, *payload)
        }
        Act::GuestResponse(span) => conversation.guest_response(memory, *span),
        Act::GuestError(span) => conversation.guest_error(memory, *span),
        Act::HostCall(spans, reply) => return host_call(conversation, memory, spans, reply),
        Act::HostResponse(at) => conversation.host_response(memory, *at),
        Act::HostError(at) => conversation.host_error(memory, *at),
        Act::ConsoleLog(span) => conversation.console_log(memory, *span),
    };
    result.map_or(Answer::Broken, |()| Answer::Nothing)
}

fn finish(conversation: &mut Conversation, returned: i32) -> Answer {
    match conversation.finish(returned) {
        Ok(response) => Answer::Bytes(response.to_vec()),
        Err(CallError::Guest(error)) => Answer::GuestError(error.message),
        Err(other) => match other.limit() {
            Some(LimitError::Message { bytes, most: MOST }) => Answer::TooLong(bytes),
            _ => panic!("{other:?}"),
        },
    }
}

fn host_call(
    conversation: &mut Conversation,
    memory: &[u8],
    spans: &[Span; 4],
    reply: &Reply,
) -> Answer {
    match conversation.host_call(memory, *spans) {
        Ok(Some(call)) => {
            let pointer = spans[3].pointer as usize;
            assert!(call.payload.is_empty() || memory[pointer..].starts_with(call.payload));
            Answer::Number(conversation.answer(reply.clone()))
        }
        Ok(None) => Answer::Number(0),
        Err(ProtocolError::OutOfBounds { .. } | ProtocolError::NotUtf8 { .. }) => Answer::Broken,
        Err(other) => panic!("{other:?}"),
    }
}

/// Generates numbers, mostly near the limits of memory and of `u32`, where mistakes are likely.
fn number() -> impl Strategy<Value = u32> {
    let end = MEMORY as u32;
    prop_oneof![
        4 => 0..=end + 2,
        1 => u32::MAX - 80..=u32::MAX,
        1 => 0x7fff_fff0..0x8000_0010_u32,
        1 => any::<u32>(),
    ]
}

fn span() -> impl Strategy<Value = Span> {
    (number(), prop_oneof![3 => 0..32_u32, 1 => number()])
        .prop_map(|(pointer, length)| Span::new(pointer, length))
}

fn reply() -> impl Strategy<Value = Reply> {
    prop_oneof![
        bytes().prop_map(Reply::data),
        ".{0,12}".prop_map(Reply::error),
    ]
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..2 * MOST)
}

fn act() -> impl Strategy<Value = Act> {
    let spans = [span(), span(), span(), span()];
    prop_oneof![
        2 => (".{0,12}", bytes()).prop_map(|(operation, payload)| Act::Begin(operation, payload)),
        1 => (-1..3).prop_map(Act::Finish),
        2 => (number(), number()).prop_map(|(a, b)| Act::GuestRequest(a, b)),
        2 => span().prop_map(Act::GuestResponse),
        2 => span().prop_map(Act::GuestError),
        4 => (spans, reply()).prop_map(|(spans, reply)| Act::HostCall(spans, reply)),
        2 => number().prop_map(Act::HostResponse),
        2 => number().prop_map(Act::HostError),
        1 => span().prop_map(Act::ConsoleLog),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_conversation_matches_its_model(acts in prop::collection::vec(act(), 0..40)) {
        let mut model = Model::new();
        let mut memory = model.memory.clone();
        let mut limits = ResourceLimits::default();
        limits.message_bytes = MOST;
        let mut conversation = Conversation::new(Arc::new(EmptyWorld), &limits);
        for act in &acts {
            let answer = real(&mut conversation, &mut memory, act);
            prop_assert_eq!(answer, model.act(act), "{:?}", act);
            prop_assert_eq!(&memory, &model.memory, "{:?}", act);
            let lengths = (conversation.host_response_len(), conversation.host_error_len());
            let expected = (model.data.len() as u32, model.text.len() as u32);
            prop_assert_eq!(lengths, expected, "{:?}", act);
        }
    }
}

#[test]
fn an_engine_talks_like_this() {
    let mut memory = [0; 32];
    let mut conversation = Conversation::new(Arc::new(EmptyWorld), &ResourceLimits::default());
    let lengths = conversation.begin_call(Request::new("Get", "key")).unwrap();
    assert_eq!(lengths, (3, 3));
    conversation.guest_request(&mut memory, 0, 8).unwrap();
    let [operation, payload] = [Span::new(0, 3), Span::new(8, 3)];
    let call = conversation
        .host_call(&memory, [Span::new(0, 0), operation, operation, payload])
        .unwrap()
        .unwrap();
    assert_eq!((call.operation, call.payload), ("Get", &b"key"[..]));
    assert_eq!(conversation.answer(Reply::data("value")), 1);
    conversation.host_response(&mut memory, 16).unwrap();
    conversation
        .guest_response(&memory, Span::new(16, 5))
        .unwrap();
    assert_eq!(conversation.finish(1).unwrap(), "value");
}
