//! Calls are counted and timed as they end, and callers cannot make more numbers.

use crate::kit::{CONTRACT, Kit, Module, binding, eventually, instances};
use bytes::Bytes;
use capwire_contracts::core::OP_HEALTH_REQUEST;
use capwire_contracts::keyvalue::CountResponse;
use capwire_engine_fake::{Fake, Script, failure};
use capwire_host::{CallMetrics, ErrorKind, HostOptions, Metrics, OperationMetrics};
use capwire_provider::{ActorCall, ActorClient, ActorError, Config};

/// A host that counts.
fn counting() -> Kit {
    let mut options = HostOptions::default();
    options.metrics = true;
    Kit::with(Fake::new(), |builder| builder.options(options))
}

fn metrics(kit: &Kit) -> Metrics {
    kit.host.metrics().unwrap()
}

/// Those of `name`, or of all others.
fn of(operations: &[OperationMetrics], name: Option<&str>) -> CallMetrics {
    let found = operations
        .iter()
        .find(|one| one.operation.as_deref() == name);
    found
        .unwrap_or_else(|| panic!("no {name:?} in {operations:?}"))
        .calls
        .clone()
}

#[tokio::test]
async fn nothing_is_counted_unless_asked_for() {
    assert!(Kit::new().host.metrics().is_none());
}

#[tokio::test]
async fn calls_are_counted_by_actor_and_binding_and_how_they_end() {
    let kit = counting();
    kit.told();
    let actor = kit.bound_actor(instances(1)).await;
    for (operation, works) in [("Echo", true), ("Echo", true), ("Fail", false)] {
        assert_eq!(kit.ask(actor, operation, "").await.is_ok(), works);
    }
    kit.host
        .call(actor, OP_HEALTH_REQUEST, "")
        .await
        .unwrap_err();

    let read = metrics(&kit);
    let [one] = &read.actors[..] else {
        panic!("{read:?}");
    };
    assert_eq!((one.id, &*one.name), (actor, "tester"));
    let others = of(&one.operations, None);
    assert_eq!(others.ended(), 3, "`call` is declared by nobody");
    assert_eq!(others.errors, [(ErrorKind::Actor, 1)]);
    let health = of(&one.operations, Some(OP_HEALTH_REQUEST));
    assert_eq!(health.errors, [(ErrorKind::Actor, 1)]);
    let [binding] = &read.bindings[..] else {
        panic!("{read:?}");
    };
    assert_eq!(binding.key.provider.contract.as_str(), CONTRACT);
    let echo = of(&binding.operations, Some("Echo"));
    assert_eq!((echo.ended(), echo.errors.len(), echo.in_flight), (2, 0, 0));
    let others = of(&binding.operations, None);
    assert_eq!(others.errors, [(ErrorKind::Provider, 1)]);
}

#[tokio::test]
async fn calls_under_way_and_those_given_up_are_told_apart() {
    let kit = counting();
    let told = kit.told();
    let actor = kit.bound_actor(instances(1)).await;
    let host = kit.host.clone();
    let payload = capwire_engine_fake::standard::host_call("", CONTRACT, "Wait", b"");
    let call = tokio::spawn(async move { host.call(actor, "call", payload).await });
    eventually(|| told.count("Wait") == 1).await;
    let waiting = of(&metrics(&kit).bindings[0].operations, None);
    assert_eq!((waiting.in_flight, waiting.ended()), (1, 0));
    call.abort();
    assert!(call.await.is_err());
    let given_up = of(&metrics(&kit).bindings[0].operations, None);
    assert_eq!(
        (given_up.in_flight, given_up.abandoned, given_up.ended()),
        (0, 1, 1)
    );
}

#[tokio::test]
async fn a_flood_of_names_makes_one_more_number() {
    let kit = counting();
    kit.told();
    let actor = kit.bound_actor(instances(1)).await;
    for number in 0..300 {
        let invented = format!("invented {number}");
        kit.host.call(actor, &invented, "").await.unwrap_err();
        kit.ask(actor, &invented, "").await.unwrap();
        let nobody = Module::new().id();
        kit.host.call(nobody, &invented, "").await.unwrap_err();
    }
    let read = metrics(&kit);
    assert_eq!((read.actors.len(), read.bindings.len()), (1, 1));
    assert_eq!(
        (
            read.actors[0].operations.len(),
            read.bindings[0].operations.len()
        ),
        (1, 1)
    );
    assert_eq!(of(&read.actors[0].operations, None).ended(), 600);
    assert_eq!(read.unknown_actors.errors, [(ErrorKind::NotFound, 300)]);
}

#[tokio::test]
async fn a_denied_call_is_counted_for_its_actor_f3() {
    let kit = counting();
    kit.told();
    let stranger = kit.start(&Module::new()).await;
    kit.ask(stranger, "Echo", "").await.unwrap_err();
    let read = metrics(&kit);
    assert_eq!(read.actors[0].unbound.errors, [(ErrorKind::Denied, 1)]);
    assert!(read.unknown_bindings.is_empty());
}

/// An actor of before April 2020 refuses the first message, which the provider repeats.
#[tokio::test]
async fn a_call_that_is_repeated_in_another_dialect_did_not_fail_f4() {
    let refusal = "Guest call failed: Failed to de-serialize: missing field `new_count`";
    let old = Script::new(move |_, call| async move {
        match call.payload.windows(9).any(|name| name == b"new_count") {
            true => Ok(Bytes::from_static(b"\xc0")),
            false => Err(failure(refusal)),
        }
    });
    let mut options = HostOptions::default();
    options.metrics = true;
    let kit = Kit::with(Fake::new().with("old", old), |builder| {
        builder.options(options)
    });
    let told = kit.told();
    let module = Module::new().script("old").claims(CONTRACT);
    let actor = kit.start_with(&module, instances(1)).await;
    kit.host
        .bind(binding(actor, ""), Config::default())
        .await
        .unwrap();
    let client = ActorClient::new(told.handle());
    for _ in 0..2 {
        let message = CountResponse { new_count: 5 };
        let () = client.call("Old", &message).await.unwrap();
    }
    let calls = kit.host.inventory().actors[0].calls;
    assert_eq!((calls.served, calls.failed, calls.total()), (2, 0, 2));
    let counted = of(&metrics(&kit).actors[0].operations, None);
    assert_eq!(
        (counted.ended(), counted.errors.len(), counted.in_flight),
        (2, 0, 0)
    );

    // A provider that does not repeat a call has failed.
    let failed = told.handle().call(ActorCall::new("Old", "")).await;
    assert!(matches!(failed, Err(ActorError::Unreadable(_))));
    assert_eq!(kit.host.inventory().actors[0].calls.failed, 1);
}
