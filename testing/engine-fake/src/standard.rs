//! The script that every [`Fake`](crate::Fake) knows: one operation for each thing a guest does.
//!
//! | operation | payload | what it does |
//! |---|---|---|
//! | `echo` | anything | answers with the payload |
//! | `fail` | text | answers with the text as its error |
//! | `trap` | text | prints the text if there is any, and executes `unreachable` |
//! | `breach` | – | breaks the protocol |
//! | `call` | of [`host_call`] | makes the host call, answers with its reply or error |
//! | `count` | – | answers with the number of `count`s of this instance, in decimal |
//! | `log` | text | prints a line, answers with nothing |
//! | `spin` | – | computes without end |
//! | `yield` | a decimal number | uses up so many slices, answers with the payload |
//!
//! Any other operation is the guest's error.

use crate::script::{Call, Context, Script, failure};
use bytes::Bytes;
use capwire_wapc::{CallError, ProtocolError, Trap, TrapKind};

/// The name of the script.
pub const NAME: &str = "standard";

/// The script itself, e.g. to give it a start function.
#[must_use]
pub fn script() -> Script {
    Script::new(run)
}

/// The payload by which the operation `call` makes this host call.
///
/// # Panics
/// If a name contains a zero byte.
#[must_use]
pub fn host_call(binding: &str, namespace: &str, operation: &str, payload: &[u8]) -> Bytes {
    let names = [binding, namespace, operation];
    assert!(
        !names.concat().contains('\0'),
        "a name contains a zero byte"
    );
    [format!("{}\0", names.join("\0")).as_bytes(), payload]
        .concat()
        .into()
}

async fn run(guest: Context, Call { operation, payload }: Call) -> Result<Bytes, CallError> {
    match operation.as_str() {
        "echo" => Ok(payload),
        "fail" => Err(failure(text(&payload)?)),
        "trap" => trap(&guest, &payload),
        "breach" => Err(ProtocolError::NotUtf8 { what: "a name" }.into()),
        "call" => call(&guest, &payload).await,
        "count" => Ok(count(&guest)),
        "log" => {
            guest.log(text(&payload)?);
            Ok(Bytes::new())
        }
        "spin" => guest.spin().await,
        "yield" => give_way(&guest, payload).await,
        _ => Err(failure(format!(
            "no handler registered for function {operation}"
        ))),
    }
}

fn trap(guest: &Context, words: &[u8]) -> Result<Bytes, CallError> {
    if !words.is_empty() {
        guest.log(text(words)?);
    }
    Err(Trap::from(TrapKind::Unreachable).into())
}

async fn call(guest: &Context, payload: &[u8]) -> Result<Bytes, CallError> {
    let mut parts = payload.splitn(4, |byte| *byte == 0);
    let [binding, namespace, operation, message] =
        [(); 4].map(|()| parts.next().unwrap_or_default());
    guest
        .host_call(text(binding)?, text(namespace)?, text(operation)?, message)
        .await
}

fn count(guest: &Context) -> Bytes {
    guest.with_memory(|memory| {
        memory.push(0);
        memory.len().to_string().into()
    })
}

async fn give_way(guest: &Context, payload: Bytes) -> Result<Bytes, CallError> {
    let times: u32 = text(&payload)?
        .parse()
        .map_err(|error| failure(format!("yield: {error}")))?;
    for _ in 0..times {
        guest.yield_now().await;
    }
    Ok(payload)
}

fn text(bytes: &[u8]) -> Result<&str, CallError> {
    std::str::from_utf8(bytes).map_err(|error| failure(error.to_string()))
}
