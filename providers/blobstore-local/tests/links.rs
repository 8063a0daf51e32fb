//! Links, devices and pipes in the folder: somebody with access to the machine made them, or a program.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "tests")]

mod kit;

use capwire_contracts::blobstore::{Blob, ErrorClass};
use capwire_contracts_suite::blobstore::{Client, class};
use kit::Place;
use rustix::fs::{CWD, FileType, Mode, makedev, mknodat};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

/// A place with an actor, a blob `cat`, and a secret file in another folder.
struct Outside {
    place: Place,
    other: tempfile::TempDir,
}

impl Outside {
    fn new() -> Self {
        let (place, other) = (Place::new(), tempfile::tempdir().unwrap());
        fs::write(other.path().join("secret"), "secret").unwrap();
        Self { place, other }
    }

    async fn client(&self) -> Client<'_> {
        let client = self.place.subject.images().await;
        client.put("images", "cat", b"meow").await.unwrap();
        client
    }

    fn secret(&self) -> std::path::PathBuf {
        self.other.path().join("secret")
    }

    /// Checks that nothing outside has changed.
    fn check(&self) {
        assert_eq!(fs::read(self.secret()).unwrap(), b"secret");
        assert_eq!(fs::read_dir(self.other.path()).unwrap().count(), 1);
    }
}

/// Checks that `name` is no blob, and that a blob can take its place or is refused.
async fn is_no_blob(client: &Client<'_>, name: &str) {
    assert_eq!(client.info("images", name).await.unwrap(), Blob::default());
    assert_eq!(client.ids("images").await, ["cat"]);
    let refused = client.download("images", name, 0).await;
    assert_eq!(class(refused), ErrorClass::NotFound);
    client.remove("images", name).await.unwrap();
    assert_eq!(client.get("images", "cat").await.unwrap(), b"meow");
}

#[tokio::test]
async fn a_link_to_a_file_is_no_blob() {
    let outside = Outside::new();
    let client = outside.client().await;
    let images = outside.place.own().join("images");
    symlink(outside.secret(), images.join("link")).unwrap();
    symlink("cat", images.join("inside")).unwrap();
    symlink("nothing", images.join("broken")).unwrap();
    for name in ["link", "inside", "broken"] {
        is_no_blob(&client, name).await;
    }
    // A blob takes the place of the link, not of what it names.
    client.put("images", "link", b"mine").await.unwrap();
    assert_eq!(client.get("images", "link").await.unwrap(), b"mine");
    outside.check();
}

#[tokio::test]
async fn a_link_to_a_folder_is_no_container() {
    let outside = Outside::new();
    let client = outside.client().await;
    symlink(outside.other.path(), outside.place.own().join("link")).unwrap();
    for refused in [
        class(client.list("link").await),
        class(client.info("link", "secret").await),
        class(client.remove("link", "secret").await),
        class(client.start("link", "secret", 1).await),
        class(client.download("link", "secret", 0).await),
    ] {
        assert_eq!(refused, ErrorClass::NoContainer);
    }
    assert_eq!(class(client.create("link").await), ErrorClass::Exists);
    client.remove_container("link").await.unwrap();
    outside.check();
}

#[tokio::test]
async fn a_link_in_the_place_of_uploads_is_refused() {
    let outside = Outside::new();
    let own = outside.place.own();
    fs::create_dir_all(own.join("images")).unwrap();
    symlink(outside.other.path(), own.join(".uploads")).unwrap();
    let client = outside.place.subject.images().await;
    let refused = client.start("images", "cat", 1).await;
    assert_eq!(class(refused), ErrorClass::Unavailable);
    outside.check();
}

#[tokio::test]
async fn a_link_in_the_place_of_the_store_is_followed_for_the_operator_only() {
    let outside = Outside::new();
    let link = outside.place.path().join("link");
    symlink(outside.other.path(), &link).unwrap();
    let values = [("ROOT", link.to_str().unwrap())];
    let client = outside
        .place
        .subject
        .client_with("MONE", "default", &values)
        .await;
    assert_eq!(client.ids("").await, ["secret"]);
}

#[tokio::test]
async fn pipes_and_devices_are_no_blobs() {
    let outside = Outside::new();
    let client = outside.client().await;
    let images = outside.place.own().join("images");
    node(&images.join("pipe"), FileType::Fifo, 0);
    is_no_blob(&client, "pipe").await;
    std::os::unix::net::UnixListener::bind(images.join("socket")).unwrap();
    is_no_blob(&client, "socket").await;
    // Only root can create a device.
    if rustix::process::geteuid().is_root() {
        node(
            &images.join("zero"),
            FileType::CharacterDevice,
            makedev(1, 5),
        );
        is_no_blob(&client, "zero").await;
    }
}

fn node(path: &Path, kind: FileType, device: u64) {
    mknodat(CWD, path, kind, Mode::from_raw_mode(0o666), device).unwrap();
}
