//! Actors that act for others, which may do less.

use crate::kit::{CONTRACT, Kit, Module, SIGNED_AT, binding, instances, text};
use capwire_engine_fake::standard;
use capwire_host::{
    Actor, ActorId, AppliesTo, ChainRule, Denial, DeniedBy, Error, ErrorKind, Permission, Policy,
    PolicyRule, PolicyRules, Question, Target,
};
use capwire_provider::Config;
use std::sync::Arc;

/// A host with a store, and actors that call one another.
struct Office {
    kit: Kit,
    modules: Vec<Module>,
}

impl Office {
    /// The actors with these claims, each with the rule by which it acts for others. Each may call all that
    /// follow.
    async fn of(actors: &[(&[&str], ChainRule)]) -> Self {
        Self::reaching(usize::MAX, actors).await
    }

    /// The same actors, each of which may call so many that follow.
    async fn reaching(most: usize, actors: &[(&[&str], ChainRule)]) -> Self {
        let kit = Kit::new();
        kit.told();
        let mut modules: Vec<Module> = Vec::new();
        for (claims, rule) in actors.iter().rev() {
            let mut module = Module::new();
            for claim in *claims {
                module = module.may(claim);
            }
            for next in modules.iter().rev().take(most) {
                module = module.claims(next.id());
            }
            let options = instances(2).with_chain(*rule);
            let actor = kit.start_with(&module, options).await;
            if claims.iter().any(|claim| claim.starts_with(CONTRACT)) {
                let key = binding(actor, "");
                kit.host.bind(key, Config::default()).await.unwrap();
            }
            modules.push(module);
        }
        modules.reverse();
        Self { kit, modules }
    }

    fn id(&self, index: usize) -> ActorId {
        self.modules[index].id()
    }

    /// Has the first actor call the second one, and so on; the last one asks the store.
    async fn ask(&self, operation: &str, payload: &[u8]) -> Result<(), Error> {
        let mut call = standard::host_call("", CONTRACT, operation, payload);
        for module in self.modules.iter().skip(1).rev() {
            let key = module.id().to_string();
            call = standard::host_call("", &key, "call", &call);
        }
        let asked = self.kit.host.call(self.id(0), "call", call).await;
        asked.map(drop)
    }

    async fn actor(&self, index: usize) -> Actor {
        self.kit.actor(&self.modules[index]).await
    }
}

use ChainRule::{Own, Shrink};

const ALL: &[&str] = &[CONTRACT];
const NOTHING: &[&str] = &[];

#[tokio::test]
async fn a_service_acts_by_its_own_claims() {
    let office = Office::of(&[(NOTHING, Own), (ALL, Own)]).await;
    office.ask("Echo", b"").await.unwrap();
}

#[tokio::test]
async fn an_actor_that_shrinks_does_no_more_than_its_caller_may() {
    let office = Office::of(&[(NOTHING, Own), (ALL, Shrink)]).await;
    let mut events = office.kit.host.events();
    let error = office.ask("Echo", b"").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Actor, "{error:?}");
    let denial = denied(&mut events).await;
    assert_eq!(denial.layer, DeniedBy::Chain);
    let told = denial.to_string();
    let (front, store) = (office.id(0).to_string(), office.id(1).to_string());
    assert!(
        told.starts_with(&format!("actor {store}")) || told.contains(&store),
        "{told}"
    );
    assert!(
        told.contains(&front) && told.contains("do not name"),
        "{told}"
    );
    // Nobody waits for it.
    let direct = office.kit.ask(office.id(1), "Echo", "").await;
    assert!(direct.is_ok(), "{direct:?}");
    let office = Office::of(&[(ALL, Own), (ALL, Shrink)]).await;
    office.ask("Echo", b"").await.unwrap();
}

async fn denied(events: &mut capwire_host::Events) -> Arc<Denial> {
    loop {
        if let capwire_host::Event::Denied(denial) = crate::kit::next(events).await {
            return denial;
        }
    }
}

#[tokio::test]
async fn each_actor_of_a_chain_that_shrinks_counts() {
    for (front, middle, rules, allowed) in [
        (NOTHING, ALL, [Shrink, Shrink], false),
        (ALL, NOTHING, [Shrink, Shrink], false),
        (ALL, ALL, [Shrink, Shrink], true),
        // The one in the middle is a service: what its caller may is of no account.
        (NOTHING, ALL, [Own, Shrink], true),
        (ALL, NOTHING, [Own, Shrink], false),
        (NOTHING, NOTHING, [Shrink, Own], true),
    ] {
        let [second, third] = rules;
        let office = Office::of(&[(front, Own), (middle, second), (ALL, third)]).await;
        let asked = office.ask("Echo", b"").await;
        assert_eq!(
            asked.is_ok(),
            allowed,
            "{front:?} {middle:?} {rules:?}: {asked:?}"
        );
    }
}

