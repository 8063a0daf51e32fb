//! Compares the metrics that Prometheus reads, over a real connection, with the actual calls.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "tests"
)]

use capwire_contracts::core::CapabilityDescriptor;
use capwire_engine_fake::{Call as FakeCall, Fake, Script, failure, module, standard};
use capwire_host::{ActorId, BindingKey, Host, HostOptions, ManualClock};
use capwire_metrics::{Endpoint, Expectation, Expected};
use capwire_provider::{
    Binding, BindingId, Bound, Call, Config, Health, Provider, ProviderError, async_trait,
};
use capwire_wascap::{ActorClaimsBuilder, KeyKind, KeyPair, UnixSeconds, sign_module};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A host that counts, and its endpoint.
struct Site {
    host: Host,
    endpoint: Endpoint,
}

/// Samples by name and labels, as they are written.
type Page = BTreeMap<String, f64>;

impl Site {
    async fn new() -> Self {
        let mut options = HostOptions::default();
        options.metrics = true;
        let host = Host::builder(Fake::new()).options(options).build().unwrap();
        Self::of(host, Expected::default()).await
    }

    async fn of(host: Host, expected: Expected) -> Self {
        let address = "127.0.0.1:0".parse().unwrap();
        let endpoint = Endpoint::listen_expecting(address, host.clone(), expected).await;
        let endpoint = endpoint.unwrap();
        Self { host, endpoint }
    }

    /// The status of `/readyz`, and what is not ready.
    async fn ready(&self) -> (u16, String) {
        let response = self.ask("GET /readyz").await;
        let status = response.split(' ').nth(1).unwrap().parse().unwrap();
        let (_, body) = response.split_once("\r\n\r\n").unwrap();
        let faults = body.strip_prefix("not ready:\n").unwrap_or_default();
        (status, faults.trim_end().to_owned())
    }

    async fn start(&self, name: &str) -> ActorId {
        let signed = sign(standard::NAME, name, &[]);
        let actor = self.host.verify(signed).await.unwrap();
        self.host.start_actor(actor).await.unwrap()
    }

    async fn ask(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(self.endpoint.address()).await.unwrap();
        let request = format!("{request} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut response = Vec::new();
        // A reset is the end, too.
        stream.read_to_end(&mut response).await.ok();
        String::from_utf8(response).unwrap()
    }

    async fn scrape(&self) -> Page {
        let response = self.ask("GET /metrics").await;
        let (head, body) = response.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        let format = "content-type: text/plain; version=0.0.4";
        assert!(head.contains(format), "{head}");
        parse(body)
    }
}

/// A signed module that runs `script` and claims `caps`.
fn sign(script: &str, name: &str, caps: &[&str]) -> Vec<u8> {
    let account = KeyPair::generate(KeyKind::Account).unwrap();
    let key = KeyPair::generate(KeyKind::Module).unwrap().public();
    let claims = ActorClaimsBuilder::new(key, UnixSeconds(1_600_000_000)).unwrap();
    let claims = caps
        .iter()
        .fold(claims.name(name), |claims, cap| claims.capability(*cap));
    sign_module(&module(script), claims, &account).unwrap()
}

/// Reads the page as strictly as its format is.
fn parse(body: &str) -> Page {
    let mut page = Page::new();
    let mut families: Vec<&str> = Vec::new();
    assert!(body.is_empty() || body.ends_with('\n'));
    for line in body.lines() {
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, _) = rest.split_once(' ').unwrap();
            assert!(!families.contains(&name), "{name} twice");
            families.push(name);
        } else if !line.starts_with("# HELP ") {
            let (series, value) = line.rsplit_once(' ').unwrap();
            let family = families.last().unwrap();
            assert!(series.starts_with(family), "{series} in {family}");
            let twice = page.insert(series.to_owned(), value.parse().unwrap());
            assert_eq!(twice, None, "{series}");
        }
    }
    page
}

