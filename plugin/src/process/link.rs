//! The host's end of the socket to the process of a provider.

use crate::load::{Bind, Remote, Requests};
use crate::process::frame::{Body, Frame, FrameError, HEAD, Kind, Parts};
use crate::process::reaper::reap;
use crate::status;
use bytes::{Bytes, BytesMut};
use std::io;
use std::process::Child;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// The most bytes that wait for a process that does not read.
const MOST_WAITING: usize = 64 << 20;

/// A link to a process. Dropping it ends the process.
pub(crate) struct Link {
    frames: UnboundedSender<Bytes>,
    waiting: Arc<AtomicUsize>,
    requests: Arc<Requests>,
    child: Mutex<Option<Child>>,
}

impl Link {
    /// Begins to read and write `socket` in tasks of the current runtime.
    pub(crate) fn new(child: Child, socket: UnixStream, requests: &Arc<Requests>) -> Arc<Self> {
        let (frames, queue) = unbounded_channel();
        let waiting = Arc::new(AtomicUsize::new(0));
        let link = Arc::new(Self {
            frames,
            waiting: Arc::clone(&waiting),
            requests: Arc::clone(requests),
            child: Mutex::new(Some(child)),
        });
        let (from, to) = socket.into_split();
        let weak: Weak<Self> = Arc::downgrade(&link);
        requests.opened(weak.clone());
        tokio::spawn(write(to, queue, waiting));
        tokio::spawn(read(from, Arc::clone(requests), weak));
        link
    }

    fn send(&self, kind: Kind, number: u64, body: impl Into<Bytes>) {
        let Ok(bytes) = Frame::new(kind, number, body).encoded() else {
            // Longer than a frame: an error of this request alone.
            return self.requests.answer(
                number,
                status::REFUSED,
                Bytes::from_static(b"the message is too long"),
            );
        };
        let waiting = self.waiting.fetch_add(bytes.len(), Ordering::Relaxed);
        if waiting > MOST_WAITING {
            return self
                .requests
                .ended("its process does not read the requests");
        }
        let _ = self.frames.send(bytes);
    }

    /// Returns how the process ended.
    fn end(&self) -> String {
        let mut child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        let status = child.as_mut().map(|child| {
            // It has closed its socket, so it has ended, or goes on without a purpose.
            let _ = child.kill();
            child.wait()
        });
        match status {
            Some(Ok(status)) => format!("its process ended: {status}"),
            _ => "its process ended".to_owned(),
        }
    }
}

impl Remote for Link {
    fn bind(&self, request: u64, binding: &Bind) {
        let most = u64::try_from(binding.max_message).unwrap_or(u64::MAX);
        let body = Parts::default()
            .number(binding.number)
            .number(most)
            .bytes(binding.id.actor.as_bytes())
            .bytes(binding.id.name.as_bytes())
            .bytes(&binding.values)
            .rest(&binding.claims);
        self.send(Kind::Bind, request, body);
    }

    fn unbind(&self, request: u64, binding: u64) {
        self.send(Kind::Unbind, request, Parts::default().number(binding));
    }

    fn call(
        &self,
        request: u64,
        binding: u64,
        operation: &str,
        message: &[u8],
        left: Option<Duration>,
    ) {
        let left = left.map_or(u64::MAX, |left| {
            u64::try_from(left.as_nanos()).unwrap_or(u64::MAX - 1)
        });
        let body = Parts::default()
            .number(binding)
            .number(left)
            .bytes(operation.as_bytes());
        self.send(Kind::Call, request, body.rest(message));
    }

    fn cancel(&self, request: u64) {
        self.send(Kind::Cancel, request, Bytes::new());
    }

    fn answered(&self, number: u64, status: u32, message: &Bytes) {
        self.send(
            Kind::Answered,
            number,
            Parts::default().short(status).rest(message),
        );
    }

    fn drain(&self, request: u64, time: Duration) -> bool {
        let time = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        self.send(Kind::Drain, request, Parts::default().number(time));
        true
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        let is_broken = self.requests.health().reason().is_some();
        let child = self.child.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Some(child) = child.take() {
            reap(child, is_broken);
        }
    }
}

async fn write(
    mut to: OwnedWriteHalf,
    mut queue: UnboundedReceiver<Bytes>,
    waiting: Arc<AtomicUsize>,
) {
    while let Some(frame) = queue.recv().await {
        // The reader sees why.
        if to.write_all(&frame).await.is_err() {
            return;
        }
        waiting.fetch_sub(frame.len(), Ordering::Relaxed);
    }
    let _ = to.shutdown().await;
}

async fn read(mut from: OwnedReadHalf, requests: Arc<Requests>, link: Weak<Link>) {
    let reason = loop {
        match next(&mut from).await {
            Ok(Some(frame)) => {
                if let Err(error) = handle(&requests, frame) {
                    break format!("its process sent nonsense: {error}");
                }
            }
            Ok(None) => break link.upgrade().map_or_else(String::new, |link| link.end()),
            Err(error) => break format!("its process cannot be read: {error}"),
        }
    };
    requests.ended(&reason);
}

/// Reads a frame, or `None` at the end. Allocates only what it has read.
async fn next(from: &mut OwnedReadHalf) -> io::Result<Option<Frame>> {
    let mut head = [0; HEAD];
    match from.read_exact(&mut head).await {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) if error.kind() == io::ErrorKind::ConnectionReset => return Ok(None),
        read => read?,
    };
    let (mut frame, length) = Frame::head(head).map_err(io::Error::other)?;
    let mut body = BytesMut::new();
    let mut rest = from.take(u64::try_from(length).unwrap_or(u64::MAX));
    while body.len() < length {
        if rest.read_buf(&mut body).await? == 0 {
            return Ok(None);
        }
    }
    frame.body = body.freeze();
    Ok(Some(frame))
}

fn handle(requests: &Requests, frame: Frame) -> Result<(), FrameError> {
    let (number, mut body) = (frame.number, Body::of(frame.body));
    match frame.kind {
        Kind::Answer => {
            let status = body.short()?;
            requests.answer(number, status, body.rest());
        }
        Kind::CallActor => {
            let (binding, operation) = (body.number()?, body.bytes()?);
            requests.call_actor(number, binding, &operation, body.rest());
        }
        Kind::Charge => {
            if !requests.charge(number, body.number()?) {
                requests.answer(number, status::OVERSPENT, Bytes::new());
            }
        }
        Kind::Log => requests.log(u32::try_from(number).unwrap_or(u32::MAX), &body.rest()),
        Kind::Broken => requests.health().broken(status::text(&body.rest())),
        other => return Err(FrameError::Kind(other as u8)),
    }
    Ok(())
}
