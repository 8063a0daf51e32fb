//! Narrowed capabilities: what was checked is what is used, and nothing else is.

use crate::kit::{CONTRACT, Kit, Module, Told, next, text};
use bytes::Bytes;
use capwire_contracts::{codec, http, keyvalue};
use capwire_engine_fake::{Fake, standard};
use capwire_host::{
    ActorId, AppliesTo, BindingKey, BindingName, ContractId, DeniedBy, Error, Event, Permission,
    PolicyRule, PolicyRules, Question, Remedy, Target,
};
use capwire_provider::Config;
use capwire_wascap::UnixSeconds;
use std::sync::Arc;

/// A host with a provider of `contract` and an actor that may do what `permission` says.
pub(crate) struct Narrow {
    kit: Kit,
    told: Arc<Told>,
    actor: ActorId,
    contract: &'static str,
}

impl Narrow {
    pub(crate) async fn new(contract: &'static str, permission: &str) -> Self {
        Self::with(contract, permission, PolicyRules::default()).await
    }

    async fn with(contract: &'static str, permission: &str, limits: PolicyRules) -> Self {
        Self::with_provider(Told::new(contract), contract, permission, limits).await
    }

    async fn with_provider(
        told: Told,
        contract: &'static str,
        permission: &str,
        limits: PolicyRules,
    ) -> Self {
        let kit = Kit::with(Fake::new(), |builder| builder.policy(limits));
        let told = kit.add(told, "");
        let actor = kit.start(&Module::new().may(permission)).await;
        let id = ContractId::new(contract).unwrap();
        let key = BindingKey::new(actor, id, BindingName::default());
        kit.host.bind(key, Config::default()).await.unwrap();
        Self {
            kit,
            told,
            actor,
            contract,
        }
    }

    pub(crate) async fn ask(&self, operation: &str, payload: &[u8]) -> Result<Bytes, Error> {
        let call = standard::host_call("", self.contract, operation, payload);
        self.kit.host.call(self.actor, "call", call).await
    }

    pub(crate) async fn is_denied(&self, operation: &str, payload: &[u8]) {
        let before = self.told.log();
        let error = self.ask(operation, payload).await.unwrap_err();
        assert!(text(&error).contains("permission denied"), "{error:?}");
        assert_eq!(self.told.log(), before, "nothing reaches the provider");
    }
}

/// A request of each operation, about `key`.
fn requests(key: &str) -> Vec<(&'static str, Vec<u8>)> {
    let key = key.to_owned();
    let value = String::from("v");
    let requests = keyvalue::OPERATIONS.iter().map(|operation| {
        let request = match operation.name {
            "Add" => codec::encode(&keyvalue::AddRequest {
                key: key.clone(),
                value: 1,
            }),
            "Set" => codec::encode(&keyvalue::SetRequest {
                key: key.clone(),
                value: value.clone(),
                expires: 0,
            }),
            "Range" => codec::encode(&keyvalue::RangeRequest {
                key: key.clone(),
                start: 0,
                stop: 1,
            }),
            "Push" | "ListItemDelete" | "SetAdd" | "SetRemove" => {
                codec::encode(&keyvalue::ItemRequest {
                    key: key.clone(),
                    value: value.clone(),
                })
            }
            "SetUnion" | "SetIntersection" => codec::encode(&keyvalue::KeysRequest {
                keys: vec![key.clone()],
            }),
            _ => codec::encode(&keyvalue::KeyRequest { key: key.clone() }),
        };
        (operation.name, request.unwrap())
    });
    requests.collect()
}

#[tokio::test]
async fn every_operation_on_keys_stays_within_the_claims() {
    let narrow = Narrow::new(keyvalue::CONTRACT, "wascc:keyvalue[on session:*]").await;
    for (operation, request) in requests("session:1") {
        assert_eq!(narrow.ask(operation, &request).await.unwrap(), request);
    }
    assert_eq!(narrow.told.log().len(), 1 + keyvalue::OPERATIONS.len());
    for outside in ["sessions", "Session:1", " session:1", "", "user:1"] {
        for (operation, request) in requests(outside) {
            narrow.is_denied(operation, &request).await;
        }
    }
}

