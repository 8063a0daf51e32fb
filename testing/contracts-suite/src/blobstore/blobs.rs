//! Blobs.

use super::{Subject, content};
use capwire_contracts::blobstore::Blob;

/// With its size.
pub async fn a_blob_comes_back(subject: &Subject) {
    let client = subject.images().await;
    let bytes = content(2_500, 0);
    client.put("images", "cat", &bytes).await.unwrap();
    assert_eq!(client.get("images", "cat").await.unwrap(), bytes);
    let info = client.info("images", "cat").await.unwrap();
    let expected = Blob {
        id: "cat".to_owned(),
        container: "images".to_owned(),
        byte_size: 2_500,
    };
    assert_eq!(info, expected);
}

/// Its start is its end, and a download has one chunk.
pub async fn a_blob_without_content_comes_back(subject: &Subject) {
    let client = subject.images().await;
    client.start("images", "nothing", 0).await.unwrap();
    let info = client.info("images", "nothing").await.unwrap();
    assert_eq!((&*info.id, info.byte_size), ("nothing", 0));
    assert_eq!(client.get("images", "nothing").await.unwrap(), b"");
}

/// Around the size of a chunk.
pub async fn blobs_of_all_sizes_come_back(subject: &Subject) {
    let client = subject.images().await;
    for size in [1, 2, 999, 1_000, 1_001, 2_000, 10_001] {
        let bytes = content(size, size);
        client.put("images", "cat", &bytes).await.unwrap();
        let read = client.get("images", "cat").await.unwrap();
        assert!(read == bytes, "{size} bytes");
    }
}

/// The new blob may be longer or shorter.
pub async fn a_blob_replaces_another(subject: &Subject) {
    let client = subject.images().await;
    for bytes in [content(1_500, 1), content(3_000, 2), content(10, 3)] {
        client.put("images", "cat", &bytes).await.unwrap();
        assert_eq!(client.get("images", "cat").await.unwrap(), bytes);
    }
    let list = client.list("images").await.unwrap();
    assert_eq!(list, [("cat".to_owned(), 10)]);
}

/// Others stay.
pub async fn a_removed_blob_is_gone(subject: &Subject) {
    let client = subject.images().await;
    client.put("images", "cat", b"meow").await.unwrap();
    client.put("images", "cats", b"meow meow").await.unwrap();
    client.remove("images", "cat").await.unwrap();
    assert_eq!(client.info("images", "cat").await.unwrap(), Blob::default());
    assert_eq!(client.ids("images").await, ["cats"]);
    assert_eq!(client.get("images", "cats").await.unwrap(), b"meow meow");
}

/// The end is the same.
pub async fn removing_a_blob_that_is_missing_is_no_error(subject: &Subject) {
    let client = subject.images().await;
    client.remove("images", "cat").await.unwrap();
}

/// Actors of 2020 look whether the name is empty.
pub async fn a_missing_blob_has_an_empty_description(subject: &Subject) {
    let client = subject.images().await;
    assert_eq!(client.info("images", "cat").await.unwrap(), Blob::default());
}

/// In the order of the bytes of their names, with their sizes.
pub async fn a_list_has_the_blobs_in_order(subject: &Subject) {
    let client = subject.images().await;
    let names = ["dog", "Cat", "cat/2", "cat", "cat-1", "10", "9", "é"];
    let mut expected = Vec::new();
    for (name, size) in names.iter().zip(1..) {
        client.put("images", name, &content(size, 0)).await.unwrap();
        expected.push(((*name).to_owned(), size as u64));
    }
    expected.sort();
    assert_eq!(client.list("images").await.unwrap(), expected);
}

/// Whatever meaning their characters have elsewhere.
pub async fn names_of_blobs_are_kept(subject: &Subject) {
    const NAMES: [&str; 15] = [
        "a b",
        "a/b/c.png",
        "100%.png",
        "a%2Fb",
        ".hidden",
        "aa:b",
        "a?b=c&d#e",
        "*",
        "\"quoted\" 'name'",
        "<a>|b",
        "größe/日本.png",
        "👩\u{200d}🚀",
        "a+b,c;d=e@f!",
        "{a}[b]^`c`",
        ".container",
    ];
    let client = subject.images().await;
    for (name, at) in NAMES.iter().zip(1..) {
        client.put("images", name, &content(at, at)).await.unwrap();
    }
    for (name, at) in NAMES.iter().zip(1..) {
        let bytes = client.get("images", name).await.unwrap();
        assert_eq!(bytes, content(at, at), "{name}");
    }
    let mut names: Vec<_> = NAMES.iter().map(|name| (*name).to_owned()).collect();
    names.sort();
    assert_eq!(client.ids("images").await, names);
    for name in NAMES {
        client.remove("images", name).await.unwrap();
    }
    client.remove_container("images").await.unwrap();
}

/// On a file system that tells them apart.
pub async fn names_that_differ_in_case_are_different(subject: &Subject) {
    let client = subject.images().await;
    client.create("Images").await.unwrap();
    client.put("images", "cat", b"small").await.unwrap();
    client.put("images", "Cat", b"large").await.unwrap();
    assert_eq!(client.get("images", "cat").await.unwrap(), b"small");
    assert!(client.ids("Images").await.is_empty());
}

/// Not even if the name of one begins with that of the other.
pub async fn containers_do_not_share_blobs(subject: &Subject) {
    let client = subject.images().await;
    client.create("images2").await.unwrap();
    client.put("images", "cat", b"meow").await.unwrap();
    client.put("images2", "dog", b"woof").await.unwrap();
    assert_eq!(client.ids("images").await, ["cat"]);
    assert_eq!(client.ids("images2").await, ["dog"]);
    let missing = client.info("images2", "cat").await.unwrap();
    assert_eq!(missing, Blob::default());
}
