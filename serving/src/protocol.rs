//! The version of HTTP that a client speaks.

use bytes::BytesMut;
use std::io;
use tokio::io::{AsyncRead, AsyncReadExt};

/// The first bytes of an HTTP/2 connection (RFC 9113, section 3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// The size of the buffer for the first bytes. It is enough for most heads.
const BUFFER: usize = 1 << 10;

/// The version of HTTP that a client speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// HTTP/1.0 or HTTP/1.1.
    Http1,
    /// HTTP/2.
    Http2,
}

/// Reads the first bytes from `stream` until they show the protocol, and returns both.
pub(crate) async fn detect(
    stream: &mut (impl AsyncRead + Unpin),
) -> io::Result<(Protocol, BytesMut)> {
    let mut read = BytesMut::with_capacity(BUFFER);
    loop {
        if !begins_alike(&read, PREFACE) {
            return Ok((Protocol::Http1, read));
        }
        if read.len() >= PREFACE.len() {
            return Ok((Protocol::Http2, read));
        }
        if stream.read_buf(&mut read).await? == 0 {
            return Ok((Protocol::Http1, read));
        }
    }
}

fn begins_alike(one: &[u8], other: &[u8]) -> bool {
    one.iter().zip(other).all(|(one, other)| one == other)
}

#[cfg(test)]
mod tests {
    use super::{Protocol, detect};

    #[tokio::test]
    async fn the_first_bytes_show_the_protocol() {
        let cases: [(&[u8], Protocol); 6] = [
            (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nmore", Protocol::Http2),
            (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r", Protocol::Http1),
            (b"PRI * HTTP/1.1\r\n", Protocol::Http1),
            (b"POST / HTTP/1.1\r\n", Protocol::Http1),
            (b"GET", Protocol::Http1),
            (b"", Protocol::Http1),
        ];
        for (mut bytes, expected) in cases {
            let all = bytes;
            let (protocol, read) = detect(&mut bytes).await.unwrap();
            assert_eq!(protocol, expected, "{all:?}");
            assert_eq!([&read, bytes].concat(), all, "no byte is lost");
        }
    }
}
