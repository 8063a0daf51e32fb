//! The files of blobs.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod kit;

use capwire_contracts::blobstore::{Blob, ErrorClass};
use capwire_contracts_suite::blobstore::{TRICKS, class};
use kit::Place;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;

#[tokio::test]
async fn each_actor_has_its_own_folder() {
    let place = Place::new();
    for actor in ["MONE", "MTWO"] {
        let client = place.subject.client_with(actor, "default", &[]).await;
        client.create("images").await.unwrap();
        client.put("images", "a/cat.png", b"meow").await.unwrap();
        client.put("", ".dog", b"woof").await.unwrap();
    }
    assert_eq!(
        place.files(),
        [
            "actors/MONE/%2Edog",
            "actors/MONE/images/a%2Fcat.png",
            "actors/MTWO/%2Edog",
            "actors/MTWO/images/a%2Fcat.png",
        ]
    );
}

#[tokio::test]
async fn only_the_owner_reads_the_files() {
    let place = Place::new();
    let client = place.subject.images().await;
    client.put("images", "cat", b"meow").await.unwrap();
    for path in [
        "actors/MACTOR/images/cat",
        "actors/MACTOR/images",
        "actors/MACTOR",
    ] {
        let mode = fs::metadata(place.path().join(path))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o077, 0, "{path}");
    }
}

#[tokio::test]
async fn blobs_stay_when_the_provider_ends() {
    let place = Place::new();
    let client = place.subject.images().await;
    client.put("images", "cat", b"meow").await.unwrap();
    let place = place.again();
    let client = place.subject.images().await;
    assert_eq!(client.get("images", "cat").await.unwrap(), b"meow");
}

#[tokio::test]
async fn uploads_leave_no_files() {
    let place = Place::new();
    let client = place.subject.images().await;
    client.start("images", "cat", 6).await.unwrap();
    client.chunk(("images", "cat", 6), 0, b"meo").await.unwrap();
    assert_eq!(place.files().len(), 1);
    place.subject.unbind("MACTOR", "default").await;
    assert!(place.files().is_empty(), "{:?}", place.files());
}

#[tokio::test]
async fn what_a_killed_host_left_of_uploads_is_removed() {
    let place = Place::new();
    let uploads = place.own().join(".uploads");
    fs::create_dir_all(&uploads).unwrap();
    fs::write(uploads.join("1-0"), "a part of a blob").unwrap();
    let client = place.subject.images().await;
    assert!(place.files().is_empty(), "{:?}", place.files());
    assert!(client.ids("").await.is_empty());
}

#[tokio::test]
async fn uploads_of_other_hosts_in_a_shared_folder_go_on() {
    let shared = tempfile::tempdir().unwrap();
    let values = [("ROOT", shared.path().to_str().unwrap())];
    let (one, two) = (Place::new(), Place::new());
    let first = one.subject.client_with("MONE", "default", &values).await;
    first.start("", "cat", 6).await.unwrap();
    first.chunk(("", "cat", 6), 0, b"meo").await.unwrap();
    let second = two.subject.client_with("MTWO", "default", &values).await;
    first.chunk(("", "cat", 6), 1, b"wmi").await.unwrap();
    assert_eq!(second.get("", "cat").await.unwrap(), b"meowmi");
}

#[tokio::test]
async fn a_configured_folder_has_its_files_as_blobs() {
    let shared = tempfile::tempdir().unwrap();
    fs::create_dir_all(shared.path().join("Images/deeper")).unwrap();
    fs::create_dir(shared.path().join(".git")).unwrap();
    fs::write(shared.path().join("Read me.txt"), "hello").unwrap();
    fs::write(shared.path().join(".hidden"), "hidden").unwrap();
    fs::write(shared.path().join("Images/Cat.png"), "meow").unwrap();
    fs::write(shared.path().join("Images/deeper/Dog.png"), "woof").unwrap();
    let place = Place::new();
    let values = [("ROOT", shared.path().to_str().unwrap())];
    for actor in ["MONE", "MTWO"] {
        let client = place.subject.client_with(actor, "default", &values).await;
        assert_eq!(client.ids("").await, ["Read me.txt"]);
        assert_eq!(client.get("", "Read me.txt").await.unwrap(), b"hello");
        assert_eq!(client.ids("Images").await, ["Cat.png"]);
        assert_eq!(client.get("Images", "Cat.png").await.unwrap(), b"meow");
        assert_eq!(class(client.list(".git").await), ErrorClass::NoContainer);
        let deeper = client.info("Images", "deeper/Dog.png").await.unwrap();
        assert_eq!(deeper, Blob::default());
        assert_eq!(client.info("", ".hidden").await.unwrap(), Blob::default());
    }
}

#[tokio::test]
async fn a_blob_and_a_container_cannot_have_the_name_of_each_other() {
    let place = Place::new();
    let client = place.subject.images().await;
    client.put("", "cat", b"meow").await.unwrap();
    assert_eq!(class(client.create("cat").await), ErrorClass::Exists);
    let refused = client.put("", "images", b"meow").await;
    assert_eq!(class(refused), ErrorClass::Exists);
    assert!(client.ids("images").await.is_empty());
    assert_eq!(client.ids("").await, ["cat"]);
}

#[tokio::test]
async fn no_name_creates_a_file_outside() {
    let place = Place::new();
    let client = place.subject.images().await;
    for (trick, allowed) in TRICKS {
        for name in [trick, allowed] {
            // The suite says which is refused.
            let _ = client.put("images", name, b"x").await;
            let _ = client.create(name).await;
        }
    }
    let inside = place.own().join("images");
    let count = fs::read_dir(&inside).unwrap().count();
    assert_eq!(place.files().len(), count);
    assert!(count <= TRICKS.len(), "{count}");
}
