//! The record that a host writes while its actors work.
#![allow(clippy::unwrap_used, reason = "a test")]

use bytes::Bytes;
use capwire_contracts::codec;
use capwire_contracts::core::{CapabilityDescriptor, Operation};
use capwire_engine_fake::{Fake, module, standard};
use capwire_host::{BindingKey, BindingName, ContractId, Host};
use capwire_provider::{
    Binding, BindingId, Bound, Call, Config, Provider, ProviderError, async_trait,
};
use capwire_record::{By, RecordError, Recorder, parse};
use capwire_wascap::testing;
use std::collections::{BTreeMap, BTreeSet};

const CONTRACT: &str = "acme:mailer";

/// A provider of a contract that the host does not know.
struct Mailer;

#[async_trait]
impl Provider for Mailer {
    fn descriptor(&self) -> CapabilityDescriptor {
        const OPERATIONS: &[Operation] = &[
            Operation::to_provider("Send", "sends a mail").with_resources(&["to"]),
            Operation::to_provider("Count", "counts mails"),
        ];
        CapabilityDescriptor::new(CONTRACT, "Mailer", OPERATIONS)
    }

    async fn bind(&self, _: Binding) -> Result<Bound, ProviderError> {
        Ok(Bound::default())
    }

    async fn unbind(&self, _: &BindingId) -> Result<(), ProviderError> {
        Ok(())
    }

    async fn call(&self, call: Call<'_>) -> Result<Bytes, ProviderError> {
        match call.operation {
            "Send" | "Count" => Ok(Bytes::new()),
            _ => Err(call.unknown_operation()),
        }
    }
}

#[tokio::test]
async fn uses_of_an_own_contract_are_recorded_with_their_declared_resources_x9() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("uses.jsonl");
    let recorder = Recorder::append_to(&file).unwrap();
    let host = Host::builder(Fake::new()).layer(recorder).build().unwrap();
    host.add_provider(Mailer).unwrap();
    let signed = testing::sign(&module(standard::NAME), &[CONTRACT]).unwrap();
    let actor = host.verify(signed).await.unwrap();
    let actor = host.start_actor(actor).await.unwrap();
    let contract = ContractId::new(CONTRACT).unwrap();
    let key = BindingKey::new(actor, contract, BindingName::default());
    host.bind(key, Config::default()).await.unwrap();

    let to = |to| codec::encode(&BTreeMap::from([("to", to)])).unwrap();
    for (operation, payload) in [
        ("Send", to("ann")),
        ("Send", to("bob")),
        ("Send", to("ann")),
        ("Count", to("ann")),
        ("Explode", to("eve")),
    ] {
        let call = standard::host_call("default", CONTRACT, operation, &payload);
        let answer = host.call(actor, "call", call).await;
        // A call that the provider refused is no use.
        assert_eq!(answer.is_ok(), operation != "Explode");
    }

    let uses = parse(&std::fs::read(&file).unwrap()).unwrap();
    assert!(
        uses.iter()
            .all(|one| one.by == By::Actor && one.capability == CONTRACT)
    );
    let seen = uses
        .iter()
        .map(|one| (one.operation.as_str(), one.resource.as_deref()));
    let expected = [
        ("Count", None),
        ("Send", Some("ann")),
        ("Send", Some("bob")),
    ];
    assert_eq!(seen.collect::<BTreeSet<_>>(), BTreeSet::from(expected));
}

#[test]
fn a_file_that_is_no_record_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("letter.txt");
    std::fs::write(&file, "dear all").unwrap();
    let refused = Recorder::append_to(&file).map(drop);
    assert!(
        matches!(refused, Err(RecordError::Parse { .. })),
        "{refused:?}"
    );
    assert_eq!(std::fs::read(&file).unwrap(), b"dear all");
    let refused = Recorder::append_to(folder.path()).map(drop);
    assert!(
        matches!(refused, Err(RecordError::NotAFile(_))),
        "{refused:?}"
    );
}