#[tokio::test]
async fn one_key_outside_the_claims_denies_a_message_of_many() {
    let narrow = Narrow::new(keyvalue::CONTRACT, "wascc:keyvalue[on a*,b]").await;
    let keys = |keys: &[&str]| {
        let keys = keys.iter().map(ToString::to_string).collect();
        codec::encode(&keyvalue::KeysRequest { keys }).unwrap()
    };
    for operation in ["SetUnion", "SetIntersection"] {
        assert!(narrow.ask(operation, &keys(&["a1", "b"])).await.is_ok());
        narrow.is_denied(operation, &keys(&["a1", "b", "c"])).await;
        narrow.is_denied(operation, &keys(&["c", "a1"])).await;
        narrow.is_denied(operation, &keys(&[])).await;
    }
}

#[tokio::test]
async fn messages_that_leave_doubt_are_denied() {
    let narrow = Narrow::new(keyvalue::CONTRACT, "wascc:keyvalue[Get on a]").await;
    for doubtful in [
        &b"\x82\xa3key\xa1a\xa3key\xa1b"[..],
        b"\x82\xa3key\xa1b\xa3key\xa1a",
        b"\x91\xa1a",
        b"",
        b"\xc1",
    ] {
        narrow.is_denied("Get", doubtful).await;
    }
    narrow.is_denied("Invented", b"\x81\xa3key\xa1a").await;
}

#[tokio::test]
async fn the_provider_gets_what_was_checked_and_no_more() {
    let narrow = Narrow::new(keyvalue::CONTRACT, "wascc:keyvalue[Get on a]").await;
    let more = b"\x82\xa1x\xa1b\xa3key\xa1a and more";
    assert_eq!(
        narrow.ask("Get", more).await.unwrap(),
        &b"\x81\xa3key\xa1a"[..]
    );
    let narrow = Narrow::new(http::CLIENT_CONTRACT, "wascc:http_client[on a.com]").await;
    let request = http::Request::new("GET", "HTTPS://A.com");
    let request = codec::encode(&request).unwrap();
    let sent = narrow.ask("PerformRequest", &request).await.unwrap();
    let sent: http::Request = codec::decode(&sent).unwrap();
    assert_eq!(sent.path, "https://a.com/");
}

#[tokio::test]
async fn operations_alone_need_no_understanding_of_messages() {
    let narrow = Narrow::new(CONTRACT, "acme:told[Echo]").await;
    assert_eq!(
        narrow.ask("Echo", b"\xc1 anything").await.unwrap(),
        &b"\xc1 anything"[..]
    );
    narrow.is_denied("echo", b"").await;
    narrow.is_denied("Other", b"").await;
}

#[tokio::test]
async fn another_actor_can_be_called_for_some_operations() {
    let kit = Kit::new();
    let target = kit.start(&Module::new()).await;
    let caller = kit
        .start(&Module::new().may(&format!("{target}[echo]")))
        .await;
    let call = |operation| standard::host_call("", &target.to_string(), operation, b"hi");
    assert_eq!(
        kit.host.call(caller, "call", call("echo")).await.unwrap(),
        "hi"
    );
    let error = kit
        .host
        .call(caller, "call", call("call"))
        .await
        .unwrap_err();
    assert!(text(&error).contains("permission denied"), "{error:?}");
}

#[tokio::test]
async fn aliases_of_a_capability_add_up() {
    let kit = Kit::new();
    let told = kit.add(Told::new(keyvalue::CONTRACT), "");
    let module = Module::new()
        .may("wascc:keyvalue[Get]")
        .may("wasmcloud:keyvalue[Set]");
    let actor = kit.start(&module).await;
    let id = ContractId::new(keyvalue::CONTRACT).unwrap();
    let key = BindingKey::new(actor, id, BindingName::default());
    kit.host.bind(key, Config::default()).await.unwrap();
    for operation in ["Get", "Set"] {
        let call = standard::host_call("", "wasmcloud:keyvalue", operation, b"");
        kit.host.call(actor, "call", call).await.unwrap();
    }
    let call = standard::host_call("", "wascc:keyvalue", "Del", b"");
    assert!(kit.host.call(actor, "call", call).await.is_err());
    assert_eq!(told.log(), ["bind", "Get", "Set"]);
}

