//! Hostile messages: a message that can be decoded can be encoded, and the result decodes to the
//! same message.

use capwire_contracts::codec::{decode, encode};
use capwire_contracts::{core, http, keyvalue};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt::Debug;

/// Reads the bytes as each kind of message.
pub(crate) fn run(bytes: &[u8]) {
    round_trip::<http::Request>(bytes);
    round_trip::<http::Response>(bytes);
    round_trip::<keyvalue::AddRequest>(bytes);
    round_trip::<keyvalue::SetRequest>(bytes);
    round_trip::<keyvalue::RangeRequest>(bytes);
    round_trip::<keyvalue::KeysRequest>(bytes);
    round_trip::<keyvalue::ValuesResponse>(bytes);
    round_trip::<core::CapabilityDescriptor>(bytes);
}

fn round_trip<T: DeserializeOwned + Serialize + PartialEq + Debug>(bytes: &[u8]) {
    let Ok(message) = decode::<T>(bytes) else {
        return;
    };
    let written = encode(&message).unwrap_or_else(|error| panic!("{message:?}: {error}"));
    match decode::<T>(&written) {
        Ok(again) => assert_eq!(again, message),
        Err(error) => panic!("{message:?} cannot be read again: {error}"),
    }
}
