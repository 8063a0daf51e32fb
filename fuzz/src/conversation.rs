//! A hostile guest, which uses any pointers and lengths, and any order of the nine functions and of
//! `abort`.

use arbitrary::{Arbitrary, Unstructured};
use capwire_wapc::{
    CallError, Conversation, EmptyWorld, Reply, Request, ResourceLimits, Span, Trap, assemblyscript,
};
use std::sync::Arc;

/// The size of the guest's memory in bytes. Pointers can be larger, and so point outside it.
const MEMORY: usize = 4096;
const MOST: usize = 1024;

#[derive(Arbitrary, Debug)]
enum Step {
    Begin { operation: String, payload: Vec<u8> },
    Finish { returned: i32 },
    Answer { data: Result<Vec<u8>, String> },
    GuestRequest { operation: u32, payload: u32 },
    GuestResponse { pointer: u32, length: u32 },
    GuestError { pointer: u32, length: u32 },
    HostCall { spans: [(u32, u32); 4] },
    HostResponse { pointer: u32 },
    HostError { pointer: u32 },
    ConsoleLog { pointer: u32, length: u32 },
    Abort { arguments: [u32; 4] },
}

/// Plays the steps. Errors are expected; panics and wrong lengths are not.
pub(crate) fn run(bytes: &[u8]) {
    let Ok(steps) = Vec::<Step>::arbitrary(&mut Unstructured::new(bytes)) else {
        return;
    };
    let mut memory = vec![0; MEMORY];
    let mut limits = ResourceLimits::default();
    limits.message_bytes = MOST;
    let mut conversation = Conversation::new(Arc::new(EmptyWorld), &limits);
    for step in steps {
        play(step, &mut conversation, &mut memory);
    }
}

fn play(step: Step, conversation: &mut Conversation, memory: &mut [u8]) {
    match step {
        Step::Begin { operation, payload } => {
            let lengths = (operation.len() as u32, payload.len() as u32);
            let began = conversation.begin_call(Request::new(&operation, payload));
            let fits = operation.len().max(lengths.1 as usize) <= MOST;
            assert_eq!(began.ok(), fits.then_some(lengths));
        }
        Step::Finish { returned } => {
            let length = conversation.finish(returned).map_or(0, |data| data.len());
            assert!(length <= MOST);
        }
        Step::Answer { data } => answer(conversation, data),
        Step::GuestRequest { operation, payload } => {
            drop(conversation.guest_request(memory, operation, payload));
        }
        Step::GuestResponse { pointer, length } => {
            drop(conversation.guest_response(memory, Span::new(pointer, length)));
        }
        Step::GuestError { pointer, length } => {
            drop(conversation.guest_error(memory, Span::new(pointer, length)));
        }
        Step::HostCall { spans } => {
            let spans = spans.map(|(pointer, length)| Span::new(pointer, length));
            if let Ok(Some(call)) = conversation.host_call(memory, spans) {
                assert_eq!(call.payload.len(), spans[3].length as usize);
                assert!(call.payload.len() <= MOST);
            }
        }
        Step::HostResponse { pointer } => drop(conversation.host_response(memory, pointer)),
        Step::HostError { pointer } => drop(conversation.host_error(memory, pointer)),
        Step::ConsoleLog { pointer, length } => {
            drop(conversation.console_log(memory, Span::new(pointer, length)));
        }
        Step::Abort { arguments } => abort(conversation, memory, arguments),
    }
}

fn abort(conversation: &mut Conversation, memory: &[u8], arguments: [u32; 4]) {
    let function = assemblyscript::find("env", "abort");
    let outcome = function.map(|abort| abort.call(&arguments.map(u64::from), memory, &EmptyWorld));
    if let Some(Ok(assemblyscript::Outcome::Abort(abort))) = outcome {
        let CallError::Trap(trap) = conversation.fail(Trap::from(abort).into()) else {
            unreachable!("a trap stays one");
        };
        let is_odd = |character: char| character.is_control() && character != '\n';
        assert!(!trap.to_string().contains(is_odd));
    }
}

fn answer(conversation: &mut Conversation, data: Result<Vec<u8>, String>) {
    let told = data.as_ref().map(Vec::len).map_err(String::len);
    let returned = conversation.answer(match data {
        Ok(data) => Reply::data(data),
        Err(text) => Reply::error(text),
    });
    let lengths = (
        conversation.host_response_len(),
        conversation.host_error_len(),
    );
    match told {
        Ok(bytes) if bytes <= MOST => assert_eq!((returned, lengths), (1, (bytes as u32, 0))),
        Ok(_) => assert!(returned == 0 && lengths.0 == 0 && lengths.1 > 0),
        Err(bytes) => assert_eq!((returned, lengths), (0, (0, bytes as u32))),
    }
}