#[tokio::test]
async fn the_operator_narrows_further_and_is_named() {
    let only: Permission = "wascc:keyvalue[Get on a*]".parse().unwrap();
    let mut limits = PolicyRules::default();
    limits.add(
        AppliesTo::Everyone,
        PolicyRule::at_most("policy.yaml:3", [&only]),
    );
    let narrow = Narrow::with(
        keyvalue::CONTRACT,
        "wascc:keyvalue[Get,Set on ab,b]",
        limits,
    )
    .await;
    let key = |key: &str| codec::encode(&keyvalue::KeyRequest { key: key.into() }).unwrap();

    assert!(narrow.ask("Get", &key("ab")).await.is_ok());
    narrow.is_denied("Get", &key("a")).await;
    narrow.is_denied("Set", &key("ab")).await;
    let mut events = narrow.kit.host.events();
    narrow.is_denied("Get", &key("b")).await;
    let Event::Denied(denial) = next(&mut events).await else {
        panic!("the denial is an event");
    };
    assert_eq!(
        (denial.layer, denial.resource.as_deref()),
        (DeniedBy::Policy, Some("b"))
    );
    let said = denial.to_string();
    assert!(
        said.contains("add `wascc:keyvalue[Get on b]` at policy.yaml:3"),
        "{said}"
    );
}

#[tokio::test]
async fn an_exclusive_rule_denies_all_other_operations() {
    let other: Permission = "acme:other".parse().unwrap();
    let module = Module::new().claims(CONTRACT).claims("acme:other");
    let mut limits = PolicyRules::default();
    limits.add(
        AppliesTo::Actor(module.id()),
        PolicyRule::only("policy.yaml:7", [&other]),
    );
    let kit = Kit::with(Fake::new(), |builder| builder.policy(limits));
    kit.told();
    let actor = kit.start(&module).await;
    let error = kit.ask(actor, "Echo", "").await.unwrap_err();
    assert!(text(&error).contains("permission denied"), "{error:?}");
    let stranger = kit.bound_actor(Default::default()).await;
    assert!(kit.ask(stranger, "Echo", "").await.is_ok());
}

#[tokio::test]
async fn barred_actors_do_not_start() {
    let module = Module::new();
    let mut limits = PolicyRules::default();
    limits.bar(AppliesTo::Account(module.account()));
    let kit = Kit::with(Fake::new(), |builder| builder.policy(limits));
    let actor = kit.actor(&module).await;
    assert!(kit.host.start_actor(actor).await.unwrap_err().is_denied());
    kit.start(&Module::new()).await;
}

#[tokio::test]
async fn the_question_why_has_the_answer_of_the_log() {
    let narrow = Narrow::new(keyvalue::CONTRACT, "wascc:keyvalue[Get on a]").await;
    let mut events = narrow.kit.host.events();
    let key = codec::encode(&keyvalue::KeyRequest { key: "b".into() }).unwrap();
    narrow.is_denied("Get", &key).await;
    let Event::Denied(logged) = next(&mut events).await else {
        panic!("the denial is an event");
    };

    let claims = narrow.kit.host.inventory().actors[0].claims.clone();
    assert_eq!(claims.metadata.caps, ["wascc:keyvalue"]);
    let module = Module::new().may("wascc:keyvalue[Get on a]");
    let actor = narrow.kit.actor(&module).await;
    let target = Target::Capability(capwire_host::ProviderId {
        contract: ContractId::new(keyvalue::CONTRACT).unwrap(),
        name: BindingName::default(),
    });
    let ask = |question: Question| actor.may(&question, &PolicyRules::default(), UnixSeconds(1));
    let get = Question::new(target.clone()).operation("Get");
    assert!(ask(Question::new(target.clone())).is_ok());
    assert!(ask(get.clone()).is_ok());
    assert!(ask(get.clone().resource("a")).is_ok());
    assert!(ask(Question::new(target).operation("Set")).is_err());
    let denial = ask(get.resource("b")).unwrap_err();
    assert_eq!(denial.remedy(), logged.remedy());
    let remedy = Remedy::Claim("wascc:keyvalue[Get on b]".to_owned());
    assert_eq!(denial.remedy(), Some(&remedy), "{denial}");
}