/// The labels of an actor.
fn labels(actor: ActorId, name: &str) -> String {
    format!(r#"actor="{name}",key="{}""#, &actor.to_string()[..12])
}

#[tokio::test]
async fn calls_and_their_outcomes_are_counted() {
    let site = Site::new().await;
    assert_eq!(site.scrape().await, Page::new(), "nothing runs");
    let actor = site.start("echo").await;
    let outcomes = [
        ("echo", true),
        ("fail", false),
        ("trap", false),
        ("echo", true),
    ];
    for (operation, works) in outcomes {
        let answer = site.host.call(actor, operation, "").await;
        assert_eq!(answer.is_ok(), works, "{operation}");
    }
    site.host
        .call(actor, "HealthRequest", "")
        .await
        .unwrap_err();
    let page = site.scrape().await;
    let own = labels(actor, "echo");
    let at = |name: &str, rest: &str| page[&format!("capwire_{name}{{{own}{rest}}}")];
    assert_eq!(at("calls_total", r#",operation="other""#), 4.0);
    assert_eq!(at("calls_total", r#",operation="HealthRequest""#), 1.0);
    let failed = r#",operation="other",kind="actor""#;
    assert_eq!(at("call_errors_total", failed), 2.0);
    assert_eq!(at("calls_in_flight", r#",operation="other""#), 0.0);
    let count = at("call_duration_seconds_count", r#",operation="other""#);
    let all = at(
        "call_duration_seconds_bucket",
        r#",operation="other",le="+Inf""#,
    );
    assert_eq!((count, all), (4.0, 4.0));
    assert!(at("call_duration_seconds_sum", r#",operation="other""#) > 0.0);
    assert_eq!(at("instances", r#",state="idle""#), 1.0);
    assert_eq!(at("instances", r#",state="busy""#), 0.0);
    assert_eq!(at("instances_started_total", ""), 2.0, "one trapped");
}

#[tokio::test]
async fn histogram_buckets_are_cumulative() {
    let site = Site::new().await;
    let actor = site.start("echo").await;
    for _ in 0..10 {
        site.host.call(actor, "echo", "").await.unwrap();
    }
    let body = site.ask("GET /metrics").await;
    let buckets = body.lines().filter(|line| line.contains("_bucket{"));
    let counts: Vec<u32> = buckets
        .map(|line| line.rsplit_once(' ').unwrap().1.parse().unwrap())
        .collect();
    assert!(counts.is_sorted() && counts.len() > 10, "{counts:?}");
    assert_eq!(counts.last(), Some(&10));
}

#[tokio::test]
async fn undeclared_operations_share_one_label() {
    let site = Site::new().await;
    let actor = site.start("echo").await;
    site.host.call(actor, "invented", "").await.unwrap_err();
    let before = site.scrape().await.len();
    for number in 0..500 {
        let invented = format!("invented {number}");
        site.host.call(actor, &invented, "").await.unwrap_err();
    }
    let page = site.scrape().await;
    assert_eq!(page.len(), before);
    let key = format!(
        r#"capwire_calls_total{{{},operation="other"}}"#,
        labels(actor, "echo")
    );
    assert_eq!(page[&key], 501.0);
}

#[tokio::test]
async fn names_cannot_forge_samples() {
    let site = Site::new().await;
    let name = "a\"} 1\nforged{x=\"\\\u{1b}";
    let actor = site.start(name).await;
    site.host.call(actor, "echo", "").await.unwrap();
    let page = site.scrape().await;
    let own = labels(actor, "a\\\"} 1\\\\nforged{x=\\\"\\\\\\\\u{1b}");
    let key = format!(r#"capwire_calls_total{{{own},operation="other"}}"#);
    assert_eq!(page.get(&key), Some(&1.0), "{page:?}");

    site.start(&"n".repeat(10_000)).await;
    let page = site.ask("GET /metrics").await;
    assert!(page.lines().all(|line| line.len() < 300));
}

#[tokio::test]
async fn actors_of_one_name_are_told_apart() {
    let site = Site::new().await;
    for _ in 0..2 {
        let actor = site.start("twin").await;
        site.host.call(actor, "echo", "").await.unwrap();
    }
    let page = site.scrape().await;
    let totals = page
        .keys()
        .filter(|key| key.starts_with("capwire_calls_total"));
    assert_eq!(totals.count(), 2);
}

/// A provider that breaks when the test wants.
#[derive(Default)]
struct Fragile(Health);

#[async_trait]
impl Provider for Fragile {
    fn descriptor(&self) -> CapabilityDescriptor {
        CapabilityDescriptor::new("acme:fragile", "fragile", &[])
    }

    async fn bind(&self, _: Binding) -> Result<Bound, ProviderError> {
        Ok(Bound::default())
    }

    async fn unbind(&self, _: &BindingId) -> Result<(), ProviderError> {
        Ok(())
    }

    async fn call(&self, call: Call<'_>) -> Result<bytes::Bytes, ProviderError> {
        Err(call.unknown_operation())
    }

    fn health(&self) -> Option<Health> {
        Some(self.0.clone())
    }
}

#[tokio::test]
async fn a_host_is_ready_when_all_that_is_expected_is_up() {
    let clock = ManualClock::at(Duration::from_secs(1_600_000_000));
    let options = HostOptions::default().with_metrics(true);
    let builder = Host::builder(Fake::new()).options(options);
    let host = builder.clock(clock.clone()).build().unwrap();
    let provider = Fragile::default();
    let health = provider.0.clone();
    let fragile = host.add_provider(provider).unwrap();
    let signed = sign("standard", "echo", &["acme:fragile"]);
    let echo = host.verify(signed).await.unwrap();
    let key = BindingKey::new(echo.id(), fragile.contract, fragile.name);
    let mut expected = Expected::default();
    expected.actors.push((echo.id(), "echo".to_owned()));
    expected.bindings.push(key.clone());

    let site = Site::of(host.clone(), expected).await;
    let refused = |what: &str| (503, what.to_owned());
    let stopped = refused("the actor `echo` is not running");
    assert_eq!(site.ready().await, stopped);
    host.start_actor(echo).await.unwrap();
    let unbound = refused("the actor `echo` is not bound to acme:fragile (default)");
    assert_eq!(site.ready().await, unbound);
    host.bind(key, Config::default()).await.unwrap();
    let ready = site.ready().await;
    assert_eq!(ready, (200, String::new()), "it has no health handler");

    health.broken("a secret");
    let broken = refused("the provider acme:fragile (default) is broken");
    while site.ready().await != broken {}
    let up = r#"capwire_provider_up{contract="acme:fragile",binding="default"}"#;
    assert_eq!(site.scrape().await[up], 0.0);
    clock.advance(Duration::from_secs(1));
    while site.ready().await.0 != 200 {}
    let page = site.scrape().await;
    assert_eq!(page[up], 1.0);
    assert_eq!(page[&up.replace("_up", "_restarts_total")], 1.0);
}

#[tokio::test]
async fn what_is_expected_may_change_while_the_host_runs() {
    let options = HostOptions::default().with_metrics(true);
    let host = Host::builder(Fake::new()).options(options).build().unwrap();
    let echo = host.verify(sign("standard", "echo", &[])).await.unwrap();
    let expectation = Expectation::default();
    let address = "127.0.0.1:0".parse().unwrap();
    let endpoint = Endpoint::listen_expecting(address, host.clone(), expectation.clone()).await;
    let endpoint = endpoint.unwrap();
    let site = Site { host, endpoint };
    assert_eq!(site.ready().await.0, 200);
    let mut expected = Expected::default();
    expected.actors.push((echo.id(), "echo".to_owned()));
    expectation.set(expected);
    let missing = "the actor `echo` is not running".to_owned();
    assert_eq!(site.ready().await, (503, missing));
    expectation.set(Expected::default());
    assert_eq!(site.ready().await.0, 200);
}

#[tokio::test]
async fn a_host_with_a_sick_actor_is_not_ready() {
    let ill = Script::new(|_, call: FakeCall| async move {
        match call.operation.as_str() {
            "HealthRequest" => Err(failure("the disk is full")),
            _ => Ok(call.payload),
        }
    });
    let options = HostOptions::default().with_metrics(true);
    let builder = Host::builder(Fake::new().with("ill", ill)).options(options);
    let host = builder.build().unwrap();
    let ill = host.verify(sign("ill", "ill", &[])).await.unwrap();
    let mut expected = Expected::default();
    expected.actors.push((ill.id(), "ill".to_owned()));
    host.start_actor(ill).await.unwrap();
    let site = Site::of(host, expected).await;
    let ready = site.ready().await;
    assert_eq!(ready, (503, "the actor `ill` is sick".to_owned()));
}

#[tokio::test]
async fn the_endpoint_serves_metrics_and_healthz_and_nothing_else() {
    let site = Site::new().await;
    for path in ["/healthz", "/livez", "/readyz"] {
        let response = site.ask(&format!("GET {path}")).await;
        assert!(response.ends_with("\r\n\r\nok\n"), "{path}: {response}");
    }
    for path in ["/", "/metrics/", "/metricsx", "/healthz/x", "//metrics"] {
        let response = site.ask(&format!("GET {path}")).await;
        assert!(response.starts_with("HTTP/1.1 404"), "{path}: {response}");
    }
    assert!(
        site.ask("GET /metrics?x=1")
            .await
            .starts_with("HTTP/1.1 200")
    );
    let head = site.ask("HEAD /metrics").await;
    assert!(
        head.starts_with("HTTP/1.1 200") && head.ends_with("\r\n\r\n"),
        "{head}"
    );
    let post = site.ask("POST /metrics").await;
    assert!(post.starts_with("HTTP/1.1 405"), "{post}");
    assert!(post.contains("allow: GET, HEAD"), "{post}");
}

#[tokio::test]
async fn a_host_that_does_not_count_has_no_endpoint() {
    let host = Host::builder(Fake::new()).build().unwrap();
    let refused = Endpoint::listen("127.0.0.1:0".parse().unwrap(), host).await;
    assert!(refused.unwrap_err().to_string().contains("`metrics`"));
}

#[tokio::test]
async fn clients_that_pipeline_and_do_not_read_give_way_c3() {
    let site = Site::new().await;
    let requests = "GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n".repeat(50);
    let mut attackers = Vec::new();
    for _ in 0..40 {
        let mut stream = TcpStream::connect(site.endpoint.address()).await.unwrap();
        // It may have given way already.
        stream.write_all(requests.as_bytes()).await.ok();
        attackers.push(stream);
    }
    let asked = Instant::now();
    for path in ["/healthz", "/metrics"] {
        while !site
            .ask(&format!("GET {path}"))
            .await
            .starts_with("HTTP/1.1 200")
        {}
    }
    // A connection may be silent for 30 s.
    assert!(asked.elapsed() < Duration::from_secs(20));
    drop(attackers);
}

#[tokio::test]
async fn a_stopped_endpoint_is_closed() {
    let site = Site::new().await;
    let address = site.endpoint.address();
    let idle = TcpStream::connect(address).await.unwrap();
    site.endpoint.stop().await;
    assert!(TcpStream::connect(address).await.is_err());
    drop(idle);
}
