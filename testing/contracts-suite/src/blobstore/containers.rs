//! Containers.

use super::{Subject, class};
use capwire_contracts::blobstore::ErrorClass;

/// Actors of 2020 read the answer.
pub async fn a_container_is_created_and_told(subject: &Subject) {
    let client = subject.client().await;
    assert_eq!(client.create("images").await.unwrap().id, "images");
    assert!(client.ids("images").await.is_empty());
}

/// It is no error, either.
pub async fn creating_a_container_again_keeps_its_blobs(subject: &Subject) {
    let client = subject.images().await;
    client.put("images", "cat", b"meow").await.unwrap();
    assert_eq!(client.create("images").await.unwrap().id, "images");
    assert_eq!(client.ids("images").await, ["cat"]);
}

/// It can be created again, without blobs.
pub async fn a_removed_container_is_gone(subject: &Subject) {
    let client = subject.images().await;
    client.remove_container("images").await.unwrap();
    assert_eq!(class(client.list("images").await), ErrorClass::NoContainer);
    client.create("images").await.unwrap();
    assert!(client.ids("images").await.is_empty());
}

/// Until its last blob is removed.
pub async fn a_container_with_blobs_is_not_removed(subject: &Subject) {
    let client = subject.images().await;
    client.put("images", "cat", b"meow").await.unwrap();
    let refused = client.remove_container("images").await;
    assert_eq!(class(refused), ErrorClass::NotEmpty);
    assert_eq!(client.get("images", "cat").await.unwrap(), b"meow");
    client.remove("images", "cat").await.unwrap();
    client.remove_container("images").await.unwrap();
}

/// The end is the same.
pub async fn removing_a_container_that_is_missing_is_no_error(subject: &Subject) {
    let client = subject.client().await;
    client.remove_container("images").await.unwrap();
}

/// Each operation on blobs.
pub async fn operations_need_their_container(subject: &Subject) {
    let client = subject.client().await;
    for refused in [
        class(client.list("images").await),
        class(client.info("images", "cat").await),
        class(client.remove("images", "cat").await),
        class(client.start("images", "cat", 4).await),
        class(client.start("images", "cat", 0).await),
        class(client.download("images", "cat", 0).await),
        class(client.read("images", "cat", 0, 1).await),
    ] {
        assert_eq!(refused, ErrorClass::NoContainer);
    }
}

/// Actors of 2020 use it for the folder that was configured.
pub async fn the_container_without_a_name_always_exists(subject: &Subject) {
    let client = subject.images().await;
    assert!(client.ids("").await.is_empty());
    client.put("", "cat", b"meow").await.unwrap();
    assert_eq!(client.get("", "cat").await.unwrap(), b"meow");
    assert_eq!(client.ids("").await, ["cat"]);
    assert!(client.ids("images").await.is_empty());
    assert_eq!(client.create("").await.unwrap().id, "");
    let refused = client.remove_container("").await;
    assert_eq!(class(refused), ErrorClass::Name);
    client.remove("", "cat").await.unwrap();
    assert!(client.ids("").await.is_empty());
}
