//! A connection's bytes: counted, and with a time-out for clients that do not read.

use crate::connection::{Activity, Connection};
use crate::memory::{Hold, Memory};
use std::io::{self, ErrorKind, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Sleep, sleep};

/// The size of a request's head that needs no memory of the server's [`Memory`], in bytes. The first
/// bytes of a body may arrive together with the head.
const SMALL_HEAD: usize = 16 << 10;

/// The stream of one connection.
pub(crate) struct Stream {
    stream: TcpStream,
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
}

impl Stream {
    pub(crate) fn new(
        stream: TcpStream,
        connection: Arc<Connection>,
        memory: Memory,
        send: Duration,
        max_head: usize,
    ) -> Self {
        Self {
            stream,
            connection,
            send,
            deadline: None,
            memory,
            max_head,
            head: 0,
            hold: Hold::default(),
        }
    }

    /// Counts the bytes of a head. A client must not hold much memory by heads without an end.
    fn count_head(&mut self, bytes: usize) -> io::Result<()> {
        if !self.connection.is(Activity::Waiting) {
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
            Poll::Pending => {
                let send = self.send;
                let deadline = self.deadline.get_or_insert_with(|| Box::pin(sleep(send)));
                ready!(deadline.as_mut().poll(context));
                let slow = "the client did not read the response in time";
                Poll::Ready(Err(io::Error::new(ErrorKind::TimedOut, slow)))
            }
        }
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(context, buffer))?;
        let bytes = buffer.filled().len().saturating_sub(before);
        Poll::Ready(self.count_head(bytes))
    }
}

impl AsyncWrite for Stream {
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
        ready!(Pin::new(&mut self.stream).poll_flush(context))?;
        self.deadline = None;
        if self.connection.is(Activity::Sending) {
            self.head = 0;
            self.hold = Hold::default();
            self.connection.begin(Activity::Waiting);
        }
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
