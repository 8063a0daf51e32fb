//! Messages as the codecs of 2020 wrote them: `map` by version 0.8.1, which is our canonical
//! encoding, `array` by version 0.5.2, and `also` whatever else was sent.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

use capwire_contracts::codec::{decode, encode};
use capwire_contracts::{
    blobstore, core, eventstreams, extras, http, keyvalue, logging, messaging,
};
use data_encoding::HEXLOWER;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fmt::Debug;

const MESSAGES: &str = include_str!("fixtures/messages-2020.json");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    message: String,
    map: Option<String>,
    array: Option<String>,
    #[serde(default)]
    also: Vec<String>,
    value: Value,
}

#[test]
fn every_dialect_of_2020_is_read_and_the_last_one_is_written() {
    let rows: Vec<Row> = serde_json::from_str(MESSAGES).unwrap();
    assert!(rows.len() > 40, "the list is not there");
    for row in &rows {
        match &*row.message {
            "blobstore.Blob" => check::<blobstore::Blob>(row),
            "blobstore.Container" => check::<blobstore::Container>(row),
            "core.CapabilityConfiguration" => check::<core::CapabilityConfiguration>(row),
            "core.HealthRequest" => check::<core::HealthRequest>(row),
            "eventstreams.Event" => check::<eventstreams::Event>(row),
            "extras.GeneratorRequest" => check::<extras::GeneratorRequest>(row),
            "extras.GeneratorResult" => check::<extras::GeneratorResult>(row),
            "http.Request" => check::<http::Request>(row),
            "http.Response" => check::<http::Response>(row),
            "logging.WriteLogRequest" => check::<logging::WriteLogRequest>(row),
            "messaging.BrokerMessage" => check::<messaging::BrokerMessage>(row),
            "messaging.RequestMessage" => check::<messaging::RequestMessage>(row),
            other => keyvalue(other, row),
        }
    }
}

fn keyvalue(message: &str, row: &Row) {
    match message {
        "keyvalue.AddRequest" => check::<keyvalue::AddRequest>(row),
        "keyvalue.AddResponse" => check::<keyvalue::AddResponse>(row),
        "keyvalue.CountResponse" => check::<keyvalue::CountResponse>(row),
        "keyvalue.GetResponse" => check::<keyvalue::GetResponse>(row),
        "keyvalue.ItemRequest" => check::<keyvalue::ItemRequest>(row),
        "keyvalue.KeyRequest" => check::<keyvalue::KeyRequest>(row),
        "keyvalue.KeyResponse" => check::<keyvalue::KeyResponse>(row),
        "keyvalue.KeysRequest" => check::<keyvalue::KeysRequest>(row),
        "keyvalue.RangeRequest" => check::<keyvalue::RangeRequest>(row),
        "keyvalue.SetRequest" => check::<keyvalue::SetRequest>(row),
        "keyvalue.SetResponse" => check::<keyvalue::SetResponse>(row),
        "keyvalue.ValuesResponse" => check::<keyvalue::ValuesResponse>(row),
        other => panic!("no message is called {other}"),
    }
}

fn check<M: Serialize + DeserializeOwned + PartialEq + Debug>(row: &Row) {
    let forms: Vec<&String> = row.map.iter().chain(&row.array).chain(&row.also).collect();
    assert!(!forms.is_empty(), "{} has no bytes", row.message);
    for form in forms {
        let bytes = HEXLOWER.decode(form.as_bytes()).unwrap();
        let message: M = decode(&bytes).unwrap_or_else(|error| panic!("{form}: {error}"));
        assert_eq!(serde_json::to_value(&message).unwrap(), row.value, "{form}");
        if let Some(map) = &row.map {
            assert_eq!(&HEXLOWER.encode(&encode(&message).unwrap()), map);
        }
    }
}
