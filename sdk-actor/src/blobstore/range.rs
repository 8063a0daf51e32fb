//! Parts of blobs, which can need several messages.

use crate::target::{CallError, Target};
use capwire_contracts::blobstore::{
    CONTRACT, ErrorClass, OP_READ_RANGE, ReadRequest, ReadResponse,
};
use core::ops::Range;

/// The number of times that a blob is read from the start of the range on, if it is replaced meanwhile.
const ATTEMPTS: u32 = 3;

/// A part of one version of a blob.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The bytes.
    pub content: Vec<u8>,
    /// The size of the whole blob in bytes.
    pub total: u64,
    /// A text that changes when the blob is replaced; empty if the store has none.
    pub version: String,
}

/// The end of an attempt.
enum Read {
    Whole(Part),
    Missing,
    Replaced,
}

/// Reads a range. A blob of more than `most` bytes is an error.
pub(super) fn read(
    target: &Target,
    container: &str,
    id: &str,
    range: Range<u64>,
    most: Option<u64>,
) -> Result<Option<Part>, CallError> {
    let mut request = ReadRequest {
        id: id.to_owned(),
        container: container.to_owned(),
        ..ReadRequest::default()
    };
    for _ in 0..ATTEMPTS {
        match attempt(target, &mut request, &range, most)? {
            Read::Whole(part) => return Ok(Some(part)),
            Read::Missing => return Ok(None),
            Read::Replaced => {}
        }
    }
    let text = "the blob is replaced again and again while it is read";
    Err(refused(ErrorClass::Unavailable, text))
}

fn attempt(
    target: &Target,
    request: &mut ReadRequest,
    range: &Range<u64>,
    most: Option<u64>,
) -> Result<Read, CallError> {
    let Some(mut part) = next(target, request, range.start, range.end)? else {
        return Ok(Read::Missing);
    };
    if let Some(most) = most.filter(|most| part.total > *most) {
        let total = part.total;
        let text = format!("the blob has {total} bytes, and the actor takes {most}");
        return Err(refused(ErrorClass::Size, &text));
    }
    let end = range.end.min(part.total);
    loop {
        let length = u64::try_from(part.content.len()).unwrap_or(u64::MAX);
        let at = range.start.saturating_add(length);
        if at >= end {
            return Ok(Read::Whole(part));
        }
        let more = match next(target, request, at, end)? {
            Some(more) if more.version == part.version && more.total == part.total => more,
            _ => return Ok(Read::Replaced),
        };
        if more.content.is_empty() {
            let text = "the store returns fewer bytes than the blob has";
            return Err(refused(ErrorClass::Unavailable, text));
        }
        part.content.extend(more.content);
    }
}

/// Reads the bytes from `start` on, as many of those before `end` as come in one message.
fn next(
    target: &Target,
    request: &mut ReadRequest,
    start: u64,
    end: u64,
) -> Result<Option<Part>, CallError> {
    request.offset = start;
    request.length = end.saturating_sub(start);
    let answer: ReadResponse = target.call(OP_READ_RANGE, request)?;
    let mut content = answer.content;
    content.truncate(usize::try_from(request.length).unwrap_or(usize::MAX));
    Ok(answer.exists.then_some(Part {
        content,
        total: answer.total_bytes,
        version: answer.version,
    }))
}

fn refused(class: ErrorClass, text: &str) -> CallError {
    CallError::Refused {
        target: CONTRACT.to_owned(),
        operation: OP_READ_RANGE.to_owned(),
        reason: format!("{class}: {text}"),
    }
}
