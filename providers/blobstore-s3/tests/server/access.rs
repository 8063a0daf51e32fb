//! Prefixes, buckets and access keys.

use crate::contract::{bucket, url, values};
use capwire_blobstore_s3::BlobstoreS3;
use capwire_contracts_suite::blobstore::{Receiver, Subject};
use capwire_provider::ProviderError;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bindings_with_one_prefix_share_their_blobs() {
    let subject = Subject::new(BlobstoreS3::new(), values(), ());
    let shared = [("PREFIX", "shop/shared")];
    let one = subject.client_with("MONE", "default", &shared).await;
    let two = subject.client_with("MTWO", "default", &shared).await;
    let own = subject.client_with("MTWO", "own", &[]).await;
    one.create("images").await.unwrap();
    one.put("images", "cat", b"meow").await.unwrap();
    assert_eq!(two.get("images", "cat").await.unwrap(), b"meow");
    assert!(own.list("images").await.is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_empty_prefix_has_the_containers_at_the_top() {
    let subject = Subject::new(BlobstoreS3::new(), values(), ());
    let top = subject
        .client_with("MONE", "default", &[("PREFIX", "")])
        .await;
    let own = subject.client_with("MTWO", "default", &[]).await;
    own.create("images").await.unwrap();
    own.put("images", "cat", b"meow").await.unwrap();
    assert_eq!(top.info("MTWO", "images/cat").await.unwrap().byte_size, 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_missing_bucket_is_an_error_of_the_binding() {
    let values = [
        ("ENDPOINT", url()),
        ("BUCKET", format!("{}-missing", bucket())),
        ("AWS_ACCESS_KEY", "test".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "hunter2".to_owned()),
    ]
    .map(|(key, value)| (key.to_owned(), value));
    let subject = Subject::new(BlobstoreS3::new(), values, ());
    let receiver = Receiver::default();
    let refused = subject.bind("MACTOR", "default", &receiver, &[]).await;
    let Err(ProviderError::Unavailable { what, source }) = refused else {
        panic!("{refused:?}");
    };
    assert!(what.contains("-missing"), "{what}");
    assert!(!format!("{what} {source:?}").contains("hunter2"));
}
