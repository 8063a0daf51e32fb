//! The room of a binding.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod kit;

use capwire_contracts::blobstore::ErrorClass;
use capwire_contracts_suite::blobstore::{class, content};
use kit::Place;

#[tokio::test]
async fn blobs_and_uploads_share_the_quota() {
    let place = Place::new();
    let values = [("MAX_BYTES", "1000")];
    let client = place.subject.images_with(&values).await;
    client.put("images", "a", &content(600, 0)).await.unwrap();
    let refused = client.start("images", "b", 401).await;
    assert_eq!(class(refused), ErrorClass::Quota);
    client.start("images", "b", 400).await.unwrap();
    let refused = client.start("images", "c", 1).await;
    assert_eq!(class(refused), ErrorClass::Quota);
    // The same upload again has the room of the one before.
    client.put("images", "b", &content(400, 0)).await.unwrap();
    client.remove("images", "a").await.unwrap();
    client.put("images", "c", &content(600, 0)).await.unwrap();
    client.remove("images", "c").await.unwrap();
    client.remove("images", "c").await.unwrap();
    client.put("images", "b", &content(500, 0)).await.unwrap();
    client.put("images", "c", &content(500, 0)).await.unwrap();
}

#[tokio::test]
async fn an_upload_that_ends_gives_its_room_back() {
    let place = Place::new();
    let values = [("MAX_BYTES", "1000"), ("UPLOAD_IDLE", "100ms")];
    let client = place.subject.images_with(&values).await;
    client.start("images", "a", 1_000).await.unwrap();
    while let Err(error) = client.start("images", "b", 1_000).await {
        assert_eq!(class::<()>(Err(error)), ErrorClass::Quota);
        tokio::task::yield_now().await;
    }
    place.subject.unbind("MACTOR", "default").await;
    let client = place.subject.images_with(&values).await;
    client.put("images", "c", &content(1_000, 0)).await.unwrap();
}

#[tokio::test]
async fn the_quota_counts_what_is_there_already() {
    let place = Place::new();
    let client = place.subject.images().await;
    client.put("images", "a", &content(600, 0)).await.unwrap();
    client.put("", "b", &content(300, 0)).await.unwrap();
    let place = place.again();
    let client = place.subject.images_with(&[("MAX_BYTES", "1000")]).await;
    let refused = client.start("images", "c", 101).await;
    assert_eq!(class(refused), ErrorClass::Quota);
    client.put("images", "c", &content(100, 0)).await.unwrap();
}

#[tokio::test]
async fn blobs_and_containers_are_bounded_in_number() {
    let place = Place::new();
    let client = place.subject.images_with(&[("MAX_BLOBS", "3")]).await;
    client.create("images").await.unwrap();
    client.put("images", "a", b"a").await.unwrap();
    client.create("other").await.unwrap();
    assert_eq!(class(client.create("third").await), ErrorClass::Quota);
    let refused = client.put("images", "b", b"b").await;
    assert_eq!(class(refused), ErrorClass::Quota);
    client.remove_container("third").await.unwrap();
    client.remove_container("other").await.unwrap();
    client.put("images", "b", b"b").await.unwrap();
    assert_eq!(class(client.create("other").await), ErrorClass::Quota);
}

#[tokio::test]
async fn bindings_of_one_folder_share_its_quota() {
    let place = Place::new();
    let values = [("MAX_BYTES", "1000")];
    let one = place.subject.images_with(&values).await;
    let two = place.subject.client_with("MACTOR", "second", &values).await;
    one.put("images", "a", &content(600, 0)).await.unwrap();
    let refused = two.start("images", "b", 401).await;
    assert_eq!(class(refused), ErrorClass::Quota);
    two.remove("images", "a").await.unwrap();
    one.put("images", "b", &content(1_000, 0)).await.unwrap();
}
