//! Lists of several pages, from a stand-in, because a server has 1,000 keys on each.

use capwire_blobstore_s3::BlobstoreS3;
use capwire_contracts_suite::blobstore::Subject;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

/// Starts a server that gives these answers to its requests, one after the other. Returns its address,
/// and the first lines of the requests.
async fn answering(answers: Vec<String>) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let asked = Arc::new(Mutex::new(Vec::new()));
    let lines = Arc::clone(&asked);
    tokio::spawn(async move {
        for answer in answers {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n") {
                request.push(stream.read_u8().await.unwrap());
            }
            let request = String::from_utf8(request).unwrap();
            let line = request.lines().next().unwrap().to_owned();
            lines.lock().unwrap().push(line);
            let head = format!(
                "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                answer.len()
            );
            stream.write_all(head.as_bytes()).await.unwrap();
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    (address, asked)
}

/// A page with these keys, which has the token of the next page.
fn page(keys: &[&str], next: Option<&str>) -> String {
    let contents = keys.iter().map(|key| {
        format!(
            "<Contents><Key>{key}</Key><LastModified>2026-11-30T00:00:00Z</LastModified><Size>3</Size></Contents>"
        )
    });
    let contents: String = contents.collect();
    let next = next.map(|token| format!("<NextContinuationToken>{token}</NextContinuationToken>"));
    format!(
        "<ListBucketResult>{contents}{}</ListBucketResult>",
        next.unwrap_or_default()
    )
}

#[tokio::test]
async fn a_list_has_the_blobs_of_all_pages_of_the_server() {
    let answers = vec![
        page(&[], None),
        page(&["MACTOR/~/a", "MACTOR/~/b"], Some("second")),
        page(&["MACTOR/~/b\\c", "MACTOR/~/~other"], Some("third")),
        page(&["MACTOR/~/c"], None),
    ];
    let (endpoint, asked) = answering(answers).await;
    let values = [
        ("ENDPOINT", &*endpoint),
        ("BUCKET", "images"),
        ("AWS_ACCESS_KEY", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
    ]
    .map(|(key, value)| (key.to_owned(), value.to_owned()));
    let subject = Subject::new(BlobstoreS3::new(), values, ());
    let client = subject.client().await;
    assert_eq!(client.ids("").await, ["a", "b", "c"]);
    let asked = asked.lock().unwrap();
    assert!(asked[1].contains("prefix=MACTOR%2F%7E%2F"), "{asked:?}");
    assert!(asked[2].contains("continuation-token=second"), "{asked:?}");
    assert!(asked[3].contains("continuation-token=third"), "{asked:?}");
}
