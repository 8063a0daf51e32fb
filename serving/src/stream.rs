//! A connection's bytes: counted, and with a time-out for clients that do not read.

use crate::connection::Connection;
use crate::memory::{Hold, Memory};
use crate::protocol::Protocol;
use bytes::BytesMut;
use std::io::{self, ErrorKind, IoSlice};
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep, sleep_until};

/// The size of a request's head that needs no memory of the server's [`Memory`], in bytes. The first
/// bytes of a body may arrive together with the head.
pub(crate) const SMALL_HEAD: usize = 16 << 10;

/// The time in which the rest of a refused request is read.
const LINGER: Duration = Duration::from_secs(2);

/// The stream of one connection, over the bytes of `S`.
pub(crate) struct Stream<S> {
    stream: S,
    protocol: Protocol,
    /// The first bytes, which showed the protocol. Empty once HTTP has read them.
    first: BytesMut,
    connection: Arc<Connection>,
    /// The time in which the client must read each step of a response.
    send: Duration,
    /// Runs while the client does not read.
    deadline: Option<Pin<Box<Sleep>>>,
    memory: Memory,
    /// The largest head, in bytes.
    max_head: usize,
    head: usize,
    /// Memory for a long head, while it arrives.
    hold: Hold,
    /// Runs while the connection reads what nobody wants.
    linger: Option<Pin<Box<Sleep>>>,
}

impl<S> Stream<S> {
    pub(crate) fn new(
        (stream, protocol, first): (S, Protocol, BytesMut),
        connection: Arc<Connection>,
        memory: Memory,
        send: Duration,
        max_head: usize,
    ) -> Self {
        Self {
            stream,
            protocol,
            first,
            connection,
            send,
            deadline: None,
            memory,
            max_head,
            head: 0,
            hold: Hold::default(),
            linger: None,
        }
    }

    /// Counts the bytes of a head. A client must not hold much memory by heads without an end. (HTTP/2
    /// has limits of its own for heads.)
    fn count_head(&mut self, bytes: usize) -> io::Result<()> {
        if self.protocol == Protocol::Http2 {
            return Ok(());
        }
        if !self.connection.is_waiting() {
            self.head = 0;
            self.hold = Hold::default();
            return Ok(());
        }
        self.head = self.head.saturating_add(bytes);
        if self.head <= SMALL_HEAD {
            return Ok(());
        }
        if self.hold.bytes() > 0 {
            return Ok(());
        }
        let held = self.memory.extend(&mut self.hold, self.max_head);
        self.connection.begin_long_head();
        held.map_err(|_| {
            io::Error::new(ErrorKind::OutOfMemory, "too many requests with long heads")
        })
    }

    fn after_write(
        &mut self,
        context: &mut Context<'_>,
        written: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        match written {
            Poll::Ready(Ok(bytes)) => {
                if self.connection.moved(bytes) {
                    self.deadline = None;
                }
                Poll::Ready(Ok(bytes))
            }
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Pending => Poll::Ready(Err(ready!(self.late(context)))),
        }
    }

    /// Waits until the client has had enough time to read.
    fn late(&mut self, context: &mut Context<'_>) -> Poll<io::Error> {
        let send = self.send;
        let deadline = self.deadline.get_or_insert_with(|| Box::pin(sleep(send)));
        ready!(deadline.as_mut().poll(context));
        let slow = "the client did not read the response in time";
        Poll::Ready(io::Error::new(ErrorKind::TimedOut, slow))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Stream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if !self.first.is_empty() {
            let bytes = self.first.len().min(buffer.remaining());
            buffer.put_slice(&self.first.split_to(bytes));
            if self.first.is_empty() {
                // Frees its memory.
                self.first = BytesMut::new();
            }
            return Poll::Ready(self.count_head(bytes));
        }
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(context, buffer))?;
        let bytes = buffer.filled().len().saturating_sub(before);
        Poll::Ready(self.count_head(bytes))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Stream<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.after_write(context, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.after_write(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    /// The server flushes after it has written all of its buffer, so the client has the response.
    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if let Poll::Ready(flushed) = Pin::new(&mut self.stream).poll_flush(context) {
            flushed?;
        } else {
            // Layers such as TLS have a buffer of their own.
            return Poll::Ready(Err(ready!(self.late(context))));
        }
        self.deadline = None;
        if self.protocol == Protocol::Http1 && self.connection.flushed() {
            self.head = 0;
            self.hold = Hold::default();
        }
        Poll::Ready(Ok(()))
    }

    /// Also reads what the client still sends, for a bounded time: a connection with unread bytes is
    /// reset, and the client might lose the response.
    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.stream).poll_shutdown(context))?;
        if self.head == 0 && !self.connection.has_unread() {
            return Poll::Ready(Ok(()));
        }
        let until = Instant::now() + LINGER;
        let linger = self
            .linger
            .get_or_insert_with(|| Box::pin(sleep_until(until)));
        let until = linger.deadline();
        if linger.as_mut().poll(context).is_ready() {
            return Poll::Ready(Ok(()));
        }
        let mut scratch = [MaybeUninit::uninit(); 8 << 10];
        while Instant::now() < until {
            let mut buffer = ReadBuf::uninit(&mut scratch);
            let read = Pin::new(&mut self.stream).poll_read(context, &mut buffer);
            if ready!(read).is_err() || buffer.filled().is_empty() {
                break;
            }
        }
        Poll::Ready(Ok(()))
    }
}
