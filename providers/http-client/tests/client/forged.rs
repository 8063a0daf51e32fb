//! Targets of forged requests, each with an allowed twin: nothing is connected to but the twins.

use crate::bound::{Bound, get};
use crate::names::NameServer;
use crate::redirects::redirecting;
use crate::server::{Server, Speaks, ok};
use capwire_contracts::http::Request;
use capwire_http_client::HttpClient;
use capwire_provider::ProviderError;
use std::net::IpAddr;
use std::sync::atomic::Ordering;
use tokio::net::TcpListener;

const LIST: &str = include_str!("forged.txt");

/// One line of the list.
struct Case {
    line: &'static str,
    binding: &'static str,
    forged: Request,
    twin: Request,
    reason: &'static str,
}

/// Returns the cases with their ports.
fn cases(port: u16, other: u16) -> Vec<Case> {
    let lines = LIST.lines();
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    let cases = lines.map(|line| {
        let [binding, forged, twin, reason] = line
            .split(" | ")
            .collect::<Vec<_>>()
            .try_into()
            .unwrap_or_else(|_| panic!("{line}"));
        let request = |text| request(text, port, other);
        Case {
            line,
            binding,
            forged: request(forged),
            twin: request(twin),
            reason,
        }
    });
    cases.collect()
}

fn request(text: &str, port: u16, other: u16) -> Request {
    let text = text.replace("\\t", "\t");
    let text = text
        .replace(":P", &format!(":{port}"))
        .replace(":+P", &format!(":+{port}"));
    let text = text.replace(":Q", &format!(":{other}"));
    match text.strip_prefix("-> ") {
        Some(location) => {
            get(&format!("http://api.test:{port}/go")).with_header("x-location", location)
        }
        None => get(&text),
    }
}

fn zone(name: &str, _: usize) -> Vec<IpAddr> {
    let addresses: &[&str] = match name {
        "loopback.test" | "localhost" | "rebound.api.test" => &["127.0.0.2"],
        "six.test" => &["::1"],
        "mapped.test" => &["::ffff:127.0.0.2"],
        "mapped-twin.test" => &["::ffff:127.0.0.1"],
        "nat64.test" => &["64:ff9b::127.0.0.2"],
        "metadata.test" => &["169.254.169.254"],
        "private.test" => &["10.0.0.1"],
        "all-private.test" => &["127.0.0.2", "192.168.0.1", "::1"],
        "mixed.test" => &["127.0.0.2", "127.0.0.1", "::1"],
        "nothing.test" => &[],
        _ => &["127.0.0.1"],
    };
    addresses.iter().map(|text| text.parse().unwrap()).collect()
}

/// Starts the server of the twins, and traps: at the same port of other addresses, and at another
/// port.
async fn servers() -> (Server, Vec<Server>) {
    let trap = |listener| Server::on(listener, Speaks::Http1, |_| ok("trapped"));
    let bind = |address: String| TcpListener::bind(address);
    loop {
        let listener = bind("127.0.0.1:0".to_owned()).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let Ok(second) = bind(format!("127.0.0.2:{port}")).await else {
            continue;
        };
        let other = bind("127.0.0.1:0".to_owned()).await.unwrap();
        // A machine without IPv6 has nothing to trap there.
        let six = bind(format!("[::1]:{port}")).await.ok();
        let traps = [Some(other), Some(second), six].into_iter().flatten();
        let traps = traps.map(trap).collect();
        return (Server::on(listener, Speaks::Http1, redirecting), traps);
    }
}

async fn bound(allow: &str) -> Bound {
    let values = [("ALLOW", allow), ("ALLOW_PRIVATE", "127.0.0.1")];
    let provider = HttpClient::new().with_resolver(NameServer::start(zone).await);
    Bound::new(provider, &values).await
}

#[tokio::test]
async fn nothing_is_connected_to_but_the_twins() {
    let (server, traps) = servers().await;
    let port = server.address.port();
    let cases = cases(port, traps[0].address.port());
    assert!(cases.len() >= 60, "{}", cases.len());
    let named = format!("http://api.test:{port}, http://*.api.test:{port}");
    let (any, named) = (bound("*:*").await, bound(&named).await);
    for case in &cases {
        let client = match case.binding {
            "any" => &any,
            "named" => &named,
            other => panic!("{other}"),
        };
        let twin = client.send(&case.twin).await;
        let twin = twin.unwrap_or_else(|error| panic!("{}: {error:?}", case.line));
        assert_eq!(twin.status_code, 200, "{}", case.line);
        let error = client.send(&case.forged).await.unwrap_err();
        let text = error.to_string();
        assert!(text.contains(case.reason), "{}: {text}", case.line);
        assert!(!text.contains("secret"), "{}: {text}", case.line);
        let is_final = matches!(error, ProviderError::Refused(_));
        assert!(is_final || case.reason == "cannot find", "{error:?}");
    }
    for trap in &traps {
        assert_eq!(trap.connections(), 0, "{}", trap.address);
    }
    let asked = server.asked();
    let of = |path| {
        asked
            .iter()
            .filter(move |asked| asked.uri().path().starts_with(path))
    };
    assert_eq!(of("/twin").count(), cases.len());
    let redirects = cases
        .iter()
        .filter(|case| case.forged.path.ends_with("/go"));
    assert_eq!(of("/go").count(), 2 * redirects.count());
    assert_eq!(of("/").count(), of("/twin").count() + of("/go").count());
}

/// The name is allowed when it is asked for an odd time, and a trap when it is asked again.
fn rebinding(_: &str, count: usize) -> Vec<IpAddr> {
    let last = if count % 2 == 1 { 1 } else { 2 };
    vec![IpAddr::from([127, 0, 0, last])]
}

#[tokio::test]
async fn a_name_that_is_rebound_leads_to_the_address_that_was_checked() {
    let (server, traps) = servers().await;
    let names = NameServer::start(rebinding).await;
    let asked = names.asked();
    let values = [
        ("ALLOW", "*:*"),
        ("ALLOW_PRIVATE", "127.0.0.1"),
        ("IDLE_CONNECTIONS", "0"),
    ];
    let client = Bound::new(HttpClient::new().with_resolver(names), &values).await;
    let url = format!("http://rebound.test:{}/", server.address.port());
    for round in 1..=4 {
        let answer = client.get(&url).await;
        assert_eq!(answer.is_ok(), round % 2 == 1, "{answer:?}");
        assert_eq!(
            asked.load(Ordering::SeqCst),
            round,
            "one look-up for a request"
        );
    }
    assert_eq!(server.connections(), 2);
    assert!(traps.iter().all(|trap| trap.connections() == 0));
}
