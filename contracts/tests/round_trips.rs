//! Any message survives writing and reading; any bytes are read without harm.
#![allow(clippy::unwrap_used, reason = "tests")]

use capwire_contracts::blobstore::FileChunk;
use capwire_contracts::codec::{decode, encode};
use capwire_contracts::core::CapabilityDescriptor;
use capwire_contracts::eventstreams::StreamQuery;
use capwire_contracts::http::{Request, Response};
use capwire_contracts::keyvalue::{KeysRequest, RangeRequest, SetRequest};
use proptest::collection::{btree_map, btree_set};
use proptest::prelude::*;

proptest! {
    #[test]
    fn http_requests_survive_encoding(
        method: String,
        path: String,
        query_string: String,
        header in btree_map(any::<String>(), any::<String>(), 0..4),
        body: Vec<u8>,
    ) {
        let request = Request { method, path, query_string, header, body };
        prop_assert_eq!(decode(&encode(&request).unwrap()), Ok(request));
    }

    #[test]
    fn http_responses_survive_encoding(status_code: u32, status: String, body: Vec<u8>) {
        let response = Response { status_code, status, body, ..Response::default() };
        prop_assert_eq!(decode(&encode(&response).unwrap()), Ok(response));
    }

    #[test]
    fn keyvalue_messages_survive_encoding(key: String, value: String, expires: i32, start: i32, stop: i32) {
        let set = SetRequest { key: key.clone(), value, expires };
        prop_assert_eq!(decode(&encode(&set).unwrap()), Ok(set));
        let range = RangeRequest { key, start, stop };
        prop_assert_eq!(decode(&encode(&range).unwrap()), Ok(range));
    }

    #[test]
    fn lists_survive_encoding(keys in btree_set(any::<String>(), 0..40)) {
        let mut keys: Vec<_> = keys.into_iter().collect();
        let request = KeysRequest { keys: keys.clone() };
        prop_assert_eq!(decode(&encode(&request).unwrap()), Ok(request.clone()));
        keys.extend(keys.clone());
        let repeated = KeysRequest { keys };
        prop_assert_eq!(decode(&encode(&repeated).unwrap()), Ok(request));
    }

    #[test]
    fn blob_chunks_survive_encoding(sequence_no: u64, total_bytes: u64, context: Option<String>, chunk_bytes: Vec<u8>) {
        let chunk = FileChunk {
            sequence_no,
            total_bytes,
            context,
            chunk_bytes,
            ..FileChunk::default()
        };
        prop_assert_eq!(decode(&encode(&chunk).unwrap()), Ok(chunk));
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes: Vec<u8>) {
        let _ = decode::<Request>(&bytes);
        let _ = decode::<FileChunk>(&bytes);
        let _ = decode::<StreamQuery>(&bytes);
        let _ = decode::<CapabilityDescriptor>(&bytes);
    }

    #[test]
    fn a_changed_byte_never_panics(at: prop::sample::Index, byte: u8) {
        let message = Request::new("GET", "/?q").with_header("k", "v").with_body([1]);
        let mut bytes = encode(&message).unwrap();
        let at = at.index(bytes.len());
        bytes.splice(at..=at, [byte]);
        let _ = decode::<Request>(&bytes);
        let _ = decode::<CapabilityDescriptor>(&bytes);
    }
}
