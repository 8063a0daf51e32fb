//! The frames between a host and the process of a provider.
//!
//! A frame is the length of the rest (4 bytes), its kind (1 byte), a number (8 bytes) and a body, all in little-endian
//! order. Both sides are of the same build, so the format has no versions. The host trusts no frame.

use bytes::{Buf as _, BufMut as _, Bytes, BytesMut};
use std::io::{self, Read, Write};

/// The bytes of a frame before its body.
pub(crate) const HEAD: usize = 13;
/// The most bytes of a frame's body.
pub(crate) const MOST: usize = 256 << 20;

/// The kinds of frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Kind {
    // From the host.
    /// The library.
    Load = 0,
    Bind = 1,
    Unbind = 2,
    Call = 3,
    Cancel = 4,
    Answered = 5,
    Drain = 6,
    // From the process.
    /// The description.
    Opened = 16,
    /// The library cannot be loaded or opened.
    Failed = 17,
    Answer = 18,
    CallActor = 19,
    Charge = 20,
    Log = 21,
    Broken = 22,
}

const KINDS: &[Kind] = &[
    Kind::Load,
    Kind::Bind,
    Kind::Unbind,
    Kind::Call,
    Kind::Cancel,
    Kind::Answered,
    Kind::Drain,
    Kind::Opened,
    Kind::Failed,
    Kind::Answer,
    Kind::CallActor,
    Kind::Charge,
    Kind::Log,
    Kind::Broken,
];

/// A frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Frame {
    pub(crate) kind: Kind,
    /// The number of the request or the call.
    pub(crate) number: u64,
    pub(crate) body: Bytes,
}

/// The reason why bytes are no frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum FrameError {
    #[error("a frame has {0} bytes, which is too few or too many")]
    Length(usize),
    #[error("a frame has the unknown kind {0}")]
    Kind(u8),
    #[error("the body of a frame ends early")]
    Body,
}

impl Frame {
    pub(crate) fn new(kind: Kind, number: u64, body: impl Into<Bytes>) -> Self {
        Self {
            kind,
            number,
            body: body.into(),
        }
    }

    /// Returns the bytes of the frame.
    pub(crate) fn encoded(&self) -> Result<Bytes, FrameError> {
        let length = HEAD - 4 + self.body.len();
        if self.body.len() > MOST {
            return Err(FrameError::Length(length));
        }
        let mut bytes = BytesMut::with_capacity(4 + length);
        bytes.put_u32_le(u32::try_from(length).map_err(|_| FrameError::Length(length))?);
        bytes.put_u8(self.kind as u8);
        bytes.put_u64_le(self.number);
        bytes.put(self.body.clone());
        Ok(bytes.freeze())
    }

    /// Reads the head of a frame. Returns the frame without its body, and the length of the body.
    pub(crate) fn head(head: [u8; HEAD]) -> Result<(Self, usize), FrameError> {
        let mut head = &head[..];
        let length = usize::try_from(head.get_u32_le()).unwrap_or(usize::MAX);
        let kind = head.get_u8();
        let number = head.get_u64_le();
        let body = length.checked_sub(HEAD - 4).filter(|body| *body <= MOST);
        let body = body.ok_or(FrameError::Length(length))?;
        let known = KINDS.iter().find(|known| **known as u8 == kind);
        let kind = *known.ok_or(FrameError::Kind(kind))?;
        Ok((Self::new(kind, number, Bytes::new()), body))
    }

    /// Reads a frame. Returns `None` at the end of the stream. Allocates only what it has read.
    pub(crate) fn read(from: &mut impl Read) -> io::Result<Option<Self>> {
        let mut head = [0; HEAD];
        match from.read_exact(&mut head) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            read => read?,
        }
        let (mut frame, length) = Self::head(head).map_err(io::Error::other)?;
        let mut body = Vec::new();
        let most = u64::try_from(length).unwrap_or(u64::MAX);
        if from.take(most).read_to_end(&mut body)? < length {
            return Ok(None);
        }
        frame.body = body.into();
        Ok(Some(frame))
    }

    /// Writes the frame.
    pub(crate) fn write(&self, to: &mut impl Write) -> io::Result<()> {
        to.write_all(&self.encoded().map_err(io::Error::other)?)
    }
}

