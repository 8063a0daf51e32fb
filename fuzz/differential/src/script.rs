//! The replies of the host.

use arbitrary::Arbitrary;
use capwire_wapc::Reply;

/// The maximum number of calls of a guest.
const MOST_CALLS: usize = 4;

#[derive(Arbitrary, Debug)]
pub(crate) struct Script {
    calls: [Call; MOST_CALLS],
    replies: [Answer; 4],
}

#[derive(Arbitrary, Debug)]
pub(crate) struct Call {
    pub(crate) operation: [u8; 3],
    pub(crate) payload: [u8; 9],
    length: u8,
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Answer {
    Data([u8; 5]),
    Error([u8; 3]),
    Nothing,
}

impl Script {
    pub(crate) fn calls(&self) -> impl Iterator<Item = &Call> {
        self.calls.iter()
    }

    /// Returns the replies, repeated without end.
    pub(crate) fn replies(&self) -> impl Iterator<Item = Reply> {
        self.replies.iter().cycle().map(|answer| match answer {
            Answer::Data(bytes) => Reply::data(bytes.to_vec()),
            Answer::Error(bytes) => Reply::error(format!("{bytes:?}")),
            Answer::Nothing => Reply::data(Vec::new()),
        })
    }
}

impl Call {
    pub(crate) fn operation(&self) -> String {
        format!("{:?}", self.operation)
    }

    pub(crate) fn payload(&self) -> Vec<u8> {
        let length = usize::from(self.length) % (self.payload.len() + 1);
        self.payload.iter().copied().take(length).collect()
    }
}
