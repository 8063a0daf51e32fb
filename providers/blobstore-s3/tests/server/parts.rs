//! Blobs that are uploaded in parts, and objects as other programs see them.

use crate::contract::{ask, values};
use capwire_blobstore_s3::BlobstoreS3;
use capwire_contracts_suite::blobstore::{Client, Subject, content};

/// More than two parts of 5 MiB.
const LARGE: usize = (11 << 20) + 1;
const CHUNK: usize = 1 << 20;

/// A subject and its bucket.
fn subject() -> (Subject, String) {
    let values = values();
    let bucket = values.iter().find(|(key, _)| key == "BUCKET");
    let bucket = bucket.unwrap().1.clone();
    (Subject::new(BlobstoreS3::new(), values, ()), bucket)
}

/// Uploads the chunks of a large blob, without the last `missing` ones.
async fn upload(client: &Client<'_>, bytes: &[u8], missing: usize) {
    client.start("images", "large", bytes.len()).await.unwrap();
    let count = bytes.len().div_ceil(CHUNK) - missing;
    for (part, number) in bytes.chunks(CHUNK).take(count).zip(0..) {
        let blob = ("images", "large", bytes.len());
        client.chunk(blob, number, part).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_large_blob_comes_back() {
    let (subject, bucket) = subject();
    let client = subject.images().await;
    let bytes = content(LARGE, 1);
    upload(&client, &bytes, 0).await;
    client.download("images", "large", 700_000).await.unwrap();
    assert!(client.receiver.blob("images", "large").await == bytes);
    assert_eq!(
        client.info("images", "large").await.unwrap().byte_size,
        LARGE as u64
    );
    assert!(!ask("GET", &format!("/{bucket}?uploads")).contains("<Upload>"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upload_that_ends_early_leaves_no_parts_on_the_server() {
    let (subject, bucket) = subject();
    let client = subject.images().await;
    upload(&client, &content(LARGE, 1), 3).await;
    let uploads = || ask("GET", &format!("/{bucket}?uploads"));
    assert!(uploads().contains("<Upload>"), "{}", uploads());
    subject.unbind("MACTOR", "default").await;
    while uploads().contains("<Upload>") {
        tokio::task::yield_now().await;
    }
    let client = subject.images().await;
    assert!(client.ids("images").await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn blobs_are_objects_below_the_key_of_the_actor() {
    let (subject, bucket) = subject();
    let client = subject.images().await;
    client.put("images", "a/cat.png", b"meow").await.unwrap();
    let answer = ask("GET", &format!("/{bucket}/MACTOR/images/a/cat.png"));
    assert!(answer.ends_with("\r\n\r\nmeow"), "{answer}");
    client.remove("images", "a/cat.png").await.unwrap();
    client.remove_container("images").await.unwrap();
    let list = ask("GET", &format!("/{bucket}"));
    assert!(!list.contains("<Key>"), "{list}");
}
