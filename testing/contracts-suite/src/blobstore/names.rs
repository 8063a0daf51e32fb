//! Names of containers and blobs.

use super::{Client, Subject, TRICKS, class};
use capwire_contracts::blobstore::ErrorClass;

/// In each operation.
pub async fn names_that_lead_elsewhere_are_refused(subject: &Subject) {
    let client = subject.images().await;
    assert!(TRICKS.len() >= 200);
    for (trick, _) in TRICKS {
        refuses(&client, trick).await;
    }
    assert!(client.ids("images").await.is_empty());
}

async fn refuses(client: &Client<'_>, trick: &str) {
    for (operation, refused) in [
        ("StartUpload", class(client.start("images", trick, 1).await)),
        (
            "UploadChunk",
            class(client.chunk(("images", trick, 1), 0, b"x").await),
        ),
        ("GetObjectInfo", class(client.info("images", trick).await)),
        ("RemoveObject", class(client.remove("images", trick).await)),
        (
            "StartDownload",
            class(client.download("images", trick, 0).await),
        ),
        ("ReadRange", class(client.read("images", trick, 0, 1).await)),
    ] {
        assert_eq!(refused, ErrorClass::Name, "{operation} {trick:?}");
    }
    if trick.is_empty() {
        return;
    }
    for (operation, refused) in [
        ("CreateContainer", class(client.create(trick).await)),
        (
            "RemoveContainer",
            class(client.remove_container(trick).await),
        ),
        ("ListObjects", class(client.list(trick).await)),
        ("StartUpload", class(client.start(trick, "cat", 1).await)),
        (
            "StartDownload",
            class(client.download(trick, "cat", 0).await),
        ),
        ("ReadRange", class(client.read(trick, "cat", 0, 1).await)),
    ] {
        assert_eq!(refused, ErrorClass::Name, "{operation} {trick:?}");
    }
}

/// Each is a blob of its own.
pub async fn names_that_look_similar_are_allowed(subject: &Subject) {
    let client = subject.images().await;
    let mut names = Vec::new();
    for (trick, name) in TRICKS {
        let put = client.put("images", name, name.as_bytes()).await;
        put.unwrap_or_else(|error| panic!("{name:?} beside {trick:?}: {error}"));
        names.push((*name).to_owned());
    }
    names.sort();
    names.dedup();
    assert_eq!(client.ids("images").await, names);
    let name = names.last().unwrap();
    let read = client.get("images", name).await.unwrap();
    assert_eq!(read, name.as_bytes());
}

/// A name has at most 240 bytes, of which `/` and some others take three.
pub async fn names_have_a_longest_length(subject: &Subject) {
    let client = subject.images().await;
    for name in ["a".repeat(240), "ü".repeat(120), "a/".repeat(59) + "abcd"] {
        client.put("images", &name, b"x").await.unwrap();
        assert_eq!(client.ids("images").await, [&*name]);
        client.remove("images", &name).await.unwrap();
    }
    for name in [
        "a".repeat(241),
        "ü".repeat(121),
        "a/".repeat(60) + "a",
        "a".repeat(100_000),
    ] {
        let refused = client.start("images", &name, 1).await;
        assert_eq!(class(refused), ErrorClass::Name);
        let refused = client.create(&name).await;
        assert_eq!(class(refused), ErrorClass::Name);
    }
    client.create(&"a".repeat(240)).await.unwrap();
}