/// Reads the parts of a body.
#[derive(Clone, Debug)]
pub(crate) struct Body(Bytes);

impl Body {
    pub(crate) const fn of(body: Bytes) -> Self {
        Self(body)
    }

    pub(crate) fn number(&mut self) -> Result<u64, FrameError> {
        self.0.try_get_u64_le().map_err(|_| FrameError::Body)
    }

    pub(crate) fn short(&mut self) -> Result<u32, FrameError> {
        self.0.try_get_u32_le().map_err(|_| FrameError::Body)
    }

    /// Reads bytes with their length before them.
    pub(crate) fn bytes(&mut self) -> Result<Bytes, FrameError> {
        let length = usize::try_from(self.short()?).map_err(|_| FrameError::Body)?;
        match length <= self.0.len() {
            true => Ok(self.0.split_to(length)),
            false => Err(FrameError::Body),
        }
    }

    pub(crate) fn rest(self) -> Bytes {
        self.0
    }
}

/// Writes the parts of a body.
#[derive(Debug, Default)]
pub(crate) struct Parts(BytesMut);

impl Parts {
    pub(crate) fn number(mut self, number: u64) -> Self {
        self.0.put_u64_le(number);
        self
    }

    pub(crate) fn short(mut self, number: u32) -> Self {
        self.0.put_u32_le(number);
        self
    }

    /// Writes bytes with their length before them. What is too long for a length is too long for a frame.
    pub(crate) fn bytes(mut self, bytes: &[u8]) -> Self {
        self.0
            .put_u32_le(u32::try_from(bytes.len()).unwrap_or(u32::MAX));
        self.rest(bytes)
    }

    pub(crate) fn rest(mut self, bytes: &[u8]) -> Self {
        self.0.put_slice(bytes);
        self
    }
}

impl From<Parts> for Bytes {
    fn from(parts: Parts) -> Self {
        parts.0.freeze()
    }
}

#[cfg(test)]
mod tests {
    use super::{Body, Frame, FrameError, HEAD, Kind, Parts};

    #[test]
    fn a_frame_comes_back() {
        let body = Parts::default().number(7).bytes(b"Get").rest(b"key");
        let frame = Frame::new(Kind::Call, 42, body);
        let bytes = frame.encoded().unwrap();
        assert_eq!(Frame::read(&mut &bytes[..]).unwrap(), Some(frame.clone()));
        let mut body = Body::of(frame.body);
        assert_eq!(body.number(), Ok(7));
        assert_eq!(body.bytes().unwrap(), "Get");
        assert_eq!(body.rest(), "key");
    }

    #[test]
    fn every_prefix_is_the_end_of_the_stream() {
        let bytes = Frame::new(Kind::Log, 1, "text").encoded().unwrap();
        for length in 0..bytes.len() {
            assert_eq!(Frame::read(&mut &bytes[..length]).unwrap(), None);
        }
    }

    #[test]
    fn lies_are_errors_and_allocate_nothing() {
        let mut head = [0; HEAD];
        assert_eq!(Frame::head(head), Err(FrameError::Length(0)));
        head[..4].copy_from_slice(&[0xFF; 4]);
        assert!(matches!(Frame::head(head), Err(FrameError::Length(_))));
        head[..4].copy_from_slice(&(200_u32 << 20).to_le_bytes());
        head[4] = 99;
        assert_eq!(Frame::head(head), Err(FrameError::Kind(99)));
        head[4] = Kind::Answer as u8;
        assert_eq!(Frame::read(&mut &head[..]).unwrap(), None);
        let mut body = Body::of(Parts::default().short(9).rest(b"short").into());
        assert_eq!(body.bytes(), Err(FrameError::Body));
    }
}