#[tokio::test]
async fn narrow_claims_of_a_caller_narrow_what_is_done_for_it() {
    let narrow: &[&str] = &["acme:told[Echo]"];
    let office = Office::of(&[(narrow, Own), (ALL, Shrink)]).await;
    office.ask("Echo", b"").await.unwrap();
    let error = office.ask("Other", b"").await.unwrap_err();
    assert!(text(&error).contains("permission denied"), "{error:?}");
}

#[tokio::test]
async fn calls_of_other_actors_shrink_too() {
    let chain: &[(&[&str], ChainRule)] = &[(NOTHING, Own), (NOTHING, Shrink), (ALL, Own)];
    Office::of(chain).await.ask("Echo", b"").await.unwrap();
    let office = Office::reaching(1, chain).await;
    let error = office.ask("Echo", b"").await.unwrap_err();
    assert!(text(&error).contains("permission denied"), "{error:?}");
}

#[tokio::test]
async fn the_policy_can_ask_for_it_and_name_services() {
    let office = Office::of(&[(NOTHING, Own), (ALL, Own)]).await;
    let host = &office.kit.host;
    let mut policy = PolicyRules::default();
    policy.set_chain(AppliesTo::Everyone, Shrink);
    host.set_policy(policy.clone());
    office.ask("Echo", b"").await.unwrap_err();
    policy.set_chain(AppliesTo::Actor(office.id(1)), Own);
    host.set_policy(policy.clone());
    office.ask("Echo", b"").await.unwrap();
    // Of the accounts of an actor, the stronger rule counts; the actor's own one comes first.
    let account = office.modules[1].account();
    policy.set_chain(AppliesTo::Account(account), Shrink);
    host.set_policy(policy);
    office.ask("Echo", b"").await.unwrap();
    let mut accounts = PolicyRules::default();
    accounts.set_chain(AppliesTo::Account(account), Own);
    accounts.set_chain(AppliesTo::Everyone, Shrink);
    host.set_policy(accounts.clone());
    office.ask("Echo", b"").await.unwrap();
    accounts.set_chain(AppliesTo::Account(account), Shrink);
    host.set_policy(accounts);
    office.ask("Echo", b"").await.unwrap_err();
}

#[tokio::test]
async fn the_policy_for_a_caller_counts_as_well() {
    let office = Office::of(&[(ALL, Own), (ALL, Shrink)]).await;
    let mut policy = PolicyRules::default();
    let nothing: [&Permission; 0] = [];
    let next = office.id(1).to_string();
    let only: Permission = next.parse().unwrap();
    let rule = PolicyRule::only("policy.yaml:1", nothing.into_iter().chain([&only]));
    policy.add(AppliesTo::Actor(office.id(0)), rule);
    office.kit.host.set_policy(policy);
    let error = office.ask("Echo", b"").await.unwrap_err();
    assert!(text(&error).contains("permission denied"), "{error:?}");
}

#[tokio::test]
async fn a_question_about_a_chain_has_the_answer_of_the_host() {
    let office = Office::of(&[(NOTHING, Own), (ALL, Shrink), (ALL, Shrink)]).await;
    let actors = [
        office.actor(0).await,
        office.actor(1).await,
        office.actor(2).await,
    ];
    let [front, middle, last] = &actors;
    let target = Target::Capability(binding(office.id(2), "").provider);
    let question = Question::new(target);
    let policy = PolicyRules::default();
    let ask = |rule, callers: &[(&Actor, ChainRule)]| {
        last.may_for(rule, callers, &question, &policy, SIGNED_AT)
            .map_err(|denial| denial.layer)
    };
    assert_eq!(ask(Shrink, &[]), Ok(()));
    assert_eq!(ask(Shrink, &[(middle, Own)]), Ok(()));
    assert_eq!(ask(Shrink, &[(front, Own)]), Err(DeniedBy::Chain));
    assert_eq!(ask(Own, &[(front, Own)]), Ok(()));
    assert_eq!(
        ask(Shrink, &[(front, Own), (middle, Shrink)]),
        Err(DeniedBy::Chain)
    );
    assert_eq!(ask(Shrink, &[(front, Own), (middle, Own)]), Ok(()));
    let mut everyone = PolicyRules::default();
    everyone.set_chain(AppliesTo::Everyone, Shrink);
    assert_eq!(Policy::chain(&everyone, last.claims()), Shrink);
    let shrunk = last.may_for(Own, &[(front, Own)], &question, &everyone, SIGNED_AT);
    assert_eq!(shrunk.unwrap_err().layer, DeniedBy::Chain);
}
