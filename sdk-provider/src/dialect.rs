//! The two encodings of messages, and the actors that read them.
//!
//! Until April 2020, actors wrote structs as arrays and bytes as arrays of numbers, and knew only
//! keys in snake case. They also read maps that have such keys and bytes.

use capwire_contracts::codec::{self, EncodeError};
use serde::Serialize;

/// An encoding of messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dialect {
    /// Maps with keys in camel case, and bytes as `bin`, for actors since April 2020.
    #[default]
    Canonical,
    /// Maps with each key in camel case and in snake case, and bytes as arrays of numbers. Every
    /// actor reads this encoding, but it is larger.
    Universal,
}

impl Dialect {
    /// Returns the dialect in which to answer the sender of `payload`.
    ///
    /// ```
    /// use capwire_provider::Dialect;
    ///
    /// let add_one_to_k = [0x92, 0xa1, b'k', 1];
    /// assert_eq!(Dialect::of(&add_one_to_k), Dialect::Universal);
    /// ```
    #[must_use]
    pub fn of(payload: &[u8]) -> Self {
        match payload.first() {
            Some(0x90..=0x9f | 0xdc | 0xdd) => Self::Universal,
            _ => Self::Canonical,
        }
    }

    /// Returns true if `error`, the error text of a guest, means that the guest does not read
    /// [`Canonical`](Self::Canonical).
    ///
    /// Actors from before April 2020 refuse bytes as `bin` and report that keys in snake case are
    /// missing. waPC has only error texts, so hosts derive the typed
    /// [`ActorError`](crate::ActorError) from them.
    ///
    /// ```
    /// use capwire_provider::Dialect;
    ///
    /// let error = "Guest call failed: Failed to de-serialize: missing field `query_string`";
    /// assert!(Dialect::is_refused(error));
    /// assert!(!Dialect::is_refused("the store is full"));
    /// ```
    #[must_use]
    pub fn is_refused(error: &str) -> bool {
        let Some((_, complaint)) = error.split_once("Failed to de-serialize: ") else {
            return false;
        };
        let missing = complaint
            .strip_prefix("missing field `")
            .and_then(|rest| rest.split('`').next());
        complaint.starts_with("invalid type: byte array, expected a sequence")
            || missing.is_some_and(|field| field.contains('_'))
    }

    /// Encodes `message`.
    ///
    /// # Errors
    /// Returns an error if MessagePack cannot express the message. This never happens for the
    /// messages of `capwire-contracts`.
    pub fn encode<M: Serialize + ?Sized>(self, message: &M) -> Result<Vec<u8>, EncodeError> {
        match self {
            Self::Canonical => codec::encode(message),
            Self::Universal => codec::encode_universal(message),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Dialect;
    use capwire_contracts::blobstore::{Blob, BlobList};
    use capwire_contracts::codec;
    use capwire_contracts::http::Request;
    use capwire_contracts::keyvalue::{AddResponse, CountResponse};
    use serde_json::{Value, json};
    use std::collections::BTreeMap;

    fn request() -> Request {
        Request {
            header: BTreeMap::from([("maxAge".to_owned(), "v".to_owned())]),
            ..Request::new("GET", "/foo?a=1").with_body([1, 200])
        }
    }

    fn universal(message: &impl serde::Serialize) -> Value {
        let bytes = Dialect::Universal.encode(message).unwrap();
        codec::decode(&bytes).unwrap()
    }

    #[test]
    fn both_dialects_have_the_expected_bytes() {
        let canonical = b"\x81\xa8newCount\x05";
        let both = b"\x82\xa8newCount\x05\xa9new_count\x05";
        let message = CountResponse { new_count: 5 };
        assert_eq!(Dialect::Canonical.encode(&message).unwrap(), canonical);
        assert_eq!(Dialect::Universal.encode(&message).unwrap(), both);
        let message = AddResponse { value: -2 };
        let both = Dialect::Universal.encode(&message).unwrap();
        assert_eq!(both, b"\x81\xa5value\xfe");
    }

    #[test]
    fn keys_come_in_both_cases_and_data_as_it_is() {
        let expected = json!({
            "method": "GET",
            "path": "/foo",
            "queryString": "a=1",
            "query_string": "a=1",
            "header": { "maxAge": "v" },
            "body": [1, 200],
        });
        assert_eq!(universal(&request()), expected);
    }

    #[test]
    fn messages_in_a_list_are_messages() {
        let blob = Blob {
            byte_size: 7,
            ..Blob::default()
        };
        let list = universal(&BlobList { blobs: vec![blob] });
        assert_eq!(list["blobs"][0]["byte_size"], 7);
    }

    #[test]
    fn our_own_reader_reads_both() {
        for dialect in [Dialect::Canonical, Dialect::Universal] {
            let bytes = dialect.encode(&request()).unwrap();
            assert_eq!(codec::decode::<Request>(&bytes).unwrap(), request());
        }
    }

    #[test]
    fn who_writes_arrays_reads_the_universal_dialect() {
        for array in [&b"\x91\x01"[..], b"\xdc\x00\x01\x01", b"\xdd\0\0\0\x01\x01"] {
            assert_eq!(Dialect::of(array), Dialect::Universal);
        }
        for other in [&b""[..], b"\x80", b"\xc0", b"\xa1k", b"\xde\0\0", b"\xc4\0"] {
            assert_eq!(Dialect::of(other), Dialect::Canonical);
        }
    }
}
