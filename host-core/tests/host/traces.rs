//! Each call is a span and a step of a trace.

use crate::kit::{CONTRACT, Kit, Module, instances};
use crate::recorder::{Recorder, Span};
use capwire_engine_fake::{Fake, standard};
use capwire_host::{Dispatch, Invocation};
use capwire_provider::{ActorCall, TraceContext};
use std::sync::{Arc, Mutex};
use tower::layer::layer_fn;
use tower::util::MapRequest;

const HEADER: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";

#[tokio::test]
async fn a_call_is_a_span_inside_that_of_its_caller() {
    let (recorder, _guard) = Recorder::watch();
    let kit = Kit::new();
    kit.told();
    let bound = kit.bound_actor(instances(2)).await;
    let caller = kit.start(&Module::new().claims(bound)).await;
    let echo = standard::host_call("", CONTRACT, "Echo", b"");
    let call = standard::host_call("", &bound.to_string(), "call", &echo);
    kit.host.call(caller, "call", call).await.unwrap();

    let spans = recorder.spans();
    let [first, second, third] = &spans[..] else {
        panic!("{spans:?}");
    };
    assert_eq!((first.name, first.parent.as_deref()), ("call", None));
    assert_eq!(first.fields["caller"], "host");
    assert_eq!(
        (second.name, second.parent.as_deref()),
        ("call", Some("call"))
    );
    assert_eq!(
        (&*second.fields["actor"], &*second.fields["caller"]),
        ("tester", "tester")
    );
    assert_eq!(
        (third.name, third.parent.as_deref()),
        ("capability", Some("call"))
    );
    assert_eq!(
        (&*third.fields["provider"], &*third.fields["binding"]),
        (CONTRACT, "default")
    );
    for span in &spans {
        assert_eq!(span.fields["outcome"], "ok");
        assert!(span.fields["micros"].parse::<u64>().is_ok(), "{span:?}");
        assert_eq!(span.fields["trace_id"], first.fields["trace_id"]);
    }
    assert_ne!(first.fields["span_id"], second.fields["span_id"]);
}

#[tokio::test]
async fn a_span_says_how_its_call_failed() {
    let (recorder, _guard) = Recorder::watch();
    let kit = Kit::new();
    kit.told();
    let actor = kit.bound_actor(instances(1)).await;
    kit.ask(actor, "Fail", "").await.unwrap_err();
    let stranger = kit.start(&Module::new()).await;
    kit.ask(stranger, "Echo", "").await.unwrap_err();
    drop(tokio::time::timeout(std::time::Duration::ZERO, kit.ask(actor, "Wait", "")).await);

    let outcomes: Vec<_> = recorder.spans().iter().map(outcome).collect();
    let expected = [
        ("call", "actor"),
        ("Fail", "provider"),
        ("call", "actor"),
        ("Echo", "denied"),
        ("call", "abandoned"),
        ("Wait", "abandoned"),
    ];
    assert_eq!(
        outcomes,
        expected.map(|(one, other)| (one.into(), other.into()))
    );
    assert_eq!(recorder.events("capwire::call").len(), expected.len());
}

fn outcome(span: &Span) -> (String, String) {
    (
        span.fields["operation"].clone(),
        span.fields["outcome"].clone(),
    )
}

#[tokio::test]
async fn what_a_provider_and_an_actor_do_belongs_to_the_trace_of_the_request() {
    let (kit, seen) = traced();
    let told = kit.told();
    kit.bound_actor(instances(2)).await;
    let request = TraceContext::parse(HEADER).unwrap().with_state(["a=1"]);
    let handle = told.handle();
    let payload = standard::host_call("", CONTRACT, "Back", b"");
    let answer = handle
        .call(ActorCall::new("call", payload).traced(&request))
        .await;
    answer.unwrap();

    let seen = seen.lock().unwrap();
    let operations: Vec<_> = seen
        .iter()
        .map(|(operation, _)| operation.as_str())
        .collect();
    assert_eq!(operations, ["call", "Back", "echo"]);
    let mut spans = vec![request.span_id()];
    for (operation, trace) in &*seen {
        assert_eq!(trace.trace_id().to_string(), TRACE, "{operation}");
        assert_eq!(trace.tracestate(), Some("a=1"), "{operation}");
        assert!(!spans.contains(&trace.span_id()), "{operation}");
        spans.push(trace.span_id());
    }
}

#[tokio::test]
async fn without_a_trace_each_call_begins_one() {
    let (kit, seen) = traced();
    let actor = kit.start(&Module::new()).await;
    for _ in 0..2 {
        kit.host.call(actor, "echo", "").await.unwrap();
    }
    let seen = seen.lock().unwrap();
    assert_ne!(seen[0].1.trace_id(), seen[1].1.trace_id());
}

#[tokio::test]
async fn lines_of_an_actor_say_to_which_trace_they_belong() {
    let (recorder, _guard) = Recorder::watch();
    let kit = Kit::new();
    let told = kit.told();
    kit.bound_actor(instances(1)).await;
    let request = TraceContext::parse(HEADER).unwrap();
    let handle = told.handle();
    let answer = handle.call(ActorCall::new("log", "hello").traced(&request));
    answer.await.unwrap();
    let lines = recorder.events("actor");
    assert_eq!(
        (&*lines[0]["message"], &*lines[0]["trace_id"]),
        ("hello", TRACE)
    );
}

type Traces = Arc<Mutex<Vec<(String, TraceContext)>>>;

/// A host, and the traces of its calls.
fn traced() -> (Kit, Traces) {
    let seen = Traces::default();
    let spy = Arc::clone(&seen);
    let note = move |call: Invocation| {
        let entry = (call.operation().to_owned(), call.trace().clone());
        spy.lock().unwrap().push(entry);
        call
    };
    let layer = layer_fn(move |inner: Dispatch| MapRequest::new(inner, note.clone()));
    (Kit::with(Fake::new(), |builder| builder.layer(layer)), seen)
}
