//! The process of a provider: it loads the library, and serves it over a socket.

use crate::export::{Host, Level, Running, thread_cpu};
use crate::load::Plugin;
use crate::process::frame::{Body, Frame, FrameError, Kind, Parts};
use bytes::Bytes;
use capwire_contracts::codec;
use capwire_provider::{BindingId, HandOver, ProviderFactory as _};
use rustix::process::{Resource, Rlimit, Signal, set_parent_process_death_signal, setrlimit};
use std::io::{self, BufReader};
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The most address space of the process, in bytes.
const MEMORY: u64 = 4 << 30;
/// The most open files of the process.
const FILES: u64 = 256;

/// Serves the library that the host sends over `socket`, until the host closes it. For the main function of a process
/// that an [`IsolatedPlugin`](super::IsolatedPlugin) starts.
///
/// The process ends with its host, and has limits on memory and files.
///
/// # Errors
/// Returns an error if the limits cannot be set, or the host sends nonsense.
pub fn serve(socket: UnixStream) -> io::Result<()> {
    confine()?;
    let mut frames = BufReader::new(socket.try_clone()?);
    let host = Arc::new(SocketHost(Mutex::new(socket)));
    let Some(load) = Frame::read(&mut frames)? else {
        return Ok(());
    };
    let running = match open(&load.body, &host) {
        Ok(running) => running,
        Err(reason) => {
            host.send(&Frame::new(Kind::Failed, 0, reason));
            return Ok(());
        }
    };
    while let Some(frame) = Frame::read(&mut frames)? {
        handle(&running, frame).map_err(io::Error::other)?;
    }
    Ok(())
}

fn confine() -> io::Result<()> {
    set_parent_process_death_signal(Some(Signal::KILL))?;
    let limit = |most| Rlimit {
        current: Some(most),
        maximum: Some(most),
    };
    setrlimit(Resource::As, limit(MEMORY))?;
    setrlimit(Resource::Nofile, limit(FILES))?;
    setrlimit(Resource::Core, limit(0))?;
    Ok(())
}

fn open(library: &[u8], host: &Arc<SocketHost>) -> Result<Running, String> {
    let causes = |error: &dyn std::error::Error| match error.source() {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    };
    let plugin = Plugin::load(library).map_err(|error| causes(&error))?;
    let descriptor = codec::encode(&plugin.descriptor()).map_err(|error| causes(&error))?;
    let running = Running::open(&plugin, Arc::clone(host) as Arc<dyn Host>)?;
    let exclusive = u64::from(plugin.hand_over() == HandOver::Exclusive);
    host.send(&Frame::new(Kind::Opened, exclusive, descriptor));
    Ok(running)
}

fn handle(running: &Running, frame: Frame) -> Result<(), FrameError> {
    let (number, mut body) = (frame.number, Body::of(frame.body));
    match frame.kind {
        Kind::Bind => {
            let (binding, most) = (body.number()?, body.number()?);
            let id = BindingId {
                actor: text(&body.bytes()?),
                name: text(&body.bytes()?),
            };
            let maps = [body.bytes()?, body.rest()];
            let most = usize::try_from(most).unwrap_or(usize::MAX);
            running.bind(number, binding, id, &maps, most);
        }
        Kind::Unbind => running.unbind(number, body.number()?),
        Kind::Call => {
            let (binding, left, operation) = (body.number()?, body.number()?, body.bytes()?);
            running.call(number, binding, left, text(&operation), body.rest());
        }
        Kind::Cancel => running.cancel(number),
        Kind::Answered => {
            let status = body.short()?;
            running.asked().answered(number, status, &body.rest());
        }
        Kind::Drain => running.drain(number, Duration::from_nanos(body.number()?)),
        other => return Err(FrameError::Kind(other as u8)),
    }
    Ok(())
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The host at the other end of the socket.
struct SocketHost(Mutex<UnixStream>);

impl SocketHost {
    /// Sends a frame. If the host has gone, the main thread sees it and ends the process.
    fn send(&self, frame: &Frame) {
        let mut socket = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = frame.write(&mut *socket);
    }
}

impl Host for SocketHost {
    fn answer(&self, request: u64, status: u32, message: &[u8]) {
        let body = Parts::default().short(status).rest(message);
        self.send(&Frame::new(Kind::Answer, request, body));
    }

    fn call_actor(&self, number: u64, binding: u64, operation: &str, message: &[u8]) {
        let body = Parts::default().number(binding).bytes(operation.as_bytes());
        self.send(&Frame::new(Kind::CallActor, number, body.rest(message)));
    }

    fn may_use(&self, _: u64, _: &str, _: &str) -> bool {
        false
    }

    fn charge(&self, request: u64, nanoseconds: u64) -> bool {
        let body = Parts::default().number(nanoseconds);
        self.send(&Frame::new(Kind::Charge, request, body));
        // The host cancels the request if it has used up its budget.
        true
    }

    fn charge_inline(&self, request: u64, work: &mut dyn FnMut()) {
        let before = thread_cpu();
        work();
        let spent = thread_cpu().saturating_sub(before);
        let nanoseconds = u64::try_from(spent.as_nanos()).unwrap_or(u64::MAX);
        self.charge(request, nanoseconds);
    }

    fn log(&self, level: Level, text: &str) {
        self.send(&Frame::new(
            Kind::Log,
            level as u64,
            Bytes::copy_from_slice(text.as_bytes()),
        ));
    }

    fn broken(&self, reason: &str) {
        self.send(&Frame::new(
            Kind::Broken,
            0,
            Bytes::copy_from_slice(reason.as_bytes()),
        ));
    }
}