#[tokio::test]
async fn resources_cannot_steer_logs_or_shells() {
    let narrow = Narrow::new(keyvalue::CONTRACT, "wascc:keyvalue[Get on a]").await;
    let mut events = narrow.kit.host.events();
    let long = "x".repeat(1 << 16);
    for key in ["\u{1b}[2J", "b'; rm -rf ~; '", long.as_str()] {
        let key = codec::encode(&keyvalue::KeyRequest { key: key.into() }).unwrap();
        narrow.is_denied("Get", &key).await;
        let Event::Denied(denial) = next(&mut events).await else {
            panic!("the denial is an event");
        };
        let said = denial.to_string();
        assert!(!said.contains('\u{1b}') && said.len() < 1_000, "{said:?}");
        assert!(said.contains("on RESOURCE]"), "{said}");
    }
}

#[tokio::test]
async fn a_proposed_permission_has_only_plain_names_n2() {
    let kit = Kit::new();
    let actor = kit.actor(&Module::new().may("wascc:keyvalue[Del]")).await;
    for (contract, operation, proposed) in [
        ("x$(touch${IFS}pwned)", "Get", "CAPABILITY"),
        (
            "wascc:keyvalue",
            "Get' ; touch pwned ; '",
            "wascc:keyvalue[OPERATION]",
        ),
        ("wascc:keyvalue", "Get", "wascc:keyvalue[Get]"),
    ] {
        let target = Target::Capability(capwire_host::ProviderId {
            contract: ContractId::new(contract).unwrap(),
            name: BindingName::default(),
        });
        let question = Question::new(target).operation(operation);
        let denial = actor.may(&question, &PolicyRules::default(), UnixSeconds(1));
        let remedy = Remedy::Claim(proposed.to_owned());
        assert_eq!(denial.unwrap_err().remedy(), Some(&remedy));
    }
}

#[tokio::test]
async fn a_rule_for_one_name_of_a_capability_holds_for_the_other_x2() {
    let kit = Kit::new();
    for (narrow, whole) in [
        ("wascc:keyvalue[Get]", "wasmcloud:keyvalue"),
        ("wasmcloud:keyvalue[Get]", "wascc:keyvalue"),
    ] {
        let actor = kit.actor(&Module::new().may(narrow).may(whole)).await;
        for asked in ["wascc:keyvalue", "wasmcloud:keyvalue"] {
            let target = Target::Capability(capwire_host::ProviderId {
                contract: ContractId::new(asked).unwrap(),
                name: BindingName::default(),
            });
            let ask = |operation: &str| {
                let question = Question::new(target.clone()).operation(operation);
                actor.may(&question, &PolicyRules::default(), UnixSeconds(1))
            };
            assert!(ask("Get").is_ok(), "{narrow}");
            assert!(ask("Set").is_err(), "{narrow}");
        }
    }
}

/// A message of `acme:mailer` to `to`.
fn mail(to: &str) -> Vec<u8> {
    codec::encode(&std::collections::BTreeMap::from([("to", to)])).unwrap()
}

#[tokio::test]
async fn claims_narrow_a_contract_whose_provider_declares_its_resources_x9() {
    let contract = "acme:mailer";
    let (told, limits) = (Told::declaring(contract), PolicyRules::default());
    let permission = "acme:mailer[Echo on *@example.com]";
    let narrow = Narrow::with_provider(told, contract, permission, limits).await;
    let inside = mail("ann@example.com");
    assert_eq!(narrow.ask("Echo", &inside).await.unwrap(), inside);
    narrow.is_denied("Echo", &mail("ann@example.org")).await;
    narrow.is_denied("Echo", b"\xc0").await;
    narrow.is_denied("Other", &inside).await;
}

#[tokio::test]
async fn claims_with_resources_deny_all_if_the_provider_declares_none_x9() {
    let narrow = Narrow::new("acme:mailer", "acme:mailer[Echo on *]").await;
    narrow.is_denied("Echo", &mail("ann@example.com")).await;
}
