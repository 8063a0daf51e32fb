//! The dialect of actors since 2021, which import `wasmcloud:extras`: a request contains only what its
//! operation needs, and the answer is the value itself.

use bytes::Bytes;
use capwire_contracts::codec;
use capwire_contracts::extras::{
    GeneratorRequest, GeneratorResult, OP_REQUEST_GUID, OP_REQUEST_RANDOM, OP_REQUEST_SEQUENCE,
    RandomRequest,
};
use capwire_provider::{Call, ProviderError};

/// Requests without content: no bytes, an empty map, and an empty array.
const EMPTY: [&[u8]; 3] = [b"", b"\x80", b"\x90"];

/// Returns the request in the form of 2020, or `None` if it is not of this dialect.
pub(crate) fn request(call: &Call<'_>) -> Option<GeneratorRequest> {
    let mut request = GeneratorRequest::default();
    match call.operation {
        OP_REQUEST_GUID if EMPTY.contains(&call.payload) => request.guid = true,
        OP_REQUEST_SEQUENCE if EMPTY.contains(&call.payload) => request.sequence = true,
        OP_REQUEST_RANDOM if call.message::<GeneratorRequest>().is_err() => {
            let range: RandomRequest = codec::decode(call.payload).ok()?;
            (request.random, request.min, request.max) = (true, range.min, range.max);
        }
        _ => return None,
    }
    Some(request)
}

/// Encodes the value that the operation generated.
pub(crate) fn reply(call: &Call<'_>, result: GeneratorResult) -> Result<Bytes, ProviderError> {
    match call.operation {
        OP_REQUEST_GUID => call.reply(&result.guid.unwrap_or_default()),
        OP_REQUEST_SEQUENCE => call.reply(&result.sequence_number),
        _ => call.reply(&result.random_number),
    }
}
