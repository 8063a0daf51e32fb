//! The provider keeps the contract of every blob store.

use capwire_blobstore_s3::BlobstoreS3;
use capwire_contracts_suite::blobstore::Subject;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::SystemTime;

capwire_contracts_suite::blobstore_tests!(async { subject() });

/// Returns the URL of the server.
pub(crate) fn url() -> String {
    capwire_scaffold::set_by_xtask("CAPWIRE_AWS_URL")
}

/// Returns the values of a binding to a new bucket.
pub(crate) fn values() -> Vec<(String, String)> {
    let bucket = bucket();
    let values = [
        ("ENDPOINT", &*url()),
        ("BUCKET", &*bucket),
        ("AWS_ACCESS_KEY", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
        // A slow machine must not fail a test.
        ("TIMEOUT", "2m"),
    ]
    .map(|(key, value)| (key.to_owned(), value.to_owned()));
    values.into()
}

/// Returns a subject of the suite with a bucket of its own.
pub(crate) fn subject() -> Subject {
    Subject::new(BlobstoreS3::new(), values(), ())
}

/// Creates a bucket.
pub(crate) fn bucket() -> String {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let now = SystemTime::UNIX_EPOCH.elapsed().unwrap().as_nanos();
    let count = COUNT.fetch_add(1, Ordering::SeqCst);
    let bucket = format!("test-{}-{now}-{count}", std::process::id());
    let answer = ask("PUT", &format!("/{bucket}"));
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    bucket
}

/// Sends a request without a body, and returns the answer.
pub(crate) fn ask(method: &str, path: &str) -> String {
    let url = url();
    let host = url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    let authorization = "AWS4-HMAC-SHA256 Credential=test/20261130/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0";
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: {authorization}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}
