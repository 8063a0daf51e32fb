//! The provider keeps the contract of every broker.

use capwire_contracts_suite::messaging::Subject;
use capwire_messaging_nats::MessagingNats;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::SystemTime;

capwire_contracts_suite::messaging_tests!(async { subject() });

/// Returns the URL of the server.
pub(crate) fn url() -> String {
    capwire_scaffold::set_by_xtask("CAPWIRE_NATS_URL")
}

/// Returns text with which no other subject on the server begins.
pub(crate) fn prefix() -> String {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let now = SystemTime::UNIX_EPOCH.elapsed().unwrap().as_nanos();
    let count = COUNT.fetch_add(1, Ordering::SeqCst);
    format!("test-{}-{now}-{count}", std::process::id())
}

/// Returns a subject of the suite on the server that all tests share.
pub(crate) fn subject() -> Subject {
    subject_at(&url(), &[])
}

/// Returns a subject of the suite on the server at `url`.
pub(crate) fn subject_at(url: &str, values: &[(&str, &str)]) -> Subject {
    // A slow machine must not fail a test.
    let own = [("URL", url), ("CONNECT_TIMEOUT", "1m")];
    let values = own.iter().chain(values);
    let values = values.map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    Subject::new(MessagingNats::new(), values, &prefix(), ())
}

/// The tests are about this version.
#[tokio::test]
async fn the_server_has_the_version_that_is_documented() {
    let client = async_nats::connect(url()).await.unwrap();
    let version = client.server_info().version;
    assert!(version.starts_with("2.15."), "{version}");
}

/// Headers are dropped, because the contract has none.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_of_others_send_requests_and_get_replies() {
    let subject = subject();
    let listener = subject.listener("MLISTENER", "echo").await;
    let client = subject.unbound("MLISTENER", "default");
    let other = async_nats::connect(url()).await.unwrap();
    let mut headers = async_nats::HeaderMap::new();
    headers.insert("Kind", "question");
    let name = subject.name("echo");
    let asked = other.request_with_headers(name.clone(), headers, "1".into());
    let answer = async {
        let request = listener.next().await;
        assert_eq!((&*request.subject, &*request.body), (&*name, &b"1"[..]));
        client.publish(&request.reply_to, "2").await.unwrap();
    };
    let (reply, ()) = tokio::join!(asked, answer);
    assert_eq!(reply.unwrap().payload, "2");
}
