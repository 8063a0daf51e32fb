//! A stream that ends at a message of the server that is too long. The library would keep it in memory as a whole.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_postgres::tls::{ChannelBinding, TlsStream};
use tokio_rustls::client;

/// The length of the head of a message: its kind, and its length without the kind.
const HEAD: usize = 5;

/// A stream of messages.
pub(crate) struct Bounded<S> {
    stream: S,
    most: usize,
    /// The bytes of the head so far.
    head: Vec<u8>,
    /// The bytes of the message that are still to come.
    left: usize,
    exceeded: Exceeded,
}

/// Tells if a message was too long.
#[derive(Clone, Debug, Default)]
pub(crate) struct Exceeded(Arc<AtomicBool>);

impl Exceeded {
    pub(crate) fn is_set(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

impl<S> Bounded<S> {
    /// Messages may have up to `most` bytes.
    pub(crate) fn new(stream: S, most: usize, exceeded: Exceeded) -> Self {
        Self {
            stream,
            most,
            head: Vec::with_capacity(HEAD),
            left: 0,
            exceeded,
        }
    }

    /// Follows the messages in `bytes`, which were read.
    fn follow(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        loop {
            let (_, rest) = bytes.split_at(self.left.min(bytes.len()));
            self.left -= bytes.len() - rest.len();
            bytes = rest;
            if bytes.is_empty() {
                return Ok(());
            }
            let missing = HEAD - self.head.len();
            let (start, rest) = bytes.split_at(missing.min(bytes.len()));
            self.head.extend_from_slice(start);
            bytes = rest;
            if let [_, length @ ..] = &*self.head
                && let Ok(length) = <[u8; 4]>::try_from(length)
            {
                let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
                if length > self.most {
                    self.exceeded.0.store(true, Ordering::Release);
                    return Err(io::Error::other("a message of the server is too long"));
                }
                self.left = length.saturating_sub(4);
                self.head.clear();
            }
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Bounded<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buffer.filled().len();
        ready!(Pin::new(&mut this.stream).poll_read(context, buffer))?;
        let read = buffer.filled().get(before..).unwrap_or_default();
        Poll::Ready(this.follow(read))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Bounded<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

/// The password is not bound to the channel: the certificate of the server is verified.
impl TlsStream for Bounded<client::TlsStream<TcpStream>> {
    fn channel_binding(&self) -> ChannelBinding {
        ChannelBinding::none()
    }
}

#[cfg(test)]
mod tests {
    use super::{Bounded, Exceeded};

    #[test]
    fn messages_are_followed_in_pieces_of_any_size() {
        let mut messages = Vec::new();
        for length in [4_u32, 5, 100, 4] {
            messages.push(b'D');
            messages.extend(length.to_be_bytes());
            messages.extend(vec![0xff; usize::try_from(length).unwrap() - 4]);
        }
        for piece in 1..messages.len() {
            let exceeded = Exceeded::default();
            let mut stream = Bounded::new((), 100, exceeded.clone());
            for piece in messages.chunks(piece) {
                stream.follow(piece).unwrap();
            }
            assert!(!exceeded.is_set());
            let mut stream = Bounded::new((), 99, exceeded.clone());
            let followed = messages
                .chunks(piece)
                .try_for_each(|piece| stream.follow(piece));
            assert!(followed.is_err() && exceeded.is_set());
        }
    }
}
