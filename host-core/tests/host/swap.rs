//! Newer versions take over while the actor serves.

use crate::kit::{CONTRACT, Kit, Module, Told, binding, eventually, instances, next};
use capwire_engine_fake::{Fake, Script, standard};
use capwire_host::{
    ActorId, ActorOptions, BindingKey, BindingName, ContractId, ErrorKind, Event, Host, Instances,
    SwapOptions,
};
use capwire_provider::Config;
use futures_util::future::join_all;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};

const SWAPS: i32 = 100;
const CALLERS: usize = 64;
const SOURCE: &str = "acme:source";

/// A host whose modules of the script `N` answer with `N:` and their payload.
fn versions(count: i32) -> Kit {
    let fake = (0..=count).fold(Fake::new(), |fake, version| {
        let answers = Script::new(move |guest, call| async move {
            guest.yield_now().await;
            Ok([format!("{version}:").as_bytes(), &call.payload]
                .concat()
                .into())
        });
        fake.with(&version.to_string(), answers)
    });
    Kit::with(fake, |builder| builder)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_call_is_lost_or_answered_wrongly_while_versions_change() {
    swap_under_load(Instances::default()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_call_is_lost_in_a_swap_with_one_instance_or_fresh_instances() {
    swap_under_load(Instances::Shared(NonZeroUsize::MIN)).await;
    swap_under_load(Instances::Fresh(NonZeroUsize::MIN.saturating_add(3))).await;
}

/// The versions that may answer.
#[derive(Default)]
struct Progress {
    begun: AtomicI32,
    done: AtomicI32,
    over: AtomicBool,
}

async fn swap_under_load(count: Instances) {
    let kit = Arc::new(versions(SWAPS));
    let mut module = Module::new().script(0);
    let mut options = ActorOptions::default();
    options.instances = count;
    let actor = kit.start_with(&module, options).await;
    let progress = Arc::new(Progress::default());
    let callers = (0..CALLERS).map(|caller| {
        let (host, progress) = (kit.host.clone(), Arc::clone(&progress));
        tokio::spawn(async move { keep_calling(&host, actor, caller, &progress).await })
    });
    let callers: Vec<_> = callers.collect();
    let mut reported = 0;
    for version in 1..=SWAPS {
        progress.begun.store(version, Ordering::SeqCst);
        module = module.script(version).revision(version);
        let report = kit.swap(&module, SwapOptions::default()).await.unwrap();
        progress.done.store(version, Ordering::SeqCst);
        assert_eq!((report.dropped(), report.old.failed), (0, 0), "{report:?}");
        reported += report.old.served + report.new.served;
    }
    progress.over.store(true, Ordering::SeqCst);
    let calls: u64 = join_all(callers)
        .await
        .into_iter()
        .map(Result::unwrap)
        .sum();
    let actor = kit.host.inventory().actors.remove(0);
    assert_eq!((actor.calls.served, actor.calls.total()), (calls, calls));
    assert_eq!(actor.generation, SWAPS as u64 + 1);
    assert!(reported > 0, "calls were made meanwhile");
    eventually(|| kit.fake.live_instances() == actor.pool.idle).await;
}

/// Calls until it is over; returns how often. Each answer must be its own, of a version that ran.
async fn keep_calling(host: &Host, actor: ActorId, caller: usize, progress: &Progress) -> u64 {
    let mut calls = 0;
    while !progress.over.load(Ordering::SeqCst) {
        let payload = format!("{caller}/{calls}");
        let oldest = progress.done.load(Ordering::SeqCst);
        let answer = host.call(actor, "say", payload.clone()).await.unwrap();
        let newest = progress.begun.load(Ordering::SeqCst);
        let answer = std::str::from_utf8(&answer).unwrap();
        let (version, own) = answer.split_once(':').unwrap();
        assert_eq!(own, payload, "an answer of somebody else's");
        let version: i32 = version.parse().unwrap();
        assert!((oldest..=newest).contains(&version), "{answer}");
        calls += 1;
    }
    calls
}

#[tokio::test]
async fn running_calls_end_in_the_old_version_and_new_ones_enter_the_new() {
    let kit = Kit::new();
    let told = kit.told();
    let module = Module::new().claims(CONTRACT);
    let actor = kit.start(&module).await;
    kit.bind(actor).await;
    let mut events = kit.host.events();
    assert_eq!(kit.host.call(actor, "count", "").await.unwrap(), "1");

    let newer = module.revision(1);
    let running = kit.ask(actor, "Wait", "begun before");
    let swap = async {
        eventually(|| told.count("Wait") == 1).await;
        kit.swap(&newer, SwapOptions::default()).await.unwrap()
    };
    let meanwhile = async {
        eventually(|| kit.host.inventory().actors[0].generation == 2).await;
        // Memory of its own: it is the new version's first call.
        assert_eq!(kit.host.call(actor, "count", "").await.unwrap(), "1");
        assert!(kit.host.call(actor, "fail", "on purpose").await.is_err());
        told.gate.add_permits(1);
    };
    let (answer, report, ()) = tokio::join!(running, swap, meanwhile);

    assert_eq!(answer.unwrap(), "begun before");
    assert_eq!((report.old.served, report.old.total()), (1, 1));
    assert_eq!((report.new.served, report.new.failed), (1, 1));
    assert_eq!(report.dropped(), 0);
    assert_eq!((report.old_revision, report.new_revision), (0, 1));
    assert_eq!(told.log(), ["bind", "Wait"], "the binding stays");
    let event = next(&mut events).await;
    assert!(matches!(event, Event::ActorSwapping { generation: 2, .. }));
    let event = next(&mut events).await;
    let Event::ActorSwapped { report: told, .. } = event else {
        panic!("{event:?}");
    };
    assert_eq!(*told, report);
    eventually(|| kit.fake.live_instances() == 1).await;
}

#[tokio::test]
async fn bindings_whose_contract_is_not_claimed_any_more_end_when_nobody_needs_them() {
    let kit = Kit::new();
    let store = kit.told();
    let source = kit.add(Told::source(SOURCE), "");
    let module = Module::new().claims(CONTRACT).claims(SOURCE);
    let actor = kit.start(&module).await;
    kit.bind(actor).await;
    let contract = ContractId::new(SOURCE).unwrap();
    let key = BindingKey::new(actor, contract, BindingName::default());
    kit.host.bind(key.clone(), Config::default()).await.unwrap();

    let newer = module.claims_nothing().revision(1);
    let running = kit.ask(actor, "Wait", "held");
    let swap = async {
        eventually(|| store.count("Wait") == 1).await;
        kit.swap(&newer, SwapOptions::default()).await.unwrap()
    };
    let release = async {
        eventually(|| kit.host.inventory().actors[0].generation == 2).await;
        assert_eq!(source.count("unbind"), 1, "it is not called any more");
        assert_eq!(store.count("unbind"), 0, "a running call needs it");
        assert!(kit.ask(actor, "Echo", "").await.is_err());
        store.gate.add_permits(1);
    };
    let (answer, report, ()) = tokio::join!(running, swap, release);

    assert_eq!(answer.unwrap(), "held");
    assert_eq!(report.ended_bindings, [key, binding(actor, "")]);
    assert!(kit.host.inventory().bindings.is_empty());
}

#[tokio::test]
async fn a_binding_on_its_way_is_refused_if_the_new_version_does_not_claim_it() {
    let kit = Kit::new();
    let told = kit.told();
    told.on_bind(crate::kit::OnBind::Wait);
    let module = Module::new().claims(CONTRACT);
    let actor = kit.start(&module).await;
    let bind = kit.host.bind(binding(actor, ""), Config::default());
    let swap = async {
        eventually(|| told.count("bind") == 1).await;
        let newer = module.claims_nothing().revision(1);
        kit.swap(&newer, SwapOptions::default()).await.unwrap();
        told.gate.add_permits(1);
    };
    let (bound, ()) = tokio::join!(bind, swap);

    assert_eq!(bound.unwrap_err().kind(), ErrorKind::Denied);
    assert_eq!(told.log(), ["bind", "unbind"]);
    assert!(kit.host.inventory().bindings.is_empty());
}

#[tokio::test]
async fn a_version_with_wider_claims_takes_over_only_if_allowed() {
    let kit = Kit::new();
    kit.told();
    let module = Module::new();
    let actor = kit.start(&module).await;
    let mut options = SwapOptions::default();
    options.allow_wider = true;
    let wider = module.claims(CONTRACT).revision(1);
    let report = kit.swap(&wider, options).await.unwrap();

    assert_eq!(report.wider.len(), 1, "{report:?}");
    assert_eq!(report.wider[0].to_string(), CONTRACT);
    kit.bind(actor).await;
    assert_eq!(kit.ask(actor, "Echo", "granted").await.unwrap(), "granted");
}

#[tokio::test]
async fn a_version_that_passes_its_health_check_takes_over() {
    let healthy = Script::new(|_, call| async move { Ok(call.operation.into()) });
    let kit = Kit::with(Fake::new().with("healthy", healthy), |builder| builder);
    let module = Module::new();
    let actor = kit.start(&module).await;
    let mut options = SwapOptions::default();
    options.health_check = true;
    let newer = module.script("healthy").revision(1);
    let report = kit.swap(&newer, options).await.unwrap();
    assert_eq!(report.new.total(), 0, "nobody called it but the host");
    assert_eq!(kit.host.call(actor, "op", "").await.unwrap(), "op");
}

#[tokio::test]
async fn a_version_runs_as_the_one_before_or_as_it_is_told() {
    let kit = Kit::new();
    let module = Module::new().script(standard::NAME);
    kit.start_with(&module, instances(3)).await;
    let module = module.revision(1);
    kit.swap(&module, SwapOptions::default()).await.unwrap();
    assert_eq!(kit.host.inventory().actors[0].pool.instances, 3);
    let mut options = SwapOptions::default();
    options.actor = Some(instances(5));
    kit.swap(&module.revision(2), options).await.unwrap();
    assert_eq!(kit.host.inventory().actors[0].pool.instances, 5);
}
