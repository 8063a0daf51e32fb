//! Nothing is reached without a claim.

use crate::kit::{CONTRACT, Kit, Module, Told, binding, next, text};
use capwire_engine_fake::{Fake, standard};
use capwire_host::{
    ActorId, BindingKey, BindingName, ContractId, DeniedBy, ErrorKind, Event, Origin, Policy,
    Remedy, Target,
};
use capwire_provider::{ActorCall, Config};

#[tokio::test]
async fn a_capability_that_is_not_claimed_is_denied_by_name_and_reaches_nobody() {
    let kit = Kit::new();
    let told = kit.told();
    let actor = kit.start(&Module::new().claims("acme:other")).await;
    let mut events = kit.host.events();

    let error = kit.ask(actor, "Echo", "secret").await.unwrap_err();
    assert!(
        text(&error).contains("permission denied: echo on acme:told"),
        "{error:?}"
    );
    assert_eq!(told.log(), Vec::<String>::new());
    let Event::Denied(denial) = next(&mut events).await else {
        panic!("the denial is an event");
    };
    assert_eq!(denial.origin, Origin::Actor(actor));
    assert_eq!(
        denial.target,
        Target::Capability(binding(actor, "").provider)
    );
    assert_eq!(
        (&*denial.operation, denial.layer),
        ("Echo", DeniedBy::Claims)
    );
    let remedy = Remedy::Claim("acme:told".to_owned());
    assert_eq!(denial.remedy(), Some(&remedy), "{denial}");
    assert!(denial.to_string().contains("capability `acme:told`"));
}

#[tokio::test]
async fn a_binding_without_the_claim_is_refused() {
    let kit = Kit::new();
    let told = kit.told();
    let actor = kit.start(&Module::new()).await;

    let bound = kit.host.bind(binding(actor, ""), Config::default()).await;
    let error = bound.unwrap_err();
    assert!(error.is_denied(), "{error:?}");
    assert_eq!(error.denial().unwrap().layer, DeniedBy::Claims);
    assert!(error.to_string().contains(CONTRACT), "{error}");
    assert_eq!(told.log(), Vec::<String>::new());
}

#[tokio::test]
async fn a_contract_has_one_meaning_under_all_of_its_names() {
    let kit = Kit::new();
    let told = kit.add(Told::new("wascc:keyvalue"), "");
    let actor = kit.start(&Module::new().claims("wasmcloud:keyvalue")).await;
    let contract = ContractId::new("wasmcloud:keyvalue").unwrap();
    let key = BindingKey::new(actor, contract, BindingName::default());
    kit.host.bind(key, Config::default()).await.unwrap();

    for namespace in ["wascc:keyvalue", "wasmcloud:keyvalue"] {
        let call = standard::host_call("default", namespace, "Echo", b"hi");
        assert_eq!(kit.host.call(actor, "call", call).await.unwrap(), "hi");
    }
    assert_eq!(told.count("Echo"), 2);
}

#[tokio::test]
async fn the_hosts_own_operations_are_refused_from_actors() {
    let kit = Kit::new();
    let told = kit.told();
    let victim = kit.start(&Module::new()).await;
    let actor = kit
        .start(&Module::new().claims(CONTRACT).claims(victim))
        .await;
    kit.bind(actor).await;
    let mut events = kit.host.events();

    for operation in [
        "BindActor",
        "RemoveActor",
        "GetCapabilityDescriptor",
        "PerformLiveUpdate",
    ] {
        for namespace in [CONTRACT, &victim.to_string(), &actor.to_string()] {
            let call = standard::host_call("", namespace, operation, b"");
            let error = kit.host.call(actor, "call", call).await.unwrap_err();
            assert!(text(&error).contains("permission denied"), "{error:?}");
            let Event::Denied(denial) = next(&mut events).await else {
                panic!("the denial is an event");
            };
            assert_eq!(denial.layer, DeniedBy::System);
        }
    }
    assert_eq!(told.log(), ["bind"]);
}

#[tokio::test]
async fn providers_cannot_send_the_hosts_own_operations() {
    let kit = Kit::new();
    let told = kit.told();
    kit.bound_actor(Default::default()).await;
    let mut events = kit.host.events();

    let sent = told
        .handle()
        .call(ActorCall::new("PerformLiveUpdate", "\0asm"))
        .await;
    assert!(sent.is_err());
    assert!(matches!(next(&mut events).await, Event::Denied(_)));
}

#[tokio::test]
async fn an_actor_calls_those_that_its_claims_name_and_itself() {
    let kit = Kit::new();
    let target = kit.start(&Module::new()).await;
    let friend = kit.start(&Module::new().claims(target)).await;
    let stranger = kit.start(&Module::new()).await;
    let call = |from: ActorId, to: ActorId| {
        let call = standard::host_call("", &to.to_string(), "echo", b"hi");
        kit.host.call(from, "call", call)
    };

    assert_eq!(call(friend, target).await.unwrap(), "hi");
    assert_eq!(call(stranger, stranger).await.unwrap(), "hi");
    let error = call(stranger, target).await.unwrap_err();
    assert!(text(&error).contains("permission denied"), "{error:?}");
}

#[tokio::test]
async fn an_operator_can_take_away_what_claims_grant() {
    struct NoEcho;
    impl Policy for NoEcho {
        fn may_call(&self, _: ActorId, _: &Target, operation: &str) -> bool {
            operation != "Echo"
        }
    }
    let kit = Kit::with(Fake::new(), |builder| builder.policy(NoEcho));
    let told = kit.told();
    let actor = kit.bound_actor(Default::default()).await;

    assert!(kit.ask(actor, "Other", "").await.is_ok());
    let error = kit.ask(actor, "Echo", "").await.unwrap_err();
    assert!(text(&error).contains("permission denied"), "{error:?}");
    assert_eq!(told.log(), ["bind", "Other"]);
}

#[tokio::test]
async fn names_that_are_no_names_are_an_error_of_the_guest_only() {
    let kit = Kit::new();
    let actor = kit.bound_actor_with_provider().await;
    let long = "x".repeat(1 << 20);
    for (binding, namespace, operation) in [
        ("", "", "Echo"),
        ("", &*long, "Echo"),
        (&*long, CONTRACT, "Echo"),
        ("", CONTRACT, &*long),
        ("", CONTRACT, "Ec\u{1b}ho"),
        ("", CONTRACT, ""),
    ] {
        let call = standard::host_call(binding, namespace, operation, b"");
        let error = kit.host.call(actor, "call", call).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Actor);
        assert!(error.report().len() < 1_000, "the text is bounded");
    }
    assert!(kit.ask(actor, "Echo", "").await.is_ok());
}

impl Kit {
    async fn bound_actor_with_provider(&self) -> ActorId {
        self.told();
        self.bound_actor(Default::default()).await
    }
}

#[tokio::test]
async fn an_actor_with_a_rule_that_cannot_be_enforced_does_not_start() {
    let kit = Kit::new();
    let rule = capwire_wascap::Rule::new().resources(["x".parse().unwrap()]);
    let actor = kit.actor(&Module::new().rule("wascc:logging", rule)).await;
    let error = kit.host.start_actor(actor).await.unwrap_err();
    assert!(error.is_unverified(), "{error:?}");
    assert!(text(&error).contains("by operation only"), "{error:?}");
}
